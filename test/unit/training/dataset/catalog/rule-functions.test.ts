import { describe, expect, it } from 'vitest';
import {
  mayServe,
  type RuleFunctionFact,
  ruleFunctions,
  ruleIntent,
} from '../../../../../src/training/dataset/catalog/rule-functions.js';
import type { AlertRule, Facts } from '../../../../../src/training/dataset/facts/schema.js';
import type { Situation } from '../../../../../src/training/dataset/situation/situation.js';
import { groupOf } from '../../../../../src/training/dataset/splits.js';
import { facts } from '../../../../fixtures/facts.js';

const [anyRule] = facts.rules as [AlertRule];
const ruleOf = (id: string, alert: string, rest: Partial<AlertRule> = {}): AlertRule => ({
  ...anyRule,
  id,
  alert,
  intents: [],
  labelKeys: [],
  nameKey: '',
  namespaceKey: '',
  nameFrom: [],
  namespaceFrom: [],
  ...rest,
});

/** The functions of rules which all call for the same one. */
function madeOf(rules: readonly AlertRule[], without: readonly string[] = []) {
  const made = { names: ['drop old segments'], descriptions: ['Drops old segments.'], risk: 'mutating' } as const;
  const called = rules.filter(({ id }) => !without.includes(id)).map(({ id }) => [id, made] as const);
  const own: Facts = { ...facts, ruleFunctions: Object.fromEntries(called) as unknown as Facts['ruleFunctions'] };
  return ruleFunctions(rules, own);
}
const factOf = (alert: string, rest?: Partial<AlertRule>): RuleFunctionFact =>
  madeOf([ruleOf('r1', alert, rest)]).all[0] as RuleFunctionFact;
const rolesOf = (rest: Partial<AlertRule>): string[] => factOf('DiskFull', rest).parameters.map(({ use }) => use);

describe('the functions that rules call for', () => {
  it('are those of the given rules that have one, under the name of their rule', () => {
    const rules = [ruleOf('r1', 'KafkaLagHigh'), ruleOf('r2', 'DiskFull'), ruleOf('r3', 'HighLagOfKafka')];
    const { all, byIntent, byWord } = madeOf(rules, ['r2']);
    expect(all.map(({ id }) => id)).toEqual(['rule-r1', 'rule-r3']);
    expect(all[0]).toMatchObject({ names: ['drop old segments'], risk: 'mutating', family: 'rule-functions' });
    // Rules of one name in another order of the words share the intent, so that both functions are right for both.
    expect(groupOf('KafkaLagHigh')).toBe(groupOf('HighLagOfKafka'));
    expect(all.map(({ intents }) => intents)).toEqual(
      rules.slice(0, 2).map(() => [ruleIntent(groupOf('KafkaLagHigh'))]),
    );
    expect(byIntent.get(ruleIntent(groupOf('KafkaLagHigh')))).toEqual(all);
    expect(byIntent.get(ruleIntent(groupOf('DiskFull')))).toBeUndefined();
    expect([...byWord.keys()].sort()).toEqual(['drop', 'old', 'segments']);
    expect(byWord.get('old')).toEqual(all);
    expect(madeOf([])).toEqual({ all: [], byIntent: new Map(), byWord: new Map() });
  });

  it.each<[string, Partial<AlertRule>, string[]]>([
    [
      'objects first, the place last',
      { labelKeys: ['namespace', 'pod'], nameKey: 'pod', namespaceKey: 'namespace' },
      ['pod', 'namespace'],
    ],
    ['not what the scraped exporter is called', { labelKeys: ['pod', 'namespace', 'job', 'container'] }, []],
    ['what would name the object', { labelKeys: ['pod', 'job'], nameFrom: ['pod'] }, ['pod']],
    ['labels that only the rule sets', { labelKeys: ['persistentvolumeclaim', 'pod', 'instance'] }, ['claim']],
    ['the address where there is nothing else', { labelKeys: ['instance', 'job'] }, ['instance']],
    ['two at most, each once', { labelKeys: ['cluster', 'topic', 'node', 'nodename', 'partition'] }, ['topic', 'node']],
    ['nothing of keys that name nothing', { labelKeys: ['severity', 'le', 'mode_of_thing'] }, []],
  ])('take what the labels of the rule name: %s', (_, rest, roles) => {
    expect(rolesOf(rest)).toEqual(roles);
  });

  it('require what they take, with parameters that the facts know', () => {
    const { all } = ruleFunctions(facts.rules, facts);
    expect(all).toHaveLength(Object.keys(facts.ruleFunctions).length);
    expect(all.length).toBeGreaterThan(2_000);
    const taken = all.flatMap(({ parameters }) => parameters);
    expect(taken.filter(({ use, required }) => facts.parameters[use] === undefined || !required)).toEqual([]);
    expect(Math.max(...all.map(({ parameters }) => parameters.length))).toBe(2);
    expect(all.filter(({ parameters }) => parameters.length > 0).length).toBeGreaterThan(0.4 * all.length);
  });
});

describe('a function of a rule may serve another alert', () => {
  const situationOf = (alertName: string, intents: readonly string[] = []): Situation => ({
    group: groupOf(alertName),
    split: 'train',
    source: 'test',
    alertName,
    labels: [],
    metrics: {},
    sentences: [],
    facts: [],
    cause: 'unknown',
    intents,
    defaultFunctions: [],
    noneAcceptable: false,
    target: { selector: [] },
  });

  it('of the same name, whether the situation lists its intent or not', () => {
    const fact = factOf('KafkaLagHigh');
    expect(mayServe(fact, situationOf('HighLagOfKafka'))).toBe(true);
    expect(mayServe(fact, situationOf('Unlike', [ruleIntent(groupOf('KafkaLagHigh'))]))).toBe(true);
    expect(mayServe(fact, situationOf('Unlike', [ruleIntent(groupOf('Unlike'))]))).toBe(false);
  });

  it('of a name that shares three tenths of the stems', () => {
    const fact = factOf('AlphaBravoCharlie');
    // 1 of 3 + 1 - 1, 1 of 3 + 2 - 1, 2 of 3 + 5 - 2, 1 of 3 + 3 - 1: shares of 0.33, 0.25, 0.33 and 0.2.
    expect(mayServe(fact, situationOf('Alpha'))).toBe(true);
    expect(mayServe(fact, situationOf('AlphaDelta'))).toBe(false);
    expect(mayServe(fact, situationOf('AlphaBravoDeltaEchoFoxtrot'))).toBe(true);
    expect(mayServe(fact, situationOf('AlphaDeltaEcho'))).toBe(false);
    expect(mayServe(fact, situationOf('Delta'))).toBe(false);
  });

  it('of an intent that its rule has too, but for those that nearly all alerts have', () => {
    const fact = factOf('AlphaBravo', { intents: ['restart-workload', 'notify-owner', 'collect-diagnostics', 'none'] });
    expect([...fact.kin]).toEqual(['restart-workload']);
    expect(mayServe(fact, situationOf('Delta', ['free-disk-space', 'restart-workload']))).toBe(true);
    expect(mayServe(fact, situationOf('Delta', ['free-disk-space', 'notify-owner', 'none']))).toBe(false);
  });
});
