import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../../../../../src/domain/index.js';
import { alertNameLookup, majority } from '../../../../../src/training/evaluation/baselines/index.js';
import { example, podFunction } from './examples.js';

const training = [
  example('PodCrashLooping', ['pod-restart']),
  example('PodCrashLooping', ['pod-restart', 'pod-check-status']),
  example('PodCrashLooping', ['pod-check-status']),
  example('PodCrashLooping', ['pod-restart']),
  example('DiskSlow', []),
  example('DiskSlow', ['pod-check-status'], { noneAcceptable: true }),
  // What is right with another catalog must not count: the name may stand for something else there.
  ...Array.from({ length: 9 }, () =>
    example('PodCrashLooping', ['scale-deployment'], { catalog: [podFunction('scale-deployment', 'Scales.')] }),
  ),
];

describe('the majority', () => {
  it('is what was acceptable most often, of what is presented', async () => {
    const choose = await majority.fit(training);
    const question = example('Anything', []);
    expect(await choose(question)).toEqual({ lambdaFunction: 'pod-restart', confidence: 3 / 6 });
    const catalog = DEFAULT_CATALOG.filter(({ name }) => name !== 'pod-restart');
    expect(await choose({ ...question, catalog })).toEqual({ lambdaFunction: 'pod-check-status', confidence: 3 / 6 });
    expect(await choose({ ...question, catalog: [podFunction('other', 'Other.')] })).toEqual({
      lambdaFunction: null,
      confidence: 2 / 6,
    });
  });

  it('needs examples with the default catalog', async () => {
    await expect(majority.fit(training.slice(6))).rejects.toThrow('none of 9 has it');
  });
});

describe('the lookup by alert name', () => {
  it('knows a name in any style and takes the majority for others', async () => {
    const choose = await alertNameLookup.fit(training);
    expect(await choose(example('disk_slow', []))).toEqual({ lambdaFunction: null, confidence: 1 });
    expect(await choose(example('KubePodCrashLooping', []))).toEqual({
      lambdaFunction: 'pod-restart',
      confidence: 0.75,
    });
    expect(await choose(example('QueueFull', []))).toEqual({ lambdaFunction: 'pod-restart', confidence: 0.5 });
  });
});
