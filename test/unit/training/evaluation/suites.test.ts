import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { NAME_STYLES, styleName } from '../../../../src/training/dataset/catalog/function-form.js';
import { type Example, groupOf, RUNBOOK_ALERTS } from '../../../../src/training/dataset/index.js';
import { planOf } from '../../../../src/training/dataset/plan.js';
import { HELD_OUT_VENDORS, vendorOf } from '../../../../src/training/dataset/splits.js';
import { MAIN_SUITES, SUITES, type Suite, suiteExamples, suitesOf } from '../../../../src/training/evaluation/index.js';
import { facts } from '../../../fixtures/facts.js';

const SEED = 20_000;
const COUNT = 18;
const drawn = new Map(SUITES.map((suite) => [suite, suiteExamples(suite, facts, SEED, COUNT)]));
const examplesOf = (suite: Suite): readonly Example[] => drawn.get(suite) ?? [];

/** Sets that were written by hand: the same cases for every seed and count. */
const FIELD: readonly Suite[] = ['field', 'field-validation'];

/** What tells two cases with other answers apart. */
const answerOf = ({ functions, parameters, noneAcceptable }: Example) => ({ functions, parameters, noneAcceptable });

describe('the names of suites', () => {
  it('stand for all, the main ones, one, or the six of RemedARC', () => {
    expect(suitesOf('all')).toEqual(SUITES);
    expect(suitesOf('main')).toEqual(MAIN_SUITES);
    expect(suitesOf('unseen-vendor')).toEqual(['unseen-vendor']);
    expect(suitesOf('remedarc')).toHaveLength(6);
    expect(suitesOf('remedarc-shuffled')).toEqual(['remedarc-shuffled']);
    for (const suite of MAIN_SUITES) expect(SUITES).toContain(suite);
  });

  it.each(['', 'remed', 'unseen', 'ALL', 'constructor', 'toString'])(
    'are refused where there is none: "%s"',
    (name) => {
      expect(() => suitesOf(name)).toThrow(ConfigurationError);
      expect(() => suitesOf(name)).toThrow(/there is no suite ".*"; known are all, main, iid, unseen-alert/);
      expect(() => suiteExamples(name as Suite, facts, 1, 1)).toThrow(ConfigurationError);
    },
  );
});

