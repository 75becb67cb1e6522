import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, type TRMCarry, TRMModel, type TRMStepOutput, writeSafetensors } from '../../src/trm/index.js';
import { referenceParameters } from '../../src/trm/reference/parameters.js';
import { goldenPath, largestDifference, readGolden } from './golden-files.js';
import { plainStep } from './plain-reference.js';

const TOLERANCE = 1e-4;

describe('the reference TRM against the official implementation', async () => {
  const { config, weights, numbers, integers } = await readGolden();
  const inputs = integers('inputs');
  const puzzleIdentifiers = integers('puzzle_identifiers');
  let model: TRMModel;
  const steps: TRMStepOutput[] = [];
  beforeAll(async () => {
    model = await TRMModel.fromCheckpoint(goldenPath('weights.safetensors'), config, { executionProviders: ['cpu'] });
    let carry = await model.initialCarry(4);
    for (let step = 0; step < 3; step++) {
      const output = await model.step({ carry, inputs, puzzleIdentifiers });
      steps.push(output);
      carry = output.carry;
    }
  });
  afterAll(() => model.dispose());

  it.each([1, 2, 3])('logits, q and the carry after supervision step %i', (step) => {
    const output = steps[step - 1]!;
    const compared = {
      logits: output.logits,
      q_halt_logits: output.qHaltLogits,
      q_continue_logits: output.qContinueLogits,
      z_H: output.carry.zH,
      z_L: output.carry.zL,
    };
    for (const [name, { data }] of Object.entries(compared)) {
      expect(largestDifference(data, numbers(`step${step}.${name}`)), `step ${step}, ${name}`).toBeLessThan(TOLERANCE);
    }
    expect(output.logits.dims).toEqual([4, 12, 11]);
    expect(output.qHaltLogits.dims).toEqual([4]);
    expect(output.carry.zH.dims).toEqual([4, 16, 64]);
    expect([...output.carry.steps]).toEqual([step, step, step, step]);
  });

  it('the same from weights that were written and read again', async () => {
    const again = await TRMModel.fromWeights(readSafetensors(writeSafetensors(weights)), config, {
      executionProviders: ['cpu'],
    });
    const carry: TRMCarry = await again.initialCarry(4);
    const { logits } = await again.step({ carry, inputs, puzzleIdentifiers });
    await again.dispose();
    expect(logits).toEqual(steps[0]!.logits);
  });

  it('int8 stays near: the same tokens for most cells after one step', async () => {
    const small = await TRMModel.fromWeights(weights, config, { executionProviders: ['cpu'], precision: 'int8' });
    const { logits } = await small.step({ carry: await small.initialCarry(4), inputs, puzzleIdentifiers });
    await small.dispose();
    const exact = steps[0]!.logits;
    const difference = largestDifference(logits.data, exact.data);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1);
    const same = argmaxRows(logits.data, 11).filter((token, cell) => token === argmaxRows(exact.data, 11)[cell]);
    expect(same.length).toBeGreaterThanOrEqual(0.8 * 48);
  });

  it('the plain loops that serve as the oracle for other shapes agree too', () => {
    const plain = {
      weights: referenceParameters(weights),
      heads: 4,
      layers: 2,
      hCycles: 3,
      lCycles: 6,
      prefix: 4,
      positions: 'rope',
      theta: 10_000,
      epsilon: 1e-5,
      mlp: false,
    } as const;
    const row = 2;
    const tokens = [...inputs.subarray(row * 12, (row + 1) * 12)];
    let state: ReturnType<typeof plainStep> | undefined;
    for (let step = 1; step <= 2; step++) {
      state = plainStep(plain, tokens, puzzleIdentifiers[row]!, state);
      const logits = numbers(`step${step}.logits`).subarray(row * 132, (row + 1) * 132);
      expect(largestDifference(state.logits.flat(), logits), `logits of step ${step}`).toBeLessThan(TOLERANCE);
      const zL = numbers(`step${step}.z_L`).subarray(row * 1024, (row + 1) * 1024);
      expect(largestDifference(state.zL.flat(), zL), `z_L of step ${step}`).toBeLessThan(TOLERANCE);
      expect(Math.abs(state.qHalt - numbers(`step${step}.q_halt_logits`)[row]!)).toBeLessThan(TOLERANCE);
      expect(Math.abs(state.qContinue - numbers(`step${step}.q_continue_logits`)[row]!)).toBeLessThan(TOLERANCE);
    }
  });
});

function argmaxRows(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, cell) => {
    const row = [...logits.subarray(cell * classes, (cell + 1) * classes)];
    return row.indexOf(Math.max(...row));
  });
}
