import {
  ABSTAIN_REASONS,
  ACTION_OUTCOMES,
  DECISIONS,
  DELIVERY_RESULTS,
  GUARDRAIL_CHECKS,
  GUARDRAIL_MODES,
  HTTP_METHODS,
  NONE,
  PHASE_OUTCOMES,
  PROVIDER_REASONS,
  REFUSALS,
  REMEDIATION_OUTCOMES,
  RUNTIME_EVENTS,
} from './values.js';

export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** One sentence, for `# HELP` and for the description of an instrument. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  /** All values of the labels that have few. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Series of several labels that are there from the start, so that their first event is an increase. */
  readonly starts?: readonly Readonly<Record<string, string>>[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const PROBABILITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

/**
 * Every metric by its name without prefix, with base units in the name. Labels have few values: functions are those of
 * the catalog, phases, providers and routes those of the configuration; never a pod, a fingerprint or the text of an
 * error.
 */
export const METRICS = {
  selections_total: {
    kind: 'counter',
    help: 'Alerts that a chain decided, by the phase that was taken.',
    labels: ['tier', 'decision', 'function'],
    values: { decision: DECISIONS },
  },
  selection_duration_seconds: {
    kind: 'histogram',
    help: 'Time that one phase took for one alert, taken or not.',
    labels: ['tier'],
    buckets: SECONDS,
  },
  decision_duration_seconds: {
    kind: 'histogram',
    help: 'Time from an alert to its decision, all phases together.',
    labels: ['decision'],
    buckets: SECONDS,
    values: { decision: DECISIONS },
  },
  confidence: {
    kind: 'histogram',
    help: 'Confidence that a phase gave, from 0 to 1, taken or not.',
    labels: ['tier'],
    buckets: PROBABILITIES,
  },
  confidence_threshold: {
    kind: 'gauge',
    help: 'Least confidence, from 0 to 1, at which a phase is taken.',
    labels: ['tier'],
  },
  phase_attempts_total: {
    kind: 'counter',
    help: 'Phases that were asked, by how they ended.',
    labels: ['tier', 'outcome'],
    values: { outcome: PHASE_OUTCOMES },
  },
  fallbacks_total: {
    kind: 'counter',
    help: 'Phases that were not taken, by the phase that was asked next (none: nobody was left).',
    labels: ['from', 'to', 'reason'],
    values: { reason: PHASE_OUTCOMES },
  },
  abstentions_total: {
    kind: 'counter',
    help: 'Phases that named no function, by the reason that they gave.',
    labels: ['reason'],
    values: { reason: ABSTAIN_REASONS },
  },
  supervision_steps: {
    kind: 'histogram',
    help: 'Supervision steps that the TRM used for a decision that was taken.',
    labels: [],
    buckets: [1, 2, 3, 4, 6, 8, 12, 16],
  },
  guardrail_verdicts_total: {
    kind: 'counter',
    help: 'Calls that guardrails judged.',
    labels: ['mode', 'result'],
    values: { mode: GUARDRAIL_MODES, result: ['act', 'refuse'] },
  },
  guardrail_refusals_total: {
    kind: 'counter',
    help: 'Objections of guardrails, by the check that made them.',
    labels: ['check'],
    values: { check: GUARDRAIL_CHECKS },
  },
  remediations_total: {
    kind: 'counter',
    help: 'Alerts that came to their end, by what was done.',
    labels: ['outcome', 'function'],
    values: { outcome: REMEDIATION_OUTCOMES },
  },
  remediations_joined_total: {
    kind: 'counter',
    help: 'Alerts that came again while they were worked on.',
    labels: [],
  },
  settlement_failures_total: {
    kind: 'counter',
    help: 'Places of actions that guardrails could not keep or give back.',
    labels: ['step'],
    values: { step: ['confirm', 'release'] },
  },
  events_total: {
    kind: 'counter',
    help: 'Events that were to be delivered, by what became of them.',
    labels: ['result'],
    values: { result: DELIVERY_RESULTS },
  },
  event_delivery_attempts_total: {
    kind: 'counter',
    help: 'Requests to the sink by status; retried: followed by another, none: without an answer.',
    labels: ['code'],
  },
  event_delivery_duration_seconds: {
    kind: 'histogram',
    help: 'Time to deliver one event, all attempts together.',
    labels: ['result'],
    buckets: SECONDS,
    values: { result: DELIVERY_RESULTS },
  },
  outcomes_total: {
    kind: 'counter',
    help: 'Actions by how they ended, as it was reported back.',
    labels: ['function', 'outcome'],
    values: { outcome: ACTION_OUTCOMES },
  },
  generations_total: {
    kind: 'counter',
    help: 'Requests to a text client by the provider that answered (none: none did).',
    labels: ['provider', 'outcome'],
    values: { outcome: ['completed', 'failed'] },
  },
  generation_duration_seconds: {
    kind: 'histogram',
    help: 'Time from a request to a text client to its answer, fallbacks and reflections included.',
    labels: ['provider'],
    buckets: SECONDS,
  },
  generation_confidence: {
    kind: 'histogram',
    help: 'Confidence of answers of a text client, from 0 to 1.',
    labels: ['provider'],
    buckets: PROBABILITIES,
  },
  provider_fallbacks_total: {
    kind: 'counter',
    help: 'Text providers that another one was asked after.',
    labels: ['from', 'to', 'reason'],
    values: { reason: PROVIDER_REASONS },
  },
  reflection_steps: {
    kind: 'histogram',
    help: 'Reflections that an answer of a text client took.',
    labels: ['provider'],
    buckets: [0, 1, 2, 3, 5, 10],
  },
  tokens_total: {
    kind: 'counter',
    help: 'Input and output tokens of a text client, as far as providers report them.',
    labels: ['provider'],
  },
  runtime_events_total: {
    kind: 'counter',
    help: 'Execution providers that could not start, and workers that were lost.',
    labels: ['event', 'provider'],
    values: { event: RUNTIME_EVENTS },
    starts: [{ event: 'worker-lost', provider: NONE }],
  },
  inference_queue_size: { kind: 'gauge', help: 'Alerts that wait to be decided.', labels: [] },
  inference_batch_size: {
    kind: 'histogram',
    help: 'Alerts that the model computed together.',
    labels: [],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
  inference_queue_duration_seconds: {
    kind: 'histogram',
    help: 'Time that an alert waited to be decided.',
    labels: [],
    buckets: SECONDS,
  },
  inference_requests_in_flight: { kind: 'gauge', help: 'Alerts that wait or are being decided.', labels: [] },
  inference_shared_total: {
    kind: 'counter',
    help: 'Alerts that were answered by the computation of an identical one.',
    labels: [],
  },
  breaker_state: {
    kind: 'gauge',
    help: 'Circuit breaker of a dependency: 0 closed, 1 half-open, 2 open.',
    labels: ['dependency'],
  },
  model_info: {
    kind: 'gauge',
    help: 'The model that answers, as a series of value 1.',
    labels: ['sha', 'calibration'],
  },
  calibration_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the confidence of the model was calibrated, in seconds since 1970.',
    labels: [],
  },
  model_reloads_total: {
    kind: 'counter',
    help: 'Models that became the one that answers, and models that were not taken.',
    labels: ['result'],
    values: { result: ['switched', 'rejected'] },
  },
  http_requests_total: {
    kind: 'counter',
    help: 'Requests that the service answered.',
    labels: ['route', 'method', 'code'],
    values: { method: HTTP_METHODS },
  },
  http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from a request to the end of its answer.',
    labels: ['route'],
    buckets: SECONDS,
  },
  requests_refused_total: {
    kind: 'counter',
    help: 'Requests that the service refused.',
    labels: ['reason'],
    values: { reason: REFUSALS },
  },
  limiter_failures_total: {
    kind: 'counter',
    help: 'Failures of the rate limiter, during which requests are refused.',
    labels: [],
  },
  audit_records_lost_total: {
    kind: 'counter',
    help: 'Records that could not be written to the audit log.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

export type Labels<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;

type OfKind<K extends MetricDefinition['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];

/** Instruments by name, whatever collects them. Labels are bounded by then. */
export interface Meters {
  /** @param by 0 or more */
  count<N extends OfKind<'counter'>>(name: N, labels: Labels<N>, by?: number): void;
  /** Values that are no finite number are left out. */
  record<N extends OfKind<'histogram'>>(name: N, labels: Labels<N>, value: number): void;
  set<N extends OfKind<'gauge'>>(name: N, labels: Labels<N>, value: number): void;
  /** Forgets all series of a gauge. */
  clear(name: OfKind<'gauge'>): void;
}

/** The definitions for those who go through all of them. */
export const DEFINITIONS: readonly (readonly [name: MetricName, definition: MetricDefinition])[] = Object.entries(
  METRICS,
) as [MetricName, MetricDefinition][];
