import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Runtime } from '../../src/runtime/index.js';
import { type ReferenceGradients, referenceGradients } from '../../src/trm/index.js';
import { largestDifference, readGolden } from './golden-files.js';

const GRADIENT = 'train.grad.inner.';

describe('training of the reference TRM against the official implementation', async () => {
  const { config, weights, expected, numbers, integers } = await readGolden();
  const batch = {
    inputs: integers('inputs'),
    puzzleIdentifiers: integers('puzzle_identifiers'),
    labels: integers('labels'),
  };
  const runtime = new Runtime({ executionProviders: ['cpu'] });
  let result: ReferenceGradients;
  beforeAll(async () => {
    result = await referenceGradients(weights, config, batch, runtime);
  });
  afterAll(() => runtime.dispose());

  it('the loss', () => {
    const loss = numbers('train.loss')[0]!;
    expect(Math.abs(result.loss - loss) / loss).toBeLessThan(1e-5);
  });

  const names = [...expected.keys()]
    .filter((name) => name.startsWith(GRADIENT))
    .map((name) => name.slice(GRADIENT.length));

  it('has a gradient for every trained weight and no other', () => {
    expect([...result.gradients.keys()].sort()).toEqual([...names].sort());
  });

  it.each(names)('the gradient of %s', (name) => {
    const want = numbers(GRADIENT + name);
    const { data: got } = result.gradients.get(name)!;
    const norm = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(norm).toBeGreaterThan(0);
    expect(largestDifference(got, want) / norm).toBeLessThan(1e-3);
    // Elements that are not tiny beside the largest one must each agree by themselves.
    const loose = [...want.keys()].filter(
      (index) => Math.abs(want[index]!) > 0.01 * norm && !(Math.abs(got[index]! / want[index]! - 1) < 1e-3),
    );
    expect(loose).toEqual([]);
  });

  it('the state after the step, which is that of evaluation', () => {
    expect(largestDifference(result.carry.zH.data, numbers('step1.z_H'))).toBeLessThan(1e-4);
    expect([...result.carry.steps]).toEqual([1, 1, 1, 1]);
  });

  it('refuses labels that are no tokens', async () => {
    const labels = batch.labels.slice();
    labels[5] = 11;
    await expect(referenceGradients(weights, config, { ...batch, labels }, runtime)).rejects.toSatisfy(
      (error) => InvalidInputError.isInstance(error) && error.path === 'labels[5]',
    );
  });
});
