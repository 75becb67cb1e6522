import { describe, expect, it } from 'vitest';
import { hash32 } from '../../../../../src/core/random.js';
import type { Embedder } from '../../../../../src/domain/index.js';
import type { Example } from '../../../../../src/training/dataset/example.js';
import { bm25Neighbours, embeddingNeighbours } from '../../../../../src/training/evaluation/baselines/index.js';
import { nearest } from '../../../../../src/training/evaluation/baselines/neighbours/nearest.js';
import { voteOfNeighbours } from '../../../../../src/training/evaluation/baselines/neighbours/vote.js';
import { createFunctionLikeness } from '../../../../../src/training/evaluation/baselines/text/function-likeness.js';
import { example, podFunction } from './examples.js';

describe('the nearest', () => {
  it('are the largest over 0 of those allowed, the first of equals first', () => {
    const scores = Float64Array.of(0, 2, 5, 2, -1, 3);
    expect(nearest(scores, 3)).toEqual([
      { index: 2, score: 5 },
      { index: 5, score: 3 },
      { index: 1, score: 2 },
    ]);
    expect(nearest(scores, 9).map(({ index }) => index)).toEqual([2, 5, 1, 3]);
    expect(nearest(scores, 2, (index) => index !== 2).map(({ index }) => index)).toEqual([5, 1]);
  });
});

const restart = podFunction('restart-pod', 'Restarts a pod that crashes.');
const renamed = podFunction('bounce', 'Restarts a crashing pod.');
const scale = podFunction('scale-out', 'Adds replicas under load.');
const grow = podFunction('add-replicas', 'Adds replicas when load is high.');
/** Either wording of the same two functions. */
const wordings = [
  [restart, scale],
  [grow, renamed],
] as const;
const things = (
  'Pod Container Worker Backend Gateway Proxy Cache Broker Queue Shop Cart Search Mail Login Report Import Export ' +
  'Invoice Stock Price Order Basket Video Image'
).split(' ');
/** More of each kind than vote. */
const training = things.flatMap((thing, index) => {
  const catalog = wordings[index % 2] ?? [];
  const [crash, load] = index % 2 === 0 ? [restart, scale] : [renamed, grow];
  return [
    example(`${thing}Crashes`, [crash.name], { catalog }),
    example(`${thing}LoadHigh`, [load.name], { catalog }),
    example(`${thing}CertificateExpires`, [], { catalog }),
  ];
});

describe('votes', () => {
  const likeness = createFunctionLikeness(training);
  const [crash, load, expiry] = training as [Example, Example, Example];

  it('count in full for the same name', () => {
    const neighbours = [
      { example: crash, weight: 3 },
      { example: load, weight: 2 },
      { example: expiry, weight: 1 },
    ];
    expect(voteOfNeighbours([scale, restart], neighbours, likeness)).toEqual({
      lambdaFunction: 'restart-pod',
      share: 0.5,
      noneShare: 1 / 6,
    });
    expect(voteOfNeighbours([scale, restart], [], likeness)).toEqual({ lambdaFunction: null, share: 0, noneShare: 0 });
  });

  it('go to the function that says the same under another name, in part', () => {
    const vote = voteOfNeighbours([scale, renamed], [{ example: crash, weight: 2 }], likeness);
    expect(vote.lambdaFunction).toBe('bounce');
    expect(vote.share).toBeCloseTo(likeness(restart, renamed), 12);
    expect(vote.share).toBeGreaterThan(0.2);
    expect(vote.share).toBeLessThan(1);
    const unlike = podFunction('archive', 'Moves old files away.');
    expect(voteOfNeighbours([unlike], [{ example: load, weight: 1 }], likeness).lambdaFunction).toBeNull();
  });
});

/** Counts words in 64 places: texts that share words are alike. */
const wordEmbedder: Embedder = async (texts) =>
  texts.map((text) => {
    const vector = new Float32Array(64);
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
      const place = hash32(word) % 64;
      vector[place] = (vector[place] as number) + 1;
    }
    return vector;
  });

describe.each([
  ['BM25', bm25Neighbours],
  ['embeddings', embeddingNeighbours(wordEmbedder)],
] as const)('neighbours by %s', (_, baseline) => {
  it('answer as the most alike were, by what is presented', async () => {
    const choose = await baseline.fit(training);
    const ask = async (name: string) =>
      (await choose(example(name, [], { labels: { pod: 'web-0' }, catalog: [scale, renamed] }))).lambdaFunction;
    expect(await ask('AppCrashes')).toBe('bounce');
    expect(await ask('NodeLoadHigh')).toBe('scale-out');
    expect(await ask('CertificateExpiresToday')).toBeNull();
  });

  it('put none to the vote with the default catalog', async () => {
    const choose = await baseline.fit([
      ...training,
      example('PodCrashes', ['pod-restart'], { labels: { pod: 'a' } }),
      example('TokenExpires', [], { labels: { certificate: 'a' } }),
    ]);
    const crash = await choose(example('AppCrashes', [], { labels: { pod: 'b' } }));
    expect(crash.lambdaFunction).toBe('pod-restart');
    expect(crash.confidence).toBeGreaterThan(0.5);
    expect((await choose(example('KeyExpires', [], { labels: { certificate: 'b' } }))).lambdaFunction).toBeNull();
  });

  it('need examples', async () => {
    await expect(baseline.fit([])).rejects.toThrow('expected training examples');
  });
});

describe('an embedder', () => {
  it.each<[string, Embedder, string]>([
    ['that gives too few vectors', async () => [new Float32Array(4)], 'gave 1 vectors for 32 texts'],
    ['of several lengths', async (texts) => texts.map((_, index) => new Float32Array(4 + index)), 'of 5 numbers'],
    ['that gives no numbers', async (texts) => texts.map(() => Float32Array.of(Number.NaN)), 'of length NaN'],
    ['that fails', async () => Promise.reject(new Error('no memory')), 'no memory'],
  ])('%s is refused', async (_, embedder, message) => {
    await expect(embeddingNeighbours(embedder).fit(training)).rejects.toThrow(message);
  });
});
