import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { DEFAULT_CATALOG } from '../../../../../src/domain/index.js';
import { wordRegression } from '../../../../../src/training/evaluation/baselines/index.js';
import {
  fitSoftmaxRegression,
  type SparseRow,
} from '../../../../../src/training/evaluation/baselines/logistic/softmax-regression.js';
import { example, podFunction } from './examples.js';

const none = new Uint32Array();
const options = { features: 2, classes: 3, seed: 1, epochs: 200, l2: 0, learningRate: 0.05 };
const rowsOf = (features: Uint32Array, counts: readonly number[]): SparseRow[] =>
  counts.flatMap((count, accepted) => Array.from({ length: count }, () => ({ features, accepted: [accepted] })));

describe('softmax regression', () => {
  it('comes to the shares of the classes, which are the likeliest probabilities', async () => {
    const [left, right] = [Uint32Array.of(0), Uint32Array.of(1)];
    const model = await fitSoftmaxRegression([...rowsOf(left, [32, 64, 32]), ...rowsOf(right, [96, 16, 16])], options);
    for (const [features, shares] of [
      [left, [0.25, 0.5, 0.25]],
      [right, [0.75, 0.125, 0.125]],
    ] as const) {
      for (const [index, probability] of model(features).entries())
        expect(probability).toBeCloseTo(shares[index] ?? 0, 1);
      expect(model(features).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    }
  });

  it('is held back by the squared weights, but not in its bias', async () => {
    const rows = [...rowsOf(Uint32Array.of(0), [60, 4, 0]), ...rowsOf(Uint32Array.of(1), [4, 28, 0])];
    const held = await fitSoftmaxRegression(rows, { ...options, l2: 10 });
    expect(held(Uint32Array.of(1))[0]).toBeCloseTo(64 / 96, 1);
    const free = await fitSoftmaxRegression(rows, options);
    expect(free(Uint32Array.of(1))[0]).toBeLessThan(0.25);
  });

  it('takes any of several right classes', async () => {
    const rows: SparseRow[] = Array.from({ length: 64 }, () => ({ features: none, accepted: [1, 2] }));
    const [wrong = 1] = (await fitSoftmaxRegression(rows, options))(none);
    expect(wrong).toBeLessThan(0.02);
  });
});

describe('the regression on words', () => {
  const random = createRandom(4);
  const filler = ['slow', 'late', 'again', 'today', 'badly', 'often'];
  const training = Array.from({ length: 240 }, (_, index) => {
    const summary = `It is ${random.pick(filler)} and ${random.pick(filler)}.`;
    if (index % 3 === 0) return example(`Crash_${index}`, ['pod-restart'], { summary });
    return index % 3 === 1
      ? example(`Disk_${index}`, ['check-pvc-status'], { summary, labels: { persistentvolumeclaim: 'a' } })
      : example(`Certificate_${index}`, [], { summary });
  });

  it('learns words and label keys, and answers what is presented only', async () => {
    const choose = await wordRegression.fit(training);
    expect(await choose(example('PodCrashAgain', []))).toMatchObject({ lambdaFunction: 'pod-restart' });
    expect((await choose(example('Unheard', [], { labels: { persistentvolumeclaim: 'b' } }))).lambdaFunction).toBe(
      'check-pvc-status',
    );
    expect((await choose(example('CertificateLate', []))).lambdaFunction).toBeNull();
    const other = example('PodCrashAgain', [], { catalog: [podFunction('other', 'Other.')] });
    expect(await choose(other)).toEqual({ lambdaFunction: null, confidence: 1 });
    const kept = DEFAULT_CATALOG.filter(({ name }) => name === 'pod-restart');
    expect((await choose({ ...other, catalog: kept })).lambdaFunction).toBe('pod-restart');
  });

  it('is the same every time', async () => {
    const question = example('PodCrashToday', []);
    const [first, second] = [await wordRegression.fit(training), await wordRegression.fit(training)];
    expect(await first(question)).toEqual(await second(question));
  });
});
