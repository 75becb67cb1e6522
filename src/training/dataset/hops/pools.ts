import type { Split } from '../example.js';
import { SYLLABLES } from '../situation/word-lists.js';

/** From which words and wordings an example is made; nothing stands in two pools. */
export const POOLS = ['train', 'tuning', 'test'] as const;
export type Pool = (typeof POOLS)[number];

/** Validation and calibration share a pool that neither training nor the test uses. */
export function poolOf(split: Split): Pool {
  if (split === 'train' || split === 'test') return split;
  return 'tuning';
}

/** Of six syllables four are for training. */
const poolOfSyllable = (index: number): Pool => (index % 6 === 1 ? 'tuning' : index % 6 === 4 ? 'test' : 'train');

/** Syllables of which the names of services and objects are made. */
export const SERVICE_SYLLABLES: Readonly<Record<Pool, readonly string[]>> = {
  train: SYLLABLES.filter((_, index) => poolOfSyllable(index) === 'train'),
  tuning: SYLLABLES.filter((_, index) => poolOfSyllable(index) === 'tuning'),
  test: SYLLABLES.filter((_, index) => poolOfSyllable(index) === 'test'),
};

/** What the alert complains about: the words of its name, after that of the service, and the cause without a root. */
export interface Complaint {
  readonly name: string;
  readonly cause: 'high-error-rate' | 'high-latency';
  /** What the service itself reads, in its metric's name. */
  readonly metric: string;
}

const errors = (metric: string, ...names: readonly string[]): Complaint[] =>
  names.map((name) => ({ name, metric, cause: 'high-error-rate' }));
const latency = (metric: string, ...names: readonly string[]): Complaint[] =>
  names.map((name) => ({ name, metric, cause: 'high-latency' }));

/** Complaints by pool. */
export const COMPLAINTS: Readonly<Record<Pool, readonly Complaint[]>> = {
  train: [
    ...errors('error_ratio_percent', 'HighErrorRate', 'ErrorsHigh', 'TooManyErrors', 'Http5xxHigh', 'RequestsFailing'),
    ...latency('latency_seconds', 'HighLatency', 'LatencyHigh', 'SlowRequests', 'ResponseTimeHigh', 'P99TooHigh'),
  ],
  tuning: [
    ...errors('failed_requests_percent', 'ErrorBudgetBurning', 'ServerErrors'),
    ...latency('p95_seconds', 'SlowReplies'),
  ],
  test: [
    ...errors('failure_percent', 'FailedCalls', 'UnsuccessfulAnswers', 'BadResponses'),
    ...latency('response_seconds', 'AnswersDelayed', 'DurationElevated', 'TurnaroundLong'),
  ],
};

/** Ways to say in a label that a service uses another: `cart_upstream="redis"`, or `redis_used_by="cart"`. */
export const RELATIONS: readonly { readonly words: string; readonly from: 'key' | 'value' }[] = [
  { words: 'upstream', from: 'key' },
  { words: 'depends_on', from: 'key' },
  { words: 'calls', from: 'key' },
  { words: 'dependency', from: 'key' },
  { words: 'used_by', from: 'value' },
  { words: 'caller', from: 'value' },
];
