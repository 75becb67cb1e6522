import type { Split } from '../example.js';
import type { AlertRule, Facts, FunctionFact } from '../facts/schema.js';
import { groupOf, splitOfGroup } from '../splits.js';
import { trainingWordings, type Wordings } from './function-form.js';
import { type RuleFunctions, ruleFunctions } from './rule-functions.js';

/** Functions that a split may present; `preferred` are those of its own held-out families. */
export interface FunctionPool {
  readonly allowed: readonly FunctionFact[];
  readonly preferred: ReadonlySet<string>;
  /** Functions that single rules call for. */
  readonly ofRules: RuleFunctions;
  readonly wordings: Wordings;
}

/**
 * Held-out families are shown only in their own split; the test split also shows those of calibration. Functions of
 * single rules are shown in training; in the other splits only where all functions are to be unseen ones.
 *
 * @param rules Rules of the split
 */
export function functionPools(
  facts: Facts,
  split: Split,
  rules: readonly AlertRule[],
): { readonly usual: FunctionPool; readonly unseen: FunctionPool; readonly all: FunctionPool } {
  const families = new Map(facts.families.map((family) => [family.id, family.split]));
  const splitOf = (fact: FunctionFact): string => families.get(fact.family) ?? 'train';
  const shown: ReadonlySet<string> = new Set<string>(['train', split, ...(split === 'test' ? ['calibration'] : [])]);
  const trainedRules = facts.rules.filter(({ alert }) => splitOfGroup(groupOf(alert)) === 'train');
  const trained = new Set([
    ...facts.functions.filter((fact) => splitOf(fact) === 'train').flatMap(({ names }) => trainingWordings(names)),
    ...trainedRules.flatMap(({ id }) => facts.ruleFunctions[id]?.names ?? []),
  ]);
  // A name that training shows for another function is no held-out wording.
  const held = <T extends FunctionFact>(all: readonly T[]): T[] =>
    all.flatMap((fact) => {
      if (split === 'train' || splitOf(fact) !== split) return [fact];
      const names = fact.names.filter((name) => !trained.has(name));
      return names.length === 0 ? [] : [{ ...fact, names }];
    });
  const allowed = held(facts.functions.filter((fact) => shown.has(splitOf(fact))));
  const own = allowed.filter((fact) => splitOf(fact) === split);
  const ofRules = ruleFunctions(rules, facts, split === 'train' ? undefined : trained);
  const pool = (shownFunctions: readonly FunctionFact[], preferred: readonly FunctionFact[], of: RuleFunctions) => ({
    allowed: shownFunctions,
    preferred: new Set(preferred.map((fact) => fact.id)),
    ofRules: of,
    wordings: split === 'train' ? ('training' as const) : ('any' as const),
  });
  const unseen = pool(own, ofRules.all, ofRules);
  if (split === 'train') {
    const usual = pool(allowed, ofRules.all, ofRules);
    return { usual, unseen, all: usual };
  }
  return {
    usual: pool(allowed, own, ruleFunctions([], facts)),
    unseen,
    all: pool(allowed, own, ruleFunctions(trainedRules, facts)),
  };
}
