import { Command, InvalidArgumentError } from 'commander';
import type { ExecutionProviderPreference } from '../../core/execution-provider.js';
import type { DefaultPhase } from '../../remediation/chain/index.js';
import { EXIT } from '../exit-codes.js';
import { executionProviders, oneOf, probability } from '../options.js';
import { isOneAlert, readInput } from '../read-input.js';

interface Options {
  readonly catalog?: string;
  readonly model?: string;
  readonly ep?: ExecutionProviderPreference[];
  readonly threshold?: number;
  readonly phases?: DefaultPhase[];
  readonly phaseThreshold?: Readonly<Partial<Record<DefaultPhase, number>>>;
  readonly runbooks?: string[];
  readonly incidents?: string;
  readonly rules?: string;
  readonly trm: boolean;
  readonly act?: boolean;
  readonly format?: 'json' | 'jsonl' | 'text';
}

const PHASES: readonly DefaultPhase[] = ['annotation', 'trm', 'rag', 'few-shot', 'function-calling', 'rules'];

export function decideCommand(): Command {
  return new Command('decide')
    .description('ask the whole chain about each alert; says what it would do, and does it only with --act')
    .argument('[input]', 'a file, - for standard input, or JSON: an alert, a webhook, a CloudEvent, an array, or JSONL')
    .option('--catalog <file>', 'functions to choose from: [{name, description, parameters, risk}]')
    .option('--phases <list>', `phases in order; default: ${PHASES.join(',')}`, phaseList)
    .option('--threshold <x>', 'least confidence at which a phase is taken', probability)
    .option('--phase-threshold <phase=x>', 'the same for one phase; may be given again', phaseThreshold, {})
    .option('--runbooks <path...>', 'Markdown files and folders for the phase rag')
    .option('--incidents <file>', 'past incidents (JSONL) for the phase few-shot')
    .option('--rules <file>', 'rules (YAML) for the phase rules; default: those for the seven functions')
    .option('--no-trm', 'leave the TRM out')
    .option('--model <dir>', 'model folder of the TRM; default: the bundled model')
    .option('--ep <list>', 'execution providers in order, e.g. cuda,cpu', executionProviders)
    .option('--act', 'trigger what the guardrails permit, at BROKER_URL or K_SINK')
    .option(
      '--format <format>',
      'json, jsonl or text; default: text on a terminal, else json',
      oneOf('json', 'jsonl', 'text'),
    )
    .addHelpText(
      'after',
      `
Function calling takes part when OLLAMA_MODEL (and OLLAMA_URL) are set. A phase with nothing to go by is skipped.
Exit code 1 with --act also says that the sink did not accept an event.

Examples:
  agent-trm decide '{"labels":{"alertname":"PodCrashLoopBackOff","pod":"shop-0","namespace":"shop"}}'
  agent-trm decide webhook.json --runbooks RUNBOOK.md --phase-threshold rag=0.8
  BROKER_URL=http://broker agent-trm decide webhook.json --act`,
    )
    .action(run);
}

async function run(argument: string | undefined, options: Options): Promise<void> {
  const [
    { readText, parseInput },
    { parseAlerts, parseCatalog, DEFAULT_CATALOG },
    { createRemediationChain, chainDecisionToJson },
    { formatChainDecision, formatRemediation },
  ] = await Promise.all([
    import('../read-input.js'),
    import('../../domain/index.js'),
    import('../../remediation/chain/index.js'),
    import('../format-chain-decision.js'),
  ]);
  const input = await readInput(argument);
  const alerts = parseAlerts(input.value);
  const catalog = options.catalog
    ? parseCatalog(parseInput(await readText(options.catalog), options.catalog).value)
    : DEFAULT_CATALOG;
  await using chain = await createRemediationChain({
    catalog,
    phases: options.phases,
    thresholds: options.phaseThreshold,
    runbooks: options.runbooks,
    incidents: options.incidents,
    rules: options.rules,
    ...(options.threshold !== undefined && { confidenceThreshold: options.threshold }),
    ...(!options.trm && { useTrm: false }),
    trm: {
      ...(options.model !== undefined && { modelPath: options.model }),
      ...(options.ep && { executionProviders: options.ep }),
    },
    onWarning: (warning) => process.stderr.write(`agent-trm: ${warning}\n`),
  });
  const act = options.act ? await createActing(catalog, chain) : undefined;
  try {
    const remediations = act ? await act.remediator.remediate(alerts) : undefined;
    const decisions = remediations?.map(({ decision }) => decision) ?? (await chain.decideAll(alerts));
    const format = options.format ?? (process.stdout.isTTY ? 'text' : 'json');
    if (format === 'text') {
      const colour = process.stdout.isTTY && process.stdout.hasColors();
      const texts = decisions.map((decision, index) => {
        const lines = [`${alerts[index]?.labels.alertname}: ${formatChainDecision(decision, { colour })}`];
        const remediation = remediations?.[index];
        if (remediation) lines.push(formatRemediation(remediation, { colour }));
        return lines.join('\n');
      });
      process.stdout.write(`${texts.join('\n\n')}\n`);
    } else {
      const json = decisions.map((decision, index) => {
        const remediation = remediations?.[index];
        if (!remediation) return chainDecisionToJson(decision);
        const { outcome, eventId, verdict, error } = remediation;
        const action = {
          outcome,
          ...(eventId !== undefined && { event_id: eventId }),
          refusals: verdict?.refusals ?? [],
          ...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }),
        };
        return { ...chainDecisionToJson(decision), action };
      });
      const single = json.length === 1 && isOneAlert(input);
      if (format === 'jsonl') for (const line of json) process.stdout.write(`${JSON.stringify(line)}\n`);
      else process.stdout.write(`${JSON.stringify(single ? json[0] : json, null, 2)}\n`);
    }
    if (remediations?.some(({ outcome }) => outcome === 'undelivered')) process.exitCode = EXIT.failure;
  } finally {
    await act?.dispose();
  }
}

/** The way from a decision to the broker, with the guardrails in between. */
async function createActing(
  catalog: import('../../domain/index.js').Catalog,
  chain: import('../../remediation/chain/index.js').RemediationChain,
) {
  const [{ createGuardrails }, { Remediator }, { createEventSink, createTriggerDispatcher }] = await Promise.all([
    import('../../remediation/guardrails/index.js'),
    import('../../remediation/acting/index.js'),
    import('../../cloudevents/index.js'),
  ]);
  const sink = createEventSink();
  const remediator = new Remediator({
    chain,
    guardrails: createGuardrails({ catalog, policy: { mode: 'auto' } }),
    dispatcher: createTriggerDispatcher({ sink, policyVersion: 'cli' }),
  });
  return {
    remediator,
    async dispose() {
      await remediator.dispose();
      await sink.dispose();
    },
  };
}

/** `--phases annotation,rules` */
export function phaseList(value: string): DefaultPhase[] {
  return value.split(',').map((name) => phase(name.trim()));
}

/** `--phase-threshold rag=0.8` */
function phaseThreshold(
  value: string,
  before: Readonly<Partial<Record<DefaultPhase, number>>>,
): Readonly<Partial<Record<DefaultPhase, number>>> {
  const at = value.indexOf('=');
  if (at < 0) throw new InvalidArgumentError('expected PHASE=NUMBER, such as rag=0.8');
  return { ...before, [phase(value.slice(0, at).trim())]: probability(value.slice(at + 1)) };
}

function phase(name: string): DefaultPhase {
  const found = PHASES.find((known) => known === name);
  if (!found) throw new InvalidArgumentError(`expected phases out of ${PHASES.join(', ')}`);
  return found;
}
