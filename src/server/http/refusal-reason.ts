import type { RefusalReason } from '../service-events.js';
import type { ProblemName } from './problem.js';

const REASONS: Readonly<Partial<Record<ProblemName, RefusalReason>>> = {
  malformed: 'malformed',
  'invalid-input': 'malformed',
  'unsupported-media-type': 'malformed',
  'too-large': 'too-large',
  'headers-too-large': 'too-large',
  overloaded: 'overloaded',
  draining: 'draining',
  'deadline-exceeded': 'timeout',
  'request-timeout': 'timeout',
  'rate-limited': 'rate-limit',
  unauthenticated: 'invalid',
  forbidden: 'scope',
};

/** The reason that metrics count for a problem. */
export function refusalReasonOf(problem: ProblemName): RefusalReason {
  return REASONS[problem] ?? 'other';
}