describe('the cases of a suite', () => {
  it.each(SUITES)('of %s are the same for the same seed and others for another', (suite) => {
    const examples = examplesOf(suite);
    expect(examples.length).toBeGreaterThan(0);
    expect(suiteExamples(suite, facts, SEED, COUNT)).toEqual(examples);
    const alerts = (some: readonly Example[]) => some.map(({ alert }) => alert);
    const others = alerts(suiteExamples(suite, facts, SEED + 1, COUNT));
    if (FIELD.includes(suite)) expect(others).toEqual(alerts(examples));
    else expect(others).not.toEqual(alerts(examples));
  });

  it('are as many as were asked for, but where some are left out', () => {
    const fewer: readonly Suite[] = ['none', 'memory'];
    for (const suite of SUITES) {
      const { length } = examplesOf(suite);
      if (FIELD.includes(suite)) expect(length, suite).toBe(160);
      else if (fewer.includes(suite)) expect(length, suite).toBeLessThan(COUNT);
      else expect(length, suite).toBe(COUNT);
    }
  });

  it('are of the split and the catalogs that the suite says', () => {
    for (const suite of SUITES) {
      const split = suite === 'iid' ? 'train' : suite === 'field-validation' ? 'validation' : 'test';
      for (const example of examplesOf(suite)) expect(example.split, suite).toBe(split);
    }
    for (const suite of ['unseen-alert', 'unseen-vendor', 'noisy', 'none', 'memory'] as const) {
      for (const { catalog } of examplesOf(suite)) expect(catalog, suite).toBe(DEFAULT_CATALOG);
    }
    for (const { catalog } of examplesOf('unseen-function')) expect(catalog).not.toBe(DEFAULT_CATALOG);
    for (const suite of ['large-catalog', 'rule-function'] as const) {
      for (const { catalog } of examplesOf(suite)) {
        expect(catalog.length, suite).toBeGreaterThanOrEqual(16);
        expect(catalog.length, suite).toBeLessThanOrEqual(32);
      }
    }
    for (const suite of FIELD) for (const { catalog } of examplesOf(suite)) expect(catalog, suite).toHaveLength(28);
    for (const { source } of examplesOf('unseen-vendor')) expect(HELD_OUT_VENDORS).toContain(vendorOf(source));
  });

  it('name no alert of the runbook where the alerts are unseen', () => {
    const trained = new Set(RUNBOOK_ALERTS.map(groupOf));
    for (const suite of [
      'unseen-alert',
      'unseen-vendor',
      'unseen-function',
      'large-catalog',
      'rule-function',
      'none',
      'memory',
    ] as const) {
      expect(
        examplesOf(suite).filter(({ group }) => trained.has(group)),
        suite,
      ).toEqual([]);
    }
  });

  it('of rule-function ask for what the rule calls for, beside functions of which training has no wording', () => {
    const trained = planOf(facts).train;
    const known = [trained.functions, trained.unseenFunctions].flatMap(({ allowed, ofRules }) => [
      ...allowed,
      ...ofRules.all,
    ]);
    const names = new Set(known.flatMap((fact) => fact.names));
    const styled = new Set([...names].flatMap((name) => NAME_STYLES.map((style) => styleName(name, style))));
    const descriptions = new Set(known.flatMap((fact) => fact.descriptions));
    const groups = new Set(trained.entries.map(({ group }) => group));
    const functions = new Map<string, string>();
    const examples = suiteExamples('rule-function', facts, SEED, 60);
    for (const { catalog, group, source } of examples) {
      expect(groups.has(group), group).toBe(false);
      expect(source).not.toBe('failure-mode');
      for (const { name, description } of catalog) functions.set(name, description);
    }
    const seen = [...functions].filter(
      ([name, description]) =>
        styled.has(name) ||
        descriptions.has(description) ||
        // A description may restate a name: as it stands, at the end in brackets, or in a phrase.
        [...description.matchAll(/(?:^|\(|^Will |^Use this to |^Action: )([a-z0-9 ]+)(?:\.|\)|$)/g)].some(
          ([, name = '']) => names.has(name),
        ),
    );
    expect(functions.size).toBeGreaterThan(300);
    expect(seen).toEqual([]);
    const acting = examples.filter((example) => example.functions.length > 0);
    expect(acting.length).toBeGreaterThan(0.6 * examples.length);
    expect(acting.filter(({ noneAcceptable }) => !noneAcceptable).length).toBeGreaterThan(0.6 * examples.length);
  });

  it('of the hand-written sets are those of the facts, all of them, and there are none without', () => {
    for (const suite of ['field', 'field-validation'] as const) {
      expect(suiteExamples(suite, facts, 1, 3)).toEqual(facts.field?.[suite]);
      expect(suiteExamples(suite, facts, 1, 3)).not.toBe(facts.field?.[suite]);
      const { field: _, ...without } = facts;
      expect(() => suiteExamples(suite, without, 1, 3)).toThrow(ConfigurationError);
      expect(() => suiteExamples(suite, without, 1, 3)).toThrow(`the folder of the facts has no set "${suite}"`);
    }
  });

  it('ask for nothing where nothing should be done', () => {
    for (const suite of ['none', 'ood'] as const) {
      for (const { functions } of examplesOf(suite)) expect(functions, suite).toEqual([]);
    }
    for (const suite of SUITES) {
      for (const { answerable } of examplesOf(suite)) expect(answerable === false, suite).toBe(suite === 'ood');
    }
  });

  it('of noisy are those of unseen-alert with other alerts and the same answers', () => {
    const clean = examplesOf('unseen-alert');
    for (const [index, example] of examplesOf('noisy').entries()) {
      const { id, alert, functions, noneAcceptable } = clean[index] as Example;
      expect(example).toMatchObject({ id: `${id}-noisy`, functions, noneAcceptable });
      expect(example.alert).not.toEqual(alert);
    }
  });

  it('of memory all have one answered alert, which says what is right', () => {
    for (const { demonstrations = [], functions, parameters } of examplesOf('memory')) {
      expect(demonstrations).toHaveLength(1);
      expect(demonstrations.map(({ lambdaFunction }) => lambdaFunction)).toEqual([functions[0] ?? null]);
      expect(Object.keys(parameters)).toEqual(functions);
    }
  });

  it('of the controls of RemedARC are those of remedarc without demonstrations, or with exchanged answers', () => {
    const told = examplesOf('remedarc');
    for (const { demonstrations = [] } of told) expect(demonstrations.length).toBeGreaterThan(1);
    const [bare, shuffled] = [examplesOf('remedarc-no-demonstrations'), examplesOf('remedarc-shuffled')];
    let exchanged = 0;
    for (const [index, example] of told.entries()) {
      const { demonstrations, ...question } = example;
      expect(bare[index]).toEqual(question);
      expect(answerOf(shuffled[index] as Example)).toEqual(answerOf(example));
      const alerts = (one: Example | undefined) => one?.demonstrations?.map(({ alert }) => alert);
      expect(alerts(shuffled[index])).toEqual(alerts(example));
      if (JSON.stringify(shuffled[index]?.demonstrations) !== JSON.stringify(demonstrations)) exchanged += 1;
    }
    expect(exchanged).toBeGreaterThan(0.8 * COUNT);
  });
});
