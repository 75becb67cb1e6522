import { Command, InvalidArgumentError } from 'commander';
import type { ServeConfigOptions } from '../../config/index.js';
import type { ExecutionProviderPreference } from '../../core/execution-provider.js';
import type { DefaultPhase } from '../../remediation/chain/index.js';
import { EXIT } from '../exit-codes.js';
import { executionProviders, oneOf, probability, wholeNumber } from '../options.js';
import { phaseList } from './decide.js';

interface Options extends ServeConfigOptions {
  readonly catalog?: string;
  readonly policy?: string;
  readonly model?: string;
  readonly ep?: ExecutionProviderPreference[];
  readonly threads?: number;
  readonly precision?: 'float32' | 'int8';
  readonly batch?: number;
  readonly batchWait?: number;
  readonly threshold?: number;
  readonly phases?: DefaultPhase[];
  readonly runbooks?: string[];
  readonly incidents?: string;
  readonly rules?: string;
  readonly deadline?: number;
  readonly drainTimeout?: number;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the service that many agents share; TRM_API_URL points agents at it')
    .option('--host <host>', 'address to listen on; default: TRM_SERVE_HOST, else 127.0.0.1')
    .option('--port <n>', 'port, 0 for any free one; default: TRM_SERVE_PORT, PORT, else 8080', port)
    .option('--tokens-file <file>', 'who may ask for what: lines of "agent-trm token create" (TRM_TOKENS_FILE)')
    .option('--certificates-file <file>', 'client certificates that are let in, as JSON (TRM_CERTIFICATES_FILE)')
    .option('--tls-cert <file>', 'certificate of the server, PEM (TRM_TLS_CERT_FILE)')
    .option('--tls-key <file>', 'its key, PEM (TRM_TLS_KEY_FILE)')
    .option('--tls-ca <file>', 'authority of client certificates, PEM (TRM_TLS_CA_FILE)')
    .option('--insecure', 'no access control; listens on this machine alone (TRM_SERVE_INSECURE)')
    .option('--act', 'trigger what the guardrails permit, at BROKER_URL or K_SINK (TRM_SERVE_ACT)')
    .option('--no-ui', 'leave out the page for people, /ui and /ui/decisions (TRM_SERVE_UI=false)')
    .option('--policy <file>', 'guardrails as JSON or YAML; default: everything on, and every function')
    .option('--catalog <file>', 'functions to choose from: [{name, description, parameters, risk}]')
    .option('--model <dir>', 'model folder; default: TRM_MODEL_PATH, else the bundled model')
    .option('--ep <list>', 'execution providers in order, e.g. cuda,cpu', executionProviders)
    .option('--threads <n>', 'threads of one operator', wholeNumber)
    .option('--precision <precision>', 'float32 or int8', oneOf('float32', 'int8'))
    .option('--batch <n>', 'alerts that are computed together; default 32', wholeNumber)
    .option('--batch-wait <ms>', 'milliseconds that the first alert waits for others; default 0', milliseconds)
    .option('--threshold <x>', 'least confidence at which a phase is taken', probability)
    .option('--phases <list>', 'phases of the chain in order', phaseList)
    .option('--runbooks <path...>', 'Markdown files and folders for the phase rag')
    .option('--incidents <file>', 'past incidents (JSONL) for the phase few-shot; POST /feedback adds to it')
    .option('--rules <file>', 'rules (YAML) for the phase rules')
    .option('--audit-log <file>', 'hash-chained log of decisions and refusals (TRM_AUDIT_LOG)')
    .option(
      '--audit-max-files <n>',
      'rotated files of it that are kept; default: all (TRM_AUDIT_MAX_FILES)',
      wholeNumber,
    )
    .option('--rate-limit <n>', 'requests a minute of each principal and address, 0 for no limit; default 6000', count)
    .option('--max-queue <n>', 'alerts that may wait; more are answered 503; default 2048', count)
    .option('--deadline <ms>', 'milliseconds for one request; default 15000', wholeNumber)
    .option('--drain-timeout <ms>', 'milliseconds for what is under way after SIGTERM; default 25000', count)
    .addHelpText(
      'after',
      `
Routes: POST /reason, /select, / and /events (CloudEvents, Alertmanager), /feedback, /admin/reload;
GET /healthz, /readyz, /v2/health/live, /v2/health/ready, /metrics, /openapi.json, /version, /ui, and for admins
/ui/decisions.
As Ollama: POST /api/chat, /api/generate, /api/show; GET /api/tags, /api/version.
As OpenAI: POST /v1/chat/completions; GET /v1/models, /v1/models/:id. What is no alert goes to the model of OLLAMA_MODEL
at OLLAMA_URL, and is refused where that is not set.

Somebody has to be let in before it starts: a file of tokens, TRM_JWKS_URL with TRM_JWT_ISSUER and
TRM_JWT_AUDIENCE, client certificates, or --insecure for this machine alone. Secrets come from the environment or from
files that TRM_..._FILE names, never from options.

Signals: SIGTERM and SIGINT finish what was accepted, then end (a second one ends at once); SIGHUP takes the model's
folder anew, and keeps the present model when the new one cannot be used.

JWTs name what may be done by TRM_JWT_SCOPE_CLAIM (default scope) and TRM_JWT_SCOPE_MAP, such as
{"system:serviceaccount:agents:sre":["events"]} for service accounts and the claim sub.

OpenTelemetry: NODE_OPTIONS='--import ./otel.mjs', a file that registers a tracer or meter provider of the SDK, has spans
and metrics of the service given to it.

Further variables: TRM_REDIS_URL (limits and guardrails that replicas share), TRM_TRUSTED_PROXIES (10.0.0.0/8,...),
TRM_RATE_LIMIT, TRM_LOG_LEVEL, TRM_METRICS_SCOPE (public or admin), TRM_AUDIT_KEY, TRM_SERVE_MAX_QUEUE,
TRM_SERVE_DEADLINE_MS, TRM_SERVE_DRAIN_DELAY_MS, TRM_SERVE_DRAIN_TIMEOUT_MS, TRM_SERVE_MAX_ALERTS,
TRM_SERVE_MAX_BODY_BYTES; those of the chain (TRM_RUNBOOKS, OLLAMA_MODEL, ...) and of the sink hold too.

Examples:
  agent-trm serve --insecure
  curl -H 'content-type: application/json' http://127.0.0.1:8080/select \\
    -d '{"labels":{"alertname":"PodCrashLoopBackOff","pod":"shop-0","namespace":"shop"}}'

  agent-trm token create --name sre-agent --scope reason,select,events
  TRM_TOKENS_FILE=/etc/agent-trm/tokens BROKER_URL=http://broker agent-trm serve --host 0.0.0.0 --act`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ resolveServeConfig }, { assembleService }, { readTls }, { readText, parseInput }, domain] =
    await Promise.all([
      import('../../config/index.js'),
      import('../serve/assemble.js'),
      import('../serve/access.js'),
      import('../read-input.js'),
      import('../../domain/index.js'),
    ]);
  const config = resolveServeConfig({
    ...options,
    // It is true where --no-ui was not given, which says nothing, and must not win over the environment.
    ui: options.ui === false ? false : undefined,
    deadlineMs: options.deadline,
    drainTimeoutMs: options.drainTimeout,
  });
  const { catalog: catalogFile, policy: policyFile, threshold } = options;
  const catalog = catalogFile
    ? domain.parseCatalog(parseInput(await readText(catalogFile), catalogFile).value)
    : domain.DEFAULT_CATALOG;
  const policy = policyFile === undefined ? { mode: 'auto' as const } : await readPolicy(policyFile);
  const tls = await readTls(config);
  const { service, logger, close } = await assembleService({
    config,
    catalog,
    policy,
    modelPath: options.model,
    chain: {
      phases: options.phases,
      runbooks: options.runbooks,
      incidents: options.incidents,
      rules: options.rules,
      confidenceThreshold: threshold,
      onWarning: (warning) => logger.warn({ warning }, 'chain_warning'),
    },
    model: {
      executionProviders: options.ep,
      threads: options.threads,
      precision: options.precision,
      maxBatchSize: options.batch,
      maxBatchWaitMs: options.batchWait,
      confidenceThreshold: threshold,
    },
  });
  try {
    const { url } = await service.listen({ host: config.host.value, port: config.port.value, tls });
    const { id, executionProvider } = service.model;
    logger.info({ url, model: id, execution_provider: executionProvider, act: config.act.value }, 'listening');
    process.stderr.write(`agent-trm: ${id} on ${executionProvider} listens at ${url}\n`);
    const hangUp = (): void => {
      // Whatever came of it was told to those who listen, the log among them.
      service.reload().catch(() => undefined);
    };
    process.on('SIGHUP', hangUp);
    await stopSignal();
    process.off('SIGHUP', hangUp);
    await service.drain();
  } finally {
    await close();
  }
}

/** Resolves at the first SIGTERM or SIGINT; the second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(EXIT.interrupted);
      asked = true;
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

async function readPolicy(path: string): Promise<import('../../remediation/guardrails/index.js').GuardrailPolicy> {
  const [{ parse }, { readText }] = await Promise.all([import('yaml'), import('../read-input.js')]);
  const text = await readText(path);
  const { ConfigurationError } = await import('../../core/errors.js');
  try {
    // JSON is YAML. What stands in it is checked where the guardrails are made.
    return parse(text, { maxAliasCount: 0 }) as import('../../remediation/guardrails/index.js').GuardrailPolicy;
  } catch (error) {
    throw new ConfigurationError(`${path}: expected JSON or YAML: ${(error as Error).message}`, { cause: error });
  }
}

function port(value: string): number {
  const number = Number(value);
  if (!/^\d{1,5}$/.test(value) || number > 65_535) throw new InvalidArgumentError('expected a port from 0 to 65535');
  return number;
}

function count(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('expected a whole number of 0 or more');
  return Number(value);
}

function milliseconds(value: string): number {
  if (!/^\d{1,4}$/.test(value) || Number(value) > 1_000) throw new InvalidArgumentError('expected 0 to 1000');
  return Number(value);
}
