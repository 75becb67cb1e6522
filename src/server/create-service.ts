import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { resolveModelConfig } from '../config/index.js';
import { ConfigurationError } from '../core/errors.js';
import { Remediator } from '../remediation/acting/index.js';
import { createRemediationChain, type RemediationChain } from '../remediation/chain/index.js';
import { packageRoot } from '../trm/remediation/index.js';
import { createOpenAuthenticator } from './auth/index.js';
import { compatRoutes } from './compat/index.js';
import { createAccess, type RateLimiters } from './http/access.js';
import { ByteBudget } from './http/byte-budget.js';
import type { ServiceEnv } from './http/context.js';
import type { Listening, ListenOptions } from './http/node-server.js';
import { createPipeline } from './http/pipeline.js';
import { createKernel } from './kernel.js';
import { createLifecycle } from './lifecycle.js';
import { createClientAddress } from './limits/index.js';
import { ModelHolder } from './model/model-holder.js';
import { createModelLoader, type LoadModel, type ModelIdentity } from './model/service-model.js';
import { openApiDocument } from './openapi/document.js';
import { aboutRoutes } from './routes/about.js';
import { adminRoute } from './routes/admin.js';
import { eventRoutes } from './routes/events.js';
import { feedbackRoute } from './routes/feedback.js';
import { healthRoutes } from './routes/health.js';
import { reasonRoute } from './routes/reason.js';
import { selectRoute } from './routes/select.js';
import { ServiceEmitter } from './service-events.js';
import { resolveServiceLimits, type ServiceLimits } from './service-limits.js';
import type { ServiceOptions } from './service-options.js';
import type { ServiceRoute } from './service-route.js';
import { uiRoutes } from './ui/ui-routes.js';
import { CatalogCache } from './work/catalog-cache.js';
import { Decider } from './work/decider.js';
import { WorkQueue } from './work/work-queue.js';

/** A service that many agents share. */
export interface Service extends AsyncDisposable {
  /** For servers of one's own and for tests; `listen` serves it with time limits. */
  readonly app: Hono<ServiceEnv>;
  readonly events: ServiceEmitter;
  readonly limits: ServiceLimits;
  /** The chain that decides, for those who observe it. */
  readonly chain: RemediationChain;
  /** What acts on events, where something does, for those who observe it. */
  readonly remediator: Remediator | undefined;
  /** The model that gets the next request. */
  readonly model: ModelIdentity;
  /** What goes on at this moment. */
  stats(): ServiceStats;
  /** Starts to take requests. Rejects with ConfigurationError that says why not. */
  listen(options?: ListenOptions): Promise<Listening>;
  /**
   * Takes another model while requests run; default: the present folder anew. Rejects with ModelLoadError or
   * ExecutionProviderError, and the present model goes on answering then.
   */
  reload(path?: string): Promise<ModelIdentity>;
  /**
   * Ends without losing anything that was accepted: it is not ready any more, takes no more connections, finishes what
   * is under way within `limits.drainTimeoutMs`, and gives up the rest. Then `close`.
   */
  drain(): Promise<void>;
  /** Ends at once: what is under way is given up and answered 503. Gives all memory and threads back. */
  close(): Promise<void>;
}

export interface ServiceStats {
  /** Requests that are being read or answered. */
  readonly inFlight: number;
  /** Alerts that are being decided, and alerts that wait for it. */
  readonly active: number;
  readonly waiting: number;
  /** Rows in the model's batch, and rows that wait for a place in it. */
  readonly batch: { readonly active: number; readonly waiting: number };
  /** Bytes of bodies that are held. */
  readonly bufferedBytes: number;
}

/**
 * Makes a service: loads and probes its model, and builds its routes. It takes no request before `listen`.
 *
 * Rejects with ConfigurationError that names the option, ModelLoadError, ExecutionProviderError.
 *
 * @example
 * const service = await createService({ authenticator });
 * const { url } = await service.listen({ host: '0.0.0.0', port: 8080 });
 * process.once('SIGTERM', () => service.drain());
 */
