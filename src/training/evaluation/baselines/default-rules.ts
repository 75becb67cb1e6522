import { createRulesSelector } from '../../../remediation/selectors/rules/index.js';
import type { Baseline } from './baseline.js';

/** The rules that the package ships. They learn nothing; where none applies, the answer is none with confidence 0. */
export const defaultRules: Baseline = {
  name: 'default-rules',
  fit: async () => {
    const rules = createRulesSelector();
    const { signal } = new AbortController();
    return async ({ alert, catalog }) => {
      const outcome = await rules.doSelect({ alert, catalog, signal });
      return outcome.kind === 'selected'
        ? { lambdaFunction: outcome.lambdaFunction, confidence: outcome.confidence }
        : { lambdaFunction: null, confidence: outcome.confidence ?? 0 };
    };
  },
};
