import { untilAborted } from '../../core/until-aborted.js';
import type { Decision } from '../../domain/decision/decision.js';
import type { Selector, SelectorOutcome } from '../../domain/selection/selector.js';
import type { TRMRemediationSelector } from './trm.js';

/** What the phase needs of a TRMRemediationSelector. */
export type TrmReasoner = Pick<TRMRemediationSelector, 'select'>;

/**
 * The phase that asks the local Tiny Recursive Model. A function that makes the selector is called at every alert and
 * should keep what it made: loading counts against the phase's time.
 *
 * @example
 * const trm = await TRMRemediationSelector.load();
 * const phase = createTrmSelector(trm);
 */
export function createTrmSelector(trm: TrmReasoner | (() => Promise<TrmReasoner>)): Selector {
  return {
    specificationVersion: 'v1',
    name: 'trm',
    async doSelect({ alert, catalog, signal }) {
      const reasoner = typeof trm === 'function' ? await untilAborted(trm, signal) : trm;
      return toOutcome(await reasoner.select(alert, { catalog, signal }));
    },
  };
}

function toOutcome(decision: Decision): SelectorOutcome {
  const { lambdaFunction, parameters, parameterOrigins, confidence, reasoning, cause } = decision;
  const evidence = [{ kind: 'model', source: 'trm', text: `cause ${cause}, ${decision.iterations} steps` }] as const;
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
