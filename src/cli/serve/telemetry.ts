import type { MiddlewareHandler } from 'hono';
import type { Catalog } from '../../domain/index.js';
import type { MetricsPage, ServiceEnv } from '../../server/index.js';
import {
  combineObservers,
  createPrometheusMetrics,
  findOpenTelemetry,
  type Gauges,
  type Logger,
  logEvents,
  type Observer,
  type OpenTelemetry,
} from '../../telemetry/index.js';

/** Everything that looks on at a service. */
export interface ServeTelemetry {
  readonly observer: Observer;
  readonly gauges: Gauges;
  /** What GET /metrics gives. */
  page(): Promise<MetricsPage>;
  /** What runs around every request. */
  readonly middleware: readonly MiddlewareHandler<ServiceEnv>[];
}

/** Logs and Prometheus metrics, and OpenTelemetry where the process has registered a provider. */
export async function createTelemetry(catalog: Catalog, logger: Logger): Promise<ServeTelemetry> {
  const metrics = await createPrometheusMetrics({ catalog, processMetrics: true, aliases: true });
  const open = await findOpenTelemetry({ catalog });
  return {
    observer: combineObservers([metrics, logEvents(logger), ...(open ? [open] : [])]),
    gauges: bothGauges(metrics.gauges, open?.gauges),
    page: async () => ({ contentType: metrics.contentType, body: await metrics.metricsText() }),
    middleware: open ? [traceRequests(open)] : [],
  };
}

function bothGauges(one: Gauges, other: Gauges | undefined): Gauges {
  if (!other) return one;
  return {
    breaker(dependency, state) {
      one.breaker(dependency, state);
      other.breaker(dependency, state);
    },
    model(model) {
      one.model(model);
      other.model(model);
    },
    auditLost(total) {
      one.auditLost(total);
      other.auditLost(total);
    },
  };
}

/** Asked every few seconds by whatever looks after the process, of which nobody wants a trace. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics', '/v2/health/live', '/v2/health/ready']);

function traceRequests({ traceRequest }: OpenTelemetry): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const { method, path, raw } = context.req;
    if (PROBES.has(path)) return next();
    await traceRequest({ method, headers: raw.headers }, next, () => {
      const { route, writing } = context.get('state');
      return { route, status: context.res.status, writing };
    });
    return undefined;
  };
}
