import type { Decision, ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import type { Evidence } from '../../domain/selection/selector.js';

/**
 * How one phase ended: its call was taken; it was sure that nothing should be done; it was not sure enough; it named no
 * function; its call broke the function's schema or left the catalog; it failed; its time was up; it was switched off.
 */
export type PhaseOutcome =
  | 'taken'
  | 'none-applies'
  | 'below-threshold'
  | 'abstained'
  | 'refused'
  | 'failed'
  | 'timed-out'
  | 'skipped';

/** What one phase said, whether it was taken or not. */
export interface PhaseAttempt {
  readonly phase: string;
  readonly outcome: PhaseOutcome;
  /** The function that the phase named. */
  readonly lambdaFunction?: string | undefined;
  /** In [0, 1]; left out when the phase gave none. */
  readonly confidence?: number | undefined;
  /** In [0, 1], as it was when the phase was asked. */
  readonly threshold: number;
  /** One sentence on why it ended so. */
  readonly reason: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

/**
 * What came of one alert: a function to call; a phase was sure enough that none applies; the alert is over; or nobody
 * knew, which is for a person to look at.
 */
export type ChainOutcome = 'selected' | 'none-applies' | 'resolved' | 'escalated';

/** The answer of a chain to one alert, with every attempt that led to it. */
export interface ChainDecision {
  readonly outcome: ChainOutcome;
  /** `null` unless the outcome is `selected`. */
  readonly lambdaFunction: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
  /** Confidence in [0, 1] of the phase that was taken; 0 when nobody knew. */
  readonly confidence: number;
  /** Phase that was taken; `null` when nobody knew. */
  readonly phase: string | null;
  /** One sentence for people. */
  readonly reasoning: string;
  readonly evidence: readonly Evidence[];
  /** The TRM's own decision with its recursion trace, when that phase was taken. */
  readonly decision?: Decision | undefined;
  /** In the order in which the phases were asked. */
  readonly attempts: readonly PhaseAttempt[];
  /** Name that goes with the decision through events and logs. */
  readonly correlationId: string;
  /** Milliseconds. */
  readonly durationMs: number;
}
