import type { Alert } from '../alert/alert.js';
import type { Catalog } from '../catalog/catalog.js';
import type { AbstainReason, Decision, ParameterOrigin, ParameterValue } from '../decision/decision.js';

/** One question to a phase of the chain. */
export interface SelectRequest {
  readonly alert: Alert;
  /** Functions to choose from; nothing else may be named. */
  readonly catalog: Catalog;
  /** Always set; carries the phase's share of the deadline. */
  readonly signal: AbortSignal;
}

/** What a selection rests on, for people and for the audit. */
export interface Evidence {
  readonly kind: 'annotation' | 'model' | 'runbook' | 'incident' | 'llm' | 'rule';
  /** Where to find it, such as `RUNBOOK.md#pod-crash-loop`, an incident's id or a rule's name. */
  readonly source: string;
  /** What it says, in a sentence or an excerpt of at most 500 characters. */
  readonly text?: string | undefined;
  /** How well it fits, higher is better; comparable within one phase only. */
  readonly score?: number | undefined;
}

/** A call that a phase would make. */
export interface Selection {
  readonly kind: 'selected';
  readonly lambdaFunction: string;
  /** Valid by the function's schema; every target is a value of the alert or a declared default. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
  /** Probability in [0, 1] that the whole call is right; calibrated where the phase has data to fit it on. */
  readonly confidence: number;
  /** One sentence for people. */
  readonly reasoning: string;
  readonly evidence: readonly Evidence[];
  /** The TRM's own decision with its recursion trace; only of the TRM phase. */
  readonly decision?: Decision | undefined;
}

/** A phase that names no function. `none-applies` with a confidence says that nothing should be done. */
export interface Abstention {
  readonly kind: 'abstained';
  readonly reason: AbstainReason;
  /** Probability in [0, 1] that naming no function is right; only with `none-applies`. */
  readonly confidence?: number | undefined;
  /** The reason in words. */
  readonly detail: string;
  readonly evidence?: readonly Evidence[] | undefined;
  /** The TRM's own decision with its recursion trace; only of the TRM phase. */
  readonly decision?: Decision | undefined;
}

export type SelectorOutcome = Selection | Abstention;

/**
 * One phase of the chain. It throws for failures of infrastructure only (AbortedError and DeadlineExceededError when the
 * signal fires, ProviderError, InferenceError); that it does not know is an abstention.
 */
export interface Selector {
  readonly specificationVersion: 'v1';
  /** Such as `rag`; unique within a chain. */
  readonly name: string;
  doSelect(request: SelectRequest): Promise<SelectorOutcome>;
  dispose?(): Promise<void>;
}
