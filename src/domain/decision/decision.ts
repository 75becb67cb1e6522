/** A value of a function call. */
export type ParameterValue = string | number | boolean;

/** Where a parameter's value comes from; it is never invented. */
export type ParameterOrigin =
  | { readonly kind: 'label' | 'annotation' | 'metric'; readonly key: string }
  | { readonly kind: 'alert-name'; readonly word: string }
  | { readonly kind: 'default' }
  /** Computed by a declared rule; `key` is the label or metric that the rule read, where there is one. */
  | { readonly kind: 'rule'; readonly rule: string; readonly key?: string }
  /** A number, switch or choice that names no target, as the phase `by` proposed it; valid by the schema. */
  | { readonly kind: 'proposal'; readonly by: string };

/** One function of the catalog with its probability. */
export interface Candidate {
  /** `null` stands for "none of these functions applies". */
  readonly lambdaFunction: string | null;
  /** Softmax share in [0, 1] over the presented catalog and "none". */
  readonly probability: number;
}

/** What the model would have answered had it stopped here. */
export interface TraceStep {
  /** Supervision step, from 1. */
  readonly step: number;
  /** H cycle within the step, from 1. */
  readonly hCycle: number;
  readonly lambdaFunction: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Calibrated probability in [0, 1] that this answer is right. */
  readonly confidence: number;
}

/**
 * Why no function is named: none fits; a parameter that is required cannot be filled from the alert; a value breaks the
 * function's schema or names a target that is not in the alert; the phase found nothing to go by; the function that it
 * found is not in the catalog; what it found contradicts itself; an answer that cannot be read.
 */
export type AbstainReason =
  | 'none-applies'
  | 'missing-parameter'
  | 'invalid-parameter'
  | 'no-evidence'
  | 'unknown-function'
  | 'contradiction'
  | 'unreadable-answer';

/** The answer to one alert. */
export interface Decision {
  /** The function to call, or `null` when none should be. */
  readonly lambdaFunction: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
  /** Calibrated probability in [0, 1] that the whole answer is right. */
  readonly confidence: number;
  /** True when `confidence` is at or over the threshold. */
  readonly accepted: boolean;
  /** Set when `lambdaFunction` is null. */
  readonly abstainReason?: AbstainReason;
  /** One sentence for people, made from the decoded cause and pointers. */
  readonly reasoning: string;
  /** The most probable cause class, such as `crash-loop`. */
  readonly cause: string;
  readonly method: 'trm_recursive_reasoning';
  /** Supervision steps used. */
  readonly iterations: number;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly trace: readonly TraceStep[];
}
