import { createEventSink, createTriggerDispatcher } from '../../cloudevents/index.js';
import { resolveSecret, type ServeConfig } from '../../config/index.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Catalog } from '../../domain/index.js';
import { createOutcomeRecorder } from '../../remediation/acting/index.js';
import type { CreateRemediationChainOptions } from '../../remediation/chain/index.js';
import {
  createGuardrails,
  createRedisGuardrailStore,
  type GuardrailPolicy,
} from '../../remediation/guardrails/index.js';
import { createFileIncidentStore } from '../../remediation/retrieval/incidents/index.js';
import {
  createAuditLog,
  createMemoryRateLimiter,
  createRedisRateLimiter,
  createService,
  type FileAuditLog,
  type RateLimiter,
  type Service,
  ServiceEmitter,
  type ServiceModelOptions,
} from '../../server/index.js';
import {
  combineObservers,
  createLogger,
  createPrometheusMetrics,
  type Logger,
  logEvents,
} from '../../telemetry/index.js';
import { createAuthenticator } from './access.js';
import { CloseAll } from './close-all.js';
import { connectRedis, type SharedRedis } from './connect-redis.js';
import { createFallback } from './fallback.js';

/** What the command was asked for beside the settings of the service itself. */
export interface Assembly {
  readonly config: ServeConfig;
  readonly catalog: Catalog;
  readonly policy: GuardrailPolicy | undefined;
  readonly chain: Omit<CreateRemediationChainOptions, 'trm' | 'catalog'>;
  readonly modelPath: string | undefined;
  readonly model: ServiceModelOptions;
}

export interface Assembled {
  readonly service: Service;
  readonly logger: Logger;
  /** Closes what the service was made of; the service comes first. */
  close(): Promise<void>;
}

/**
 * Puts a service together from the settings: who may ask, limits, audit, logs, metrics, and what acts. Rejects with
 * ConfigurationError, ModelLoadError or ExecutionProviderError, and leaves nothing open then.
 */
export async function assembleService(assembly: Assembly): Promise<Assembled> {
  const { config, catalog, chain, model, modelPath } = assembly;
  const closeAll = new CloseAll();
  try {
    const logger = await createLogger({ level: config.logLevel.value });
    const metrics = await createPrometheusMetrics({ catalog, processMetrics: true, aliases: true });
    const observer = combineObservers([metrics, logEvents(logger)]);
    const events = new ServiceEmitter();
    observer.observe({ events });

    const redis =
      config.redisUrl.value === undefined ? undefined : await connectRedis(config.redisUrl.value, logger, closeAll);
    const incidents = chain.incidents === undefined ? undefined : createFileIncidentStore({ path: chain.incidents });
    if (incidents) closeAll.add(incidents, () => incidents.dispose?.());
    const guardrails = observer.watchGuardrails(
      createGuardrails({
        catalog,
        policy: { ...assembly.policy, ...(!config.act.value && { mode: 'suggest' }) },
        ...(redis && { store: createRedisGuardrailStore({ client: redis }) }),
      }),
    );
    const audit = await openAudit(config, logger, closeAll);
    audit?.events.on('lost', ({ total }) => metrics.gauges.auditLost(total));
    const authenticator = await createAuthenticator(config, logger, closeAll);
    if (authenticator && config.insecure.value) {
      throw new ConfigurationError(
        'insecure: expected --insecure (TRM_SERVE_INSECURE) or settings of who is let in, received both; leave one out',
      );
    }
    if (!authenticator && !config.insecure.value) {
      throw new ConfigurationError(
        'nobody may ask yet: expected --tokens-file (TRM_TOKENS_FILE; "agent-trm token create" makes its lines), ' +
          'TRM_JWKS_URL, --certificates-file, or --insecure, which listens on this machine alone',
      );
    }

    const fallback = createFallback(chain, config, closeAll);
    const service = await createService({
      modelPath,
      model: { ...model, onRuntimeEvent: observer.onRuntimeEvent },
      catalog,
      chain: { ...chain, ...(incidents && { incidentStore: incidents }), ...(fallback && { provider: fallback }) },
      fallback,
      ...(config.act.value && {
        acting: {
          guardrails,
          dispatcher: createTriggerDispatcher({
            sink: observer.watchSink(closeAll.add(createEventSink(), (sink) => sink.dispose())),
            policyVersion: 'serve',
          }),
        },
      }),
      onOutcome: createOutcomeRecorder({ guardrails, incidents }),
      authenticator,
      insecure: config.insecure.value,
      rateLimiter: limiterOf(config, redis, logger),
      trustedProxies: config.trustedProxies.value,
      audit,
      metrics: async () => ({ contentType: metrics.contentType, body: await metrics.metricsText() }),
      metricsScope: config.metricsScope.value,
      events,
      limits: {
        maxWaiting: config.maxQueue.value,
        requestTimeoutMs: config.deadlineMs.value,
        drainDelayMs: config.drainDelayMs.value,
        drainTimeoutMs: config.drainTimeoutMs.value,
        maxAlerts: config.maxAlerts.value,
        maxBodyBytes: config.maxBodyBytes.value,
      },
    });
    closeAll.add(service, () => service.close());
    observer.observe(service.chain);
    if (service.remediator) observer.observe(service.remediator);
    return { service, logger, close: () => closeAll.close() };
  } catch (error) {
    await closeAll.close().catch(() => undefined);
    throw error;
  }
}

async function openAudit(config: ServeConfig, logger: Logger, closeAll: CloseAll): Promise<FileAuditLog | undefined> {
  const path = config.auditLog.value;
  if (path === undefined) return undefined;
  const { value: key } = await resolveSecret('TRM_AUDIT_KEY');
  const audit = await createAuditLog({ path, key });
  audit.events.on('lost', ({ reason, count, total }) => logger.error({ reason, count, total }, 'audit_lost'));
  audit.events.on('failed', ({ error, queued }) => logger.error({ error: error.message, queued }, 'audit_failed'));
  return closeAll.add(audit, () => audit.close());
}

function limiterOf(config: ServeConfig, redis: SharedRedis | undefined, logger: Logger): RateLimiter | undefined {
  const points = config.rateLimit.value;
  if (points === 0) return undefined;
  const limit = { points, windowSeconds: 60 };
  if (!redis) return createMemoryRateLimiter(limit);
  const limiter = createRedisRateLimiter({ ...limit, client: redis });
  limiter.events.on('degraded', ({ error }) => logger.warn({ error: error.message }, 'limits_degraded'));
  limiter.events.on('restored', () => logger.info({}, 'limits_restored'));
  return limiter;
}