export async function createService(options: ServiceOptions = {}): Promise<Service> {
  const limits = resolveServiceLimits(options.limits);
  const authenticator = authenticatorOf(options);
  const clientAddress = createClientAddress(options.trustedProxies);
  const catalogs = new CatalogCache(options.catalog);
  const events = options.events ?? new ServiceEmitter();
  const queue = new WorkQueue({ maxConcurrent: limits.maxConcurrent, maxWaiting: limits.maxWaiting });
  const holder = await ModelHolder.open({
    load: loaderOf(options, events),
    path: resolveModelConfig({ modelPath: options.modelPath }).modelPath.value,
    probeTimeoutMs: options.probeTimeoutMs,
    events,
  });
  const decider = new Decider({ holder, queue, events });
  const chain = await createRemediationChain({
    ...options.chain,
    catalog: catalogs.fallback.catalog,
    trm: decider.reasoner,
  }).catch(async (error: unknown) => {
    await holder.dispose();
    throw error;
  });

  const budget = new ByteBudget(limits.maxBufferedBytes);
  const pipeline = createPipeline({
    limits,
    events,
    budget,
    audit: options.audit,
    checkAccess: createAccess({ authenticator, rateLimiters: limitersOf(options.rateLimiter), events }),
    clientAddress,
    retryAfterSeconds: () => queue.retryAfterSeconds(),
    middleware: options.middleware ?? [],
  });
  const kernel = createKernel({ options, limits, events, budget, catalogs, chain, decider, holder, queue });
  const remediator = options.acting && new Remediator({ chain: kernel.countedChain, ...options.acting });

  const version = packageVersion();
  const routes: ServiceRoute[] = [
    reasonRoute(kernel),
    selectRoute(kernel),
    ...eventRoutes(kernel, { remediator, types: options.eventTypes }),
    feedbackRoute(kernel, options.onOutcome),
    adminRoute(kernel, holder),
    ...compatRoutes(kernel),
    ...healthRoutes(() => holder.ready && !lifecycle.stopping),
    ...aboutRoutes(kernel, {
      version,
      metrics: options.metrics,
      metricsScope: options.metricsScope ?? 'public',
      document: () => (document ??= openApiDocument(routes, version)),
    }),
    ...(options.ui === false ? [] : uiRoutes(chain)),
    ...(options.extensions ?? []).flatMap((extension) => extension.routes(kernel)),
  ];
  let document: Readonly<Record<string, unknown>> | undefined;
  pipeline.add(routes);

  const lifecycle = createLifecycle({
    pipeline,
    limits,
    events,
    loopbackOnly: options.insecure === true,
    refuseWork: () => queue.close(),
    async release() {
      await remediator?.dispose();
      await chain.dispose();
      await holder.dispose();
    },
  });

  return {
    app: pipeline.app,
    events,
    limits,
    chain,
    remediator,
    get model() {
      return holder.identity;
    },
    stats: () => ({
      inFlight: pipeline.inFlight,
      active: queue.active,
      waiting: queue.waiting,
      batch: holder.load,
      bufferedBytes: budget.held,
    }),
    listen: lifecycle.listen,
    reload: (path) => holder.reload(path ?? holder.path),
    drain: lifecycle.drain,
    close: lifecycle.close,
    [Symbol.asyncDispose]: lifecycle.close,
  };
}

function authenticatorOf({ authenticator, insecure }: ServiceOptions): NonNullable<ServiceOptions['authenticator']> {
  if (authenticator && insecure) {
    throw new ConfigurationError('insecure: expected an authenticator or insecure, received both; leave one out');
  }
  if (authenticator) return authenticator;
  if (insecure) return createOpenAuthenticator();
  throw new ConfigurationError(
    'authenticator: expected one, since whoever reaches the service can have actions taken; ' +
      'insecure: true does without and listens on this machine alone',
  );
}

function limitersOf(given: ServiceOptions['rateLimiter']): RateLimiters {
  if (!given) return {};
  return 'take' in given ? { address: given, principal: given } : given;
}

function loaderOf({ model, chain }: ServiceOptions, events: ServiceEmitter): LoadModel {
  if (typeof model === 'function') return model;
  const config = resolveModelConfig({ executionProviders: model?.executionProviders, threads: model?.threads });
  return createModelLoader({
    confidenceThreshold: chain?.confidenceThreshold,
    ...model,
    executionProviders: config.executionProviders.value,
    threads: config.threads.value,
    onBatch: (rows) => {
      events.emit('batch_computed', { rows });
      model?.onBatch?.(rows);
    },
  });
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
