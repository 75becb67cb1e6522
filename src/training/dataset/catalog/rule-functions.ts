import type { AlertRule, Facts, FunctionFact } from '../facts/schema.js';
import { roleOfKey, SCRAPE_ROLES } from '../situation/rule-roles.js';
import type { Situation } from '../situation/situation.js';
import { groupOf } from '../splits.js';

/** The function that one rule calls for. */
export interface RuleFunctionFact extends FunctionFact {
  /** Stems of the rule's name. */
  readonly stems: ReadonlySet<string>;
  /** What the rule's other remedies are for: an alert with one of these may well be served by this function too. */
  readonly kin: ReadonlySet<string>;
}

/** Intents that so many alerts share that they say nothing about what an alert is about. */
const COMMON: ReadonlySet<string> = new Set(['notify-owner', 'collect-diagnostics', 'check-pod-status', 'none']);
/** Share of stems (Jaccard) from which two alert names may mean the same fault. */
const CLOSE = 0.3;
const MAX_PARAMETERS = 2;

/** Functions of rules, found by what a catalog needs. */
export interface RuleFunctions {
  readonly all: readonly RuleFunctionFact[];
  readonly byIntent: ReadonlyMap<string, readonly RuleFunctionFact[]>;
  /** By each word of their names. */
  readonly byWord: ReadonlyMap<string, readonly RuleFunctionFact[]>;
}

/** Intent of the function that a rule calls for; rules of one name share it. */
export function ruleIntent(group: string): string {
  return `rule ${group}`;
}

/**
 * The functions that rules call for, ready to be presented.
 *
 * @param taken Names that are left out, and with them functions that have no other
 */
export function ruleFunctions(
  rules: readonly AlertRule[],
  facts: Facts,
  taken: ReadonlySet<string> = new Set(),
): RuleFunctions {
  const all = rules.flatMap((rule): RuleFunctionFact[] => {
    const made = facts.ruleFunctions[rule.id];
    const names = made?.names.filter((name) => !taken.has(name)) ?? [];
    if (made === undefined || names.length === 0) return [];
    const group = groupOf(rule.alert);
    return [
      {
        ...made,
        names,
        id: `rule-${rule.id}`,
        family: 'rule-functions',
        intents: [ruleIntent(group)],
        parameters: parametersOf(rule, facts),
        stems: new Set(group.split(' ')),
        kin: new Set(rule.intents.filter((intent) => !COMMON.has(intent))),
      },
    ];
  });
  return {
    all,
    byIntent: indexBy(all, ({ intents }) => intents),
    byWord: indexBy(all, ({ names }) => names.flatMap((name) => name.split(' '))),
  };
}

function indexBy<T>(all: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const index = new Map<string, T[]>();
  for (const item of all) {
    for (const key of new Set(keysOf(item))) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [item]);
      else known.push(item);
    }
  }
  return index;
}

/** Whether the function may be right for a situation of another rule or mode, so that it is no negative. */
export function mayServe(fact: RuleFunctionFact, situation: Situation): boolean {
  if (situation.intents.some((intent) => fact.kin.has(intent) || fact.intents.includes(intent))) return true;
  const stems = situation.group.split(' ');
  const shared = stems.filter((stem) => fact.stems.has(stem)).length;
  return shared / (stems.length + fact.stems.size - shared) >= CLOSE;
}

/** What the rule's labels name: the objects first, the scraped address where there is nothing else. */
function parametersOf(rule: AlertRule, facts: Facts): FunctionFact['parameters'] {
  const identifying = new Set([rule.nameKey, rule.namespaceKey, ...rule.nameFrom, ...rule.namespaceFrom]);
  const roles = rule.labelKeys.flatMap((key) => {
    const [role] = roleOfKey(key, facts);
    const names = role !== undefined && (identifying.has(key) || !SCRAPE_ROLES.has(role));
    return names && facts.parameters[role] !== undefined ? [role] : [];
  });
  const distinct = [...new Set(roles)].sort((left, right) => Number(isPlace(left)) - Number(isPlace(right)));
  const address = distinct.length === 0 && rule.labelKeys.includes('instance') ? ['instance'] : [];
  return [...distinct, ...address].slice(0, MAX_PARAMETERS).map((use) => ({ use, required: true }));
}

/** Roles that say where rather than what. */
function isPlace(role: string): boolean {
  return role === 'namespace' || role === 'cluster' || role === 'region';
}
