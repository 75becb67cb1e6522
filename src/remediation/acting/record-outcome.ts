import type { Alert } from '../../domain/alert/alert.js';
import type { ParameterValue } from '../../domain/decision/decision.js';
import type { Guardrails, OutcomeReport } from '../guardrails/index.js';
import type { IncidentStore } from '../retrieval/incidents/index.js';

/** What became of a call, as `onOutcome` of `handleLambdaEvents` tells it. */
export interface ReportedOutcome {
  readonly call: {
    readonly lambdaFunction: string;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
    readonly alert: Alert;
    /** The event that carried the call. */
    readonly origin: { readonly id: string };
  };
  /** Left out where no function ran, so that there is nothing to learn from. */
  readonly outcome?: OutcomeReport['outcome'] | undefined;
}

export interface OutcomeRecorderOptions {
  /** Stop what is tried in vain. */
  readonly guardrails: Pick<Guardrails, 'recordOutcome'>;
  /** What the phase few-shot goes by. Default: outcomes are kept nowhere but in the guardrails. */
  readonly incidents?: Pick<IncidentStore, 'add'> | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
}

/**
 * Takes outcomes back to where they count: to the guardrails, which stop after attempts in vain, and to the past
 * incidents, which the next decision goes by. The event's id names both, so an outcome that is told again counts once,
 * and a later one of the same event takes the place of the earlier one among the incidents.
 *
 * What it returns rejects with what the guardrails or the store reject with, an AggregateError when both do; the other
 * one has its report then, and the same result can be given again.
 *
 * @example
 * const onOutcome = createOutcomeRecorder({ guardrails, incidents });
 * const functions = handleLambdaEvents({ 'pod-restart': restart }, { onOutcome });
 */
export function createOutcomeRecorder(options: OutcomeRecorderOptions): (result: ReportedOutcome) => Promise<void> {
  const { guardrails, incidents, clock = Date.now } = options;
  return async ({ call, outcome }) => {
    if (outcome === undefined) return;
    const { alert, lambdaFunction, parameters, origin } = call;
    const now = clock();
    const at = new Date(now).toISOString();
    const called = { lambdaFunction, parameters };
    const told = await Promise.allSettled([
      guardrails.recordOutcome({ eventId: origin.id, alert, call: called, outcome, at: now }),
      incidents?.add({ id: origin.id, alert, call: called, outcome, at }),
    ]);
    const failures = told.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (failures.length > 1) throw new AggregateError(failures, 'neither guardrails nor incidents took the outcome');
    if (failures.length === 1) throw failures[0];
  };
}
