import type { Alert } from '../alert/alert.js';
import type { ParameterOrigin } from './decision.js';

/** An alert that was answered before: what a runbook, an incident or a person says is right for alerts like it. */
export interface Demonstration {
  readonly alert: Alert;
  /** The function that was right, or `null` where nothing should be called. */
  readonly lambdaFunction: string | null;
  /** Parameter -> part of the demonstration's own alert that filled it; what is not named was left to its default. */
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
}
