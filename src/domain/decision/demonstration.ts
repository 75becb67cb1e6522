import type { Alert } from '../alert/alert.js';
import type { ParameterOrigin, ParameterValue } from './decision.js';

/** An alert that was answered before: what a runbook, an incident or a person says is right for alerts like it. */
export interface Demonstration {
  readonly alert: Alert;
  /** The function that was right, or `null` where nothing should be called. */
  readonly lambdaFunction: string | null;
  /** Parameter -> part of the demonstration's own alert that filled it; what is not named was left to its default. */
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
}

/**
 * An alert that was answered before, such as a runbook's entry or a past incident whose call was effective: the alert
 * with the function that was right (`null`: none) and its parameters. Values that a label holds are read from that label
 * of the next alert; `parameterOrigins` says it outright.
 */
export interface DemonstrationInput {
  readonly alert: { readonly labels: Readonly<Record<string, string>> } & Partial<Alert>;
  readonly lambdaFunction: string | null;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins?: Readonly<Record<string, ParameterOrigin>>;
}
