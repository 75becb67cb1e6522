import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DEFINITIONS, type Meters, type MetricDefinition } from '../measure/metrics.js';

type PromClient = typeof import('prom-client');

/** Registers every metric and gives the meters that move them. Throws what prom-client throws for a name taken. */
export function createInstruments(client: PromClient, registry: Registry, prefix: string): Meters {
  const counters = new Map<string, Counter<string>>();
  const gauges = new Map<string, Gauge<string>>();
  const histograms = new Map<string, Histogram<string>>();
  for (const [name, definition] of DEFINITIONS) {
    const { kind, help, labels, buckets } = definition;
    const base = { name: `${prefix}${name}`, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') counters.set(name, startAtZero(new client.Counter<string>(base), definition));
    else if (kind === 'gauge') gauges.set(name, empty(new client.Gauge<string>(base)));
    else histograms.set(name, new client.Histogram<string>({ ...base, ...(buckets && { buckets: [...buckets] }) }));
  }
  return {
    count: (name, labels, by = 1) => {
      if (Number.isFinite(by) && by >= 0) counters.get(name)?.inc({ ...labels }, by);
    },
    record: (name, labels, value) => {
      if (Number.isFinite(value)) histograms.get(name)?.observe({ ...labels }, value);
    },
    set: (name, labels, value) => {
      if (Number.isFinite(value)) gauges.get(name)?.set({ ...labels }, value);
    },
    clear: (name) => {
      const gauge = gauges.get(name);
      if (gauge) empty(gauge);
    },
  };
}

/** Takes all series away; one without labels would stay as a 0, which nobody has measured. */
function empty(gauge: Gauge<string>): Gauge<string> {
  gauge.reset();
  gauge.remove({});
  return gauge;
}

/** A series that appears with its first event is no increase to Prometheus; where there are few, all appear at once. */
function startAtZero(counter: Counter<string>, { labels, values, starts = [] }: MetricDefinition): Counter<string> {
  for (const series of starts) counter.inc({ ...series }, 0);
  const [label] = labels;
  if (label === undefined || labels.length > 1) return counter;
  for (const value of values?.[label] ?? []) counter.inc({ [label]: value }, 0);
  return counter;
}
