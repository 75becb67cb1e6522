import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import { DEFINITIONS, type Meters } from '../measure/metrics.js';

/** Names of our own attributes and instruments. */
const NAMESPACE = 'agent_trm';

interface GaugeSeries {
  readonly attributes: Attributes;
  readonly value: number;
}

/**
 * Creates every metric as an instrument: `selection_duration_seconds{tier}` is `agent_trm.selection_duration` in
 * seconds with the attribute `agent_trm.tier`. An exporter for Prometheus gives it its name back.
 */
export function createInstruments(meter: Meter): Meters {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Map<string, GaugeSeries>>();
  const histograms = new Map<string, Histogram>();
  for (const [name, { kind, help: description, buckets }] of DEFINITIONS) {
    const instrument = instrumentName(name);
    const options = { description, ...(name.endsWith('_seconds') && { unit: 's' }) };
    if (kind === 'counter') counters.set(name, meter.createCounter(instrument, options));
    else if (kind === 'histogram') {
      const advice = buckets && { explicitBucketBoundaries: [...buckets] };
      histograms.set(name, meter.createHistogram(instrument, { ...options, ...(advice && { advice }) }));
    } else {
      // Asked when it is exported, so that a series that was cleared is not exported any more.
      const series = new Map<string, GaugeSeries>();
      gauges.set(name, series);
      meter.createObservableGauge(instrument, options).addCallback((result) => {
        for (const { value, attributes } of series.values()) result.observe(value, attributes);
      });
    }
  }
  return {
    count: (name, labels, by = 1) => {
      if (Number.isFinite(by) && by >= 0) counters.get(name)?.add(by, attributesOf(labels));
    },
    record: (name, labels, value) => {
      if (Number.isFinite(value)) histograms.get(name)?.record(value, attributesOf(labels));
    },
    set: (name, labels, value) => {
      if (!Number.isFinite(value)) return;
      gauges.get(name)?.set(JSON.stringify(labels), { value, attributes: attributesOf(labels) });
    },
    clear: (name) => gauges.get(name)?.clear(),
  };
}

/** `events_total` -> `agent_trm.events`: the ending is the exporter's. */
export function instrumentName(name: string): string {
  return `${NAMESPACE}.${name.replace(/_(?:total|seconds)$/, '')}`;
}

function attributesOf(labels: Readonly<Record<string, string>>): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [`${NAMESPACE}.${name}`, value]));
}
