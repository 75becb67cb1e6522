import type { Registry } from 'prom-client';
import { ConfigurationError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import { type Catalog, DEFAULT_CATALOG } from '../../domain/index.js';
import { LabelBounds } from '../measure/label-bounds.js';
import { measureEvents } from '../measure/measure-events.js';
import { createGauges, type Gauges, measureService } from '../measure/measure-service.js';
import { METRICS } from '../measure/metrics.js';
import type { Handlers } from '../observer/events.js';
import { combineObservers, createObserver, type Observer } from '../observer/observer.js';
import { createAliases } from './aliases.js';
import { createInstruments } from './instruments.js';

export interface PrometheusOptions {
  /** Where the metrics are registered. Default: a registry of its own, so that nothing else is exported with them. */
  readonly registry?: Registry | undefined;
  /** Before each name. Default `agent_trm_`. */
  readonly prefix?: string | undefined;
  /** Functions that are counted by name; others count as `other`. Default: `DEFAULT_CATALOG`. */
  readonly catalog?: Catalog | undefined;
  /**
   * Exports the TRM's metrics under the names of the earlier agents too: true for `agent_sre_trm_...`, a text for
   * another prefix (`''` for none). Default false.
   */
  readonly aliases?: boolean | string | undefined;
  /** Exports memory, CPU, event loop and garbage collection of the process (`process_...`, `nodejs_...`). Default false. */
  readonly processMetrics?: boolean | undefined;
}

/** Metrics as Prometheus scrapes them. */
export interface PrometheusMetrics extends Observer {
  readonly registry: Registry;
  /** What no event tells. */
  readonly gauges: Gauges;
  /** Value of the `content-type` header that goes with `metricsText()`. */
  readonly contentType: string;
  /** Everything that the registry holds, in Prometheus' text format. */
  metricsText(): Promise<string>;
}

const PREFIX = /^(?:[a-zA-Z_:][a-zA-Z0-9_:]{0,63})?$/;
const DEFAULT_PREFIX = 'agent_trm_';
const DEFAULT_ALIAS_PREFIX = 'agent_sre_';

/**
 * Makes metrics of what it observes. Loads prom-client.
 *
 * Rejects with ConfigurationError for a prefix that no metric can have, and when the registry has a metric of one of the
 * names already.
 *
 * @example
 * const metrics = await createPrometheusMetrics();
 * metrics.observe(chain);
 * const stop = metrics.observe(remediator);
 * response.setHeader('content-type', metrics.contentType).end(await metrics.metricsText());
 */
export async function createPrometheusMetrics(options: PrometheusOptions = {}): Promise<PrometheusMetrics> {
  const { catalog = DEFAULT_CATALOG, processMetrics = false } = options;
  const prefix = checkPrefix('prefix', options.prefix ?? DEFAULT_PREFIX);
  const aliasPrefix = readAliases(options.aliases ?? false);
  const client = await loadPromClient();
  const registry = options.registry ?? new client.Registry();
  const bounds = new LabelBounds(catalog);
  const { meters, aliases } = register(registry, () => ({
    meters: createInstruments(client, registry, prefix),
    aliases:
      aliasPrefix === undefined
        ? undefined
        : createAliases(client, [registry], aliasPrefix, {
            seconds: METRICS.selection_duration_seconds.buckets,
            probabilities: METRICS.confidence.buckets,
          }),
  }));
  if (processMetrics) register(registry, () => client.collectDefaultMetrics({ register: registry }));

  const made = createGauges(meters, bounds);
  const gauges: Gauges = {
    ...made,
    model(model) {
      made.model(model);
      aliases?.modelLoaded(model !== null);
    },
  };
  aliases?.modelLoaded(false);
  const observers = [
    measureEvents(meters, bounds),
    measureService(meters, bounds, gauges),
    ...(aliases ? [aliases.handlers] : []),
  ].map((handlers: Handlers) => createObserver('the Prometheus metrics', handlers));
  return {
    ...combineObservers(observers),
    registry,
    gauges,
    contentType: registry.contentType,
    metricsText: () => registry.metrics(),
  };
}

/** The module, whose named exports Node does not always see when it imports CommonJS. */
async function loadPromClient(): Promise<typeof import('prom-client')> {
  const module = await import('prom-client');
  return 'Registry' in module ? module : (module as unknown as { default: typeof import('prom-client') }).default;
}

/** Registers all or nothing: a name that is taken must not leave half of the metrics behind. */
function register<T>(registry: Registry, work: () => T): T {
  const before = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  try {
    return work();
  } catch (error) {
    for (const { name } of registry.getMetricsAsArray()) if (!before.has(name)) registry.removeSingleMetric(name);
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `registry: ${message}; make the metrics once for a registry, or give the second ones another prefix`,
      { cause: error },
    );
  }
}

function readAliases(aliases: unknown): string | undefined {
  if (aliases === false) return undefined;
  return checkPrefix('aliases', aliases === true ? DEFAULT_ALIAS_PREFIX : aliases);
}

function checkPrefix(option: string, prefix: unknown): string {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return prefix;
  throw new ConfigurationError(
    `${option}: expected letters, digits and underscores, no digit first, received ${describeValue(prefix)}`,
  );
}
