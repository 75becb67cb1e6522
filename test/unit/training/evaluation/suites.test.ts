import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { type Example, groupOf, RUNBOOK_ALERTS } from '../../../../src/training/dataset/index.js';
import { HELD_OUT_VENDORS, vendorOf } from '../../../../src/training/dataset/splits.js';
import { MAIN_SUITES, SUITES, type Suite, suiteExamples, suitesOf } from '../../../../src/training/evaluation/index.js';
import { facts } from '../../../fixtures/facts.js';

const SEED = 20_000;
const COUNT = 24;
const drawn = new Map(SUITES.map((suite) => [suite, suiteExamples(suite, facts, SEED, COUNT)]));
const examplesOf = (suite: Suite): readonly Example[] => drawn.get(suite) ?? [];

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
    expect(alerts(suiteExamples(suite, facts, SEED + 1, COUNT))).not.toEqual(alerts(examples));
  });

  it('are as many as were asked for, but where some are left out', () => {
    const fewer: readonly Suite[] = ['none', 'memory'];
    for (const suite of SUITES) {
      const { length } = examplesOf(suite);
      if (fewer.includes(suite)) expect(length, suite).toBeLessThan(COUNT);
      else expect(length, suite).toBe(COUNT);
    }
  });

  it('are of the split and the catalogs that the suite says', () => {
    for (const suite of SUITES) {
      const split = suite === 'iid' ? 'train' : 'test';
      for (const example of examplesOf(suite)) expect(example.split, suite).toBe(split);
    }
    for (const suite of ['unseen-alert', 'unseen-vendor', 'noisy', 'none', 'memory'] as const) {
      for (const { catalog } of examplesOf(suite)) expect(catalog, suite).toBe(DEFAULT_CATALOG);
    }
    for (const { catalog } of examplesOf('unseen-function')) expect(catalog).not.toBe(DEFAULT_CATALOG);
    for (const { catalog } of examplesOf('large-catalog')) {
      expect(catalog.length).toBeGreaterThanOrEqual(16);
      expect(catalog.length).toBeLessThanOrEqual(32);
    }
    for (const { source } of examplesOf('unseen-vendor')) expect(HELD_OUT_VENDORS).toContain(vendorOf(source));
  });

  it('name no alert of the runbook where the alerts are unseen', () => {
    const trained = new Set(RUNBOOK_ALERTS.map(groupOf));
    for (const suite of [
      'unseen-alert',
      'unseen-vendor',
      'unseen-function',
      'large-catalog',
      'none',
      'memory',
    ] as const) {
      expect(
        examplesOf(suite).filter(({ group }) => trained.has(group)),
        suite,
      ).toEqual([]);
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
