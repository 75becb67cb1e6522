import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PHASE_OUTCOMES } from '../measure/values.js';
import type { Handlers } from '../observer/events.js';

/** The phase that the earlier agents measured. */
const PHASE = 'trm';

/** What they called the way in which it answers. */
const METHOD = 'trm_recursive_reasoning';

/** Outcomes of a phase that say that it did not answer at all. */
const ERRORS: readonly string[] = ['failed', 'timed-out'];

const FALLBACKS: readonly string[] = PHASE_OUTCOMES.filter((outcome) => !['taken', 'none-applies'].includes(outcome));

/** The metrics of the earlier agents, by the names that their dashboards and alerts know. */
export interface Aliases {
  readonly names: readonly string[];
  readonly handlers: Handlers;
  modelLoaded(loaded: boolean): void;
}

type PromClient = typeof import('prom-client');

/**
 * Makes the earlier metrics of the TRM: `trm_inference_total{method,status}`,
 * `trm_inference_duration_seconds{method}`, `trm_confidence_score`, `trm_fallback_total{reason}` and
 * `trm_model_loaded`. Two labels differ, since they had no bounds: the confidence has no `alertname`, and the reason of
 * a fallback is the outcome of the phase where it was the text of an error.
 *
 * @param prefix before each name, such as `agent_sre_`
 */
export function createAliases(
  { Counter, Gauge, Histogram }: PromClient,
  registers: Registry[],
  prefix: string,
  buckets: { readonly seconds: readonly number[]; readonly probabilities: readonly number[] },
): Aliases {
  const name = (base: string): string => `${prefix}${base}`;
  const inferences: Counter<string> = new Counter({
    name: name('trm_inference_total'),
    help: 'Alerts that the TRM was asked about (earlier name).',
    labelNames: ['method', 'status'],
    registers,
  });
  const durations: Histogram<string> = new Histogram({
    name: name('trm_inference_duration_seconds'),
    help: 'Time that the TRM took for one alert (earlier name).',
    labelNames: ['method'],
    buckets: [...buckets.seconds],
    registers,
  });
  const confidences: Histogram<string> = new Histogram({
    name: name('trm_confidence_score'),
    help: 'Confidence of the TRM, from 0 to 1 (earlier name).',
    buckets: [...buckets.probabilities],
    registers,
  });
  const fallbacks: Counter<string> = new Counter({
    name: name('trm_fallback_total'),
    help: 'Alerts for which the TRM was not taken, by the outcome of its phase (earlier name).',
    labelNames: ['reason'],
    registers,
  });
  const loaded: Gauge<string> = new Gauge({
    name: name('trm_model_loaded'),
    help: 'Whether a TRM model is loaded: 1 or 0 (earlier name).',
    registers,
  });
  for (const reason of FALLBACKS) fallbacks.inc({ reason }, 0);
  for (const status of ['success', 'error']) inferences.inc({ method: METHOD, status }, 0);

  return {
    names: [
      'trm_inference_total',
      'trm_inference_duration_seconds',
      'trm_confidence_score',
      'trm_fallback_total',
      'trm_model_loaded',
    ].map(name),
    handlers: {
      phase_ended({ attempt: { phase, outcome, confidence, durationMs } }) {
        if (phase !== PHASE) return;
        if (FALLBACKS.includes(outcome)) fallbacks.inc({ reason: outcome });
        if (outcome === 'skipped') return;
        inferences.inc({ method: METHOD, status: ERRORS.includes(outcome) ? 'error' : 'success' });
        durations.observe({ method: METHOD }, durationMs / 1000);
        if (confidence !== undefined) confidences.observe(confidence);
      },
    },
    modelLoaded: (is) => loaded.set(is ? 1 : 0),
  };
}
