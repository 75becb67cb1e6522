import type { Alert } from '../alert/alert.js';
import type { ParameterValue } from '../decision/decision.js';

/** A call that may be made: a chain decided it, and every guardrail let it pass. */
export interface Action {
  readonly alert: Alert;
  readonly call: {
    readonly lambdaFunction: string;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
  };
  /** Probability in [0, 1] that the whole call is right. */
  readonly confidence: number;
  /** Phase of the chain that decided. */
  readonly phase: string;
  readonly correlationId: string;
  /** The event that brought the alert, where one did. */
  readonly causation?:
    | { readonly id: string; readonly traceparent?: string | undefined; readonly tracestate?: string | undefined }
    | undefined;
}

/** Hands an action to whoever carries it out. */
export interface ActionDispatcher {
  /**
   * Resolves when the action was accepted, with the id under which it is known; the same action has the same id. Rejects
   * when it was not accepted: then it counts as not done.
   */
  dispatch(action: Action, options: { readonly signal: AbortSignal }): Promise<{ readonly eventId: string }>;
}
