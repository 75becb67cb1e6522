import { describe, expect, it } from 'vitest';
import { AbortedError, TrainingError } from '../../../../../src/core/errors.js';
import { generateExamples } from '../../../../../src/training/dataset/index.js';
import {
  answerWith,
  BASELINES,
  type Baseline,
  evaluateBaselines,
  fillByNames,
} from '../../../../../src/training/evaluation/baselines/index.js';
import { facts } from '../../../../fixtures/facts.js';
import { example } from './examples.js';

const training = generateExamples(facts, { seed: 40_000, split: 'train', count: 500 });
const cases = generateExamples(facts, { seed: 20_000, split: 'test', catalogs: 'default', count: 120 });
const others = generateExamples(facts, { seed: 20_000, split: 'test', catalogs: 'random', count: 80 });
const acting = cases.filter(({ functions }) => functions.length > 0);

/** Names the same function for every alert. */
const always = (lambdaFunction: string | null): Baseline => ({
  name: `always ${lambdaFunction}`,
  fit: async () => () => ({ lambdaFunction, confidence: 0.5 }),
});

describe('filling by names', () => {
  it('takes the label of the parameter, and none where a required one is missing', () => {
    const choice = { lambdaFunction: 'pod-restart', confidence: 0.4 };
    expect(fillByNames(example('PodCrashes', []), choice)).toMatchObject({
      ...choice,
      parameterOrigins: { name: { kind: 'label', key: 'pod' } },
    });
    const bare = example('PodCrashes', [], { labels: { severity: 'page' } });
    expect(fillByNames(bare, choice)).toEqual({ lambdaFunction: null, confidence: 0.4, parameterOrigins: {} });
    expect(fillByNames(bare, { lambdaFunction: 'unheard-of', confidence: 1 }).lambdaFunction).toBeNull();
  });
});

describe('baselines', () => {
  it('are all measured, by suite, and the one without its embedder is named', async () => {
    const seen: string[] = [];
    const { rows, skipped } = await evaluateBaselines({
      training,
      suites: [
        { suite: 'unseen-alert', examples: cases },
        { suite: 'unseen-function', examples: others },
      ],
      onProgress: (baseline, suite, count) => seen.push(`${baseline}/${suite}/${count}`),
    });
    expect(rows.map(({ suite, baseline }) => `${suite}/${baseline}`)).toEqual(
      ['unseen-alert', 'unseen-function'].flatMap((suite) => BASELINES.map(({ name }) => `${suite}/${name}`)),
    );
    expect(seen).toHaveLength(rows.length);
    expect(skipped).toEqual([{ baseline: 'embedding-neighbours', reason: 'no embedder was given' }]);
    for (const row of rows) {
      for (const value of [row.functionAccuracy, row.callAccuracy, row.coverage, row.wronglyActed]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(row.callAccuracy).toBeLessThanOrEqual(row.functionAccuracy);
      expect(row.callInterval.low).toBeLessThanOrEqual(row.callAccuracy);
      expect(row.callInterval.high).toBeGreaterThanOrEqual(row.callAccuracy);
    }
    const accuracy = (suite: string, baseline: string): number =>
      rows.find((row) => row.suite === suite && row.baseline === baseline)?.functionAccuracy ?? Number.NaN;
    // Words carry over to names and functions that were never seen; a table of names does not.
    expect(accuracy('unseen-alert', 'word-regression')).toBeGreaterThan(accuracy('unseen-alert', 'alert-name-lookup'));
    expect(accuracy('unseen-function', 'bm25-neighbours')).toBeGreaterThan(
      accuracy('unseen-function', 'majority') + 0.05,
    );
  });

  it('count what they are said to', async () => {
    const { rows, skipped } = await evaluateBaselines({
      training: training.slice(0, 1),
      suites: [
        { suite: 'all', examples: cases },
        { suite: 'acting', examples: acting },
      ],
      baselines: [always(null), always('pod-check-status')],
    });
    const none = cases.length - acting.length;
    const [nothing, acts, , actsOnly] = rows;
    expect(skipped).toEqual([]);
    expect(nothing).toMatchObject({ cases: cases.length, noneCases: none, coverage: 0, wronglyActed: 0 });
    expect(nothing?.functionAccuracy).toBe(
      cases.filter(({ functions, noneAcceptable }) => noneAcceptable || functions.length === 0).length / cases.length,
    );
    expect(acts?.wronglyActed).toBeGreaterThan(0);
    expect(acts?.coverage).toBeGreaterThan(0.5);
    expect(actsOnly).toMatchObject({ noneCases: 0, wronglyActed: Number.NaN });
  });

  it('see the alert and the catalog, never the label', async () => {
    const keys = new Set<string>();
    await answerWith(
      (question) => {
        for (const key of Object.keys(question)) keys.add(key);
        return { lambdaFunction: null, confidence: 0 };
      },
      cases.slice(0, 3),
    );
    expect([...keys].sort()).toEqual(['alert', 'catalog']);
  });

  it('are not measured on nothing, on what they learned, or after an abort', async () => {
    const suites = [{ suite: 'x', examples: cases }];
    await expect(evaluateBaselines({ training: [], suites })).rejects.toThrow(TrainingError);
    await expect(evaluateBaselines({ training, suites: [{ suite: 'x', examples: [] }] })).rejects.toThrow(
      'suite x: nothing was evaluated',
    );
    await expect(
      evaluateBaselines({ training, suites: [{ suite: 'x', examples: training.slice(7, 8) }] }),
    ).rejects.toThrow(`trained on its case ${training[7]?.id}`);
    await expect(evaluateBaselines({ training, suites, signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });
});
