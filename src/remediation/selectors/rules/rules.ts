import { quote } from '../../../domain/describe.js';
import type { Selector, SelectorOutcome, SelectRequest } from '../../../domain/selection/selector.js';
import { resolveCall } from '../../call/index.js';
import { DEFAULT_RULES } from './default-rules.js';
import { matchRule } from './match-rule.js';
import type { Rule } from './rule.js';

export interface RulesSelectorOptions {
  /** In the order in which they are tried, see `parseRules`. Default: `DEFAULT_RULES`, for the seven functions. */
  readonly rules?: readonly Rule[] | undefined;
}

/** Stands for a rule that says that nothing should be done. */
const NOTHING = 'none';

/** The last phase: the first rule that applies to the alert's name and labels. Deterministic, and asks nobody. */
export function createRulesSelector({ rules = DEFAULT_RULES }: RulesSelectorOptions = {}): Selector {
  return {
    specificationVersion: 'v1',
    name: 'rules',
    doSelect: async (request) => select(rules, request),
  };
}

function select(rules: readonly Rule[], { alert, catalog }: SelectRequest): SelectorOutcome {
  const rule = matchRule(rules, alert);
  if (!rule) return { kind: 'abstained', reason: 'no-evidence', detail: 'no rule applies' };
  const evidence = [{ kind: 'rule', source: rule.name }] as const;
  if (rule.call === NOTHING) {
    const detail = `rule ${quote(rule.name)} says that nothing should be done`;
    return { kind: 'abstained', reason: 'none-applies', confidence: rule.confidence, detail, evidence };
  }
  const call = resolveCall({ alert, catalog }, { lambdaFunction: rule.call, parameters: rule.parameters, by: 'rules' });
  if (call.kind === 'refused') return { kind: 'abstained', reason: call.reason, detail: call.detail, evidence };
  if (call.guessed.length > 0) {
    const detail = `several labels could be ${call.guessed.join(' and ')}`;
    return { kind: 'abstained', reason: 'missing-parameter', detail, evidence };
  }
  return {
    kind: 'selected',
    lambdaFunction: rule.call,
    parameters: call.parameters,
    parameterOrigins: call.parameterOrigins,
    confidence: rule.confidence,
    reasoning: `rule ${quote(rule.name)} applies`,
    evidence,
  };
}
