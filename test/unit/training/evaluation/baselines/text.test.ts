import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { functionTextMatch } from '../../../../../src/training/evaluation/baselines/index.js';
import { createBm25 } from '../../../../../src/training/evaluation/baselines/text/bm25.js';
import { createTfIdf, termCosine } from '../../../../../src/training/evaluation/baselines/text/tf-idf.js';
import { pickThreshold } from '../../../../../src/training/evaluation/baselines/text/threshold.js';
import { example, podFunction } from './examples.js';

const terms = (text: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const word of text.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

describe('TF-IDF', () => {
  it('weighs a term by how rare it is', () => {
    const tfIdf = createTfIdf(['a b', 'a c', 'a d'].map(terms));
    const [common, rare] = [Math.log(4 / 4) + 1, Math.log(4 / 2) + 1];
    const length = Math.hypot(common, rare);
    expect(tfIdf.vector(terms('a b')).get('a')).toBeCloseTo(common / length, 12);
    expect(tfIdf.vector(terms('a b')).get('b')).toBeCloseTo(rare / length, 12);
    expect(tfIdf.vector(terms('a a')).get('a')).toBeCloseTo(1, 12);
    expect(termCosine(tfIdf.vector(terms('a b')), tfIdf.vector(terms('c a')))).toBeCloseTo((common / length) ** 2, 12);
    expect(termCosine(tfIdf.vector(terms('a b')), tfIdf.vector(terms('a b')))).toBeCloseTo(1, 12);
    expect(termCosine(tfIdf.vector(terms('b')), tfIdf.vector(new Map()))).toBe(0);
  });
});

describe('BM25', () => {
  it('gives the scores of the formula', () => {
    const scoresOf = createBm25(['a b', 'a a a c', 'd d'].map(terms));
    const idf = (holders: number): number => Math.log(1 + (3 - holders + 0.5) / (holders + 0.5));
    const part = (weight: number, length: number): number =>
      (weight * 2.2) / (weight + 1.2 * (0.25 + (0.75 * length) / (8 / 3)));
    const [first, second, third] = scoresOf(terms('a c x'));
    expect(first).toBeCloseTo(idf(2) * part(1, 2), 12);
    expect(second).toBeCloseTo(idf(2) * part(3, 4) + idf(1) * part(1, 4), 12);
    expect(third).toBe(0);
  });
});

describe('a picked threshold', () => {
  it('is as good as the best that trying all gives', () => {
    const random = createRandom(5);
    for (let round = 0; round < 200; round++) {
      const guesses = Array.from({ length: 1 + random.integer(12) }, () => ({
        score: random.integer(6) / 6,
        actRight: random.chance(0.5),
        abstainRight: random.chance(0.4),
      }));
      const right = (threshold: number): number =>
        guesses.filter(({ score, actRight, abstainRight }) => (score >= threshold ? actRight : abstainRight)).length;
      const best = Math.max(right(Number.POSITIVE_INFINITY), ...guesses.map(({ score }) => right(score)));
      expect(right(pickThreshold(guesses))).toBe(best);
    }
    expect(pickThreshold([{ score: 1, actRight: false, abstainRight: true }])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the match of texts', () => {
  const restart = podFunction('bounce', 'Restarts a crashing pod.');
  const drain = podFunction('drain', 'Drains a node before maintenance.');
  const training = [
    example('PodCrashing', ['bounce'], { catalog: [restart, drain] }),
    example('NodeMaintenance', ['drain'], { catalog: [restart, drain] }),
    example('BackupLate', [], { catalog: [restart, drain] }),
    example('BackupPodSlow', [], { catalog: [restart, drain] }),
  ];

  it('finds a function that training did not have, and none where too little fits', async () => {
    const choose = await functionTextMatch.fit(training);
    const catalog = [restart, podFunction('renew', 'Renews an expired certificate.')];
    const found = await choose(example('CertificateExpired', [], { catalog }));
    expect(found.lambdaFunction).toBe('renew');
    expect(found.confidence).toBeGreaterThan(0.3);
    expect((await choose(example('QueueFull', [], { catalog }))).lambdaFunction).toBeNull();
    // Shares the word "pod", as much as an alert of the training that called for nothing.
    expect((await choose(example('BackupPodLate', [], { catalog }))).lambdaFunction).toBeNull();
  });

  it('needs examples', async () => {
    await expect(functionTextMatch.fit([])).rejects.toThrow('expected training examples');
  });
});
