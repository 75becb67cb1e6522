import { throwIfAborted } from '../../core/deadline.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { Decision } from '../../domain/decision/decision.js';
import type { DemonstrationInput } from '../../domain/decision/demonstration.js';
import type { Evidence, Selector, SelectorOutcome, SelectRequest } from '../../domain/selection/selector.js';
import { excerpt } from './choice/excerpt.js';
import type { TRMRemediationSelector } from './trm.js';

/** What the phase needs of a TRMRemediationSelector. */
export type TrmReasoner = Pick<TRMRemediationSelector, 'select'>;

/** Answered alerts that are shown to the model beside one alert, such as past incidents. */
export type DemonstrationSource = (request: SelectRequest) => Promise<readonly DemonstrationInput[]>;

export interface TrmSelectorOptions {
  /**
   * Asked before the model, at every alert. Where one of them fails the model answers without what it would have said,
   * and the evidence says so.
   */
  readonly demonstrations?: readonly DemonstrationSource[] | undefined;
}

/**
 * The phase that asks the local Tiny Recursive Model. A function that makes the selector is called at every alert and
 * should keep what it made: loading counts against the phase's time.
 *
 * @example
 * const trm = await TRMRemediationSelector.load();
 * const phase = createTrmSelector(trm);
 */
export function createTrmSelector(
  trm: TrmReasoner | (() => Promise<TrmReasoner>),
  { demonstrations: sources = [] }: TrmSelectorOptions = {},
): Selector {
  return {
    specificationVersion: 'v1',
    name: 'trm',
    async doSelect(request) {
      const { alert, catalog, signal } = request;
      const reasoner = typeof trm === 'function' ? await untilAborted(trm, signal) : trm;
      const asked = await Promise.allSettled(sources.map((source) => source(request)));
      throwIfAborted(signal);
      const demonstrations = asked.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      const failures = asked.flatMap((result) => (result.status === 'rejected' ? [failureOf(result.reason)] : []));
      return toOutcome(await reasoner.select(alert, { catalog, signal, demonstrations }), failures);
    },
  };
}

function failureOf(reason: unknown): Evidence {
  const text = excerpt(
    `answered alerts could not be read: ${reason instanceof Error ? reason.message : String(reason)}`,
  );
  return { kind: 'model', source: 'trm', text };
}

function toOutcome(decision: Decision, failures: readonly Evidence[]): SelectorOutcome {
  const { lambdaFunction, parameters, parameterOrigins, confidence, reasoning, cause } = decision;
  const said: Evidence = { kind: 'model', source: 'trm', text: `cause ${cause}, ${decision.iterations} steps` };
  const evidence = [said, ...failures];
  if (lambdaFunction === null) {
    const reason = decision.abstainReason ?? 'none-applies';
    const sure = reason === 'none-applies' ? { confidence } : {};
    return { kind: 'abstained', reason, ...sure, detail: reasoning, evidence, decision };
  }
  return {
    kind: 'selected',
    lambdaFunction,
    parameters,
    parameterOrigins,
    confidence,
    reasoning,
    evidence,
    decision,
  };
}
