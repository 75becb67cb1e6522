import { createEventSink, createTriggerDispatcher } from '../../cloudevents/index.js';
import type { ServeConfig } from '../../config/index.js';
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
  createMemoryRateLimiter,
  createRedisRateLimiter,
  createService,
  type RateLimiter,
  type Service,
  ServiceEmitter,
  type ServiceModelOptions,
} from '../../server/index.js';
import { createLogger, type Logger } from '../../telemetry/index.js';
import { createAuthenticator } from './access.js';
import { CloseAll } from './close-all.js';
import { connectRedis, type SharedRedis } from './connect-redis.js';
import { createFallback } from './fallback.js';
import { openAudit } from './open-audit.js';
import { createTelemetry } from './telemetry.js';
import { watchStorm } from './watch-storm.js';

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
    const { observer, gauges, page, middleware } = await createTelemetry(catalog, logger);
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
    const audit = await openAudit(config, logger, gauges.auditLost);
    if (audit) closeAll.add(audit, () => audit.close());
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

    const fallback = createFallback(chain, config, closeAll, gauges.breaker);
    if (config.act.value) closeAll.add(watchStorm(guardrails, gauges.breaker), (end) => end());
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
      ui: config.ui.value,
      rateLimiter: limiterOf(config, redis, logger),
      trustedProxies: config.trustedProxies.value,
      audit,
      metrics: page,
      metricsScope: config.metricsScope.value,
      middleware,
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
