import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AbortedError,
  CheckpointError,
  ConfigurationError,
  DisposedError,
  ExecutionProviderError,
  InvalidInputError,
} from '../../../src/core/errors.js';
import { Runtime } from '../../../src/runtime/index.js';
import { type TRMCarry, TRMModel, writeSafetensors } from '../../../src/trm/index.js';
import { largestDifference } from '../../golden/golden-files.js';
import { randomModel } from '../../golden/random-model.js';
import { fixture, temporaryFiles } from './weights/fixtures.js';

const SETTINGS = {
  hidden_size: 32,
  num_heads: 4,
  seq_len: 6,
  puzzle_emb_len: 1,
  H_cycles: 2,
  L_cycles: 2,
  halt_max_steps: 3,
};
const CPU = { executionProviders: ['cpu'], intraOpThreads: 1 } as const;
const { config, weights } = randomModel(SETTINGS, 'model tests');
const GRIDS = [
  [1, 2, 3, 4, 5, 6],
  [6, 6, 0, 0, 1, 1],
  [0, 1, 0, 2, 0, 3],
] as const;
const inputs = Int32Array.from(GRIDS.flat());
const puzzleIdentifiers = Int32Array.of(4, 0, 2);

describe('TRMModel', () => {
  const writeFile = temporaryFiles();
  const runtime = new Runtime(CPU);
  let model: TRMModel;
  let plain: TRMModel;
  beforeAll(async () => {
    model = await TRMModel.fromWeights(weights, config, { runtime });
    const withoutPrefix = randomModel({ ...SETTINGS, puzzle_emb_ndim: 0, puzzle_emb_len: 0 }, 'no prefix');
    plain = await TRMModel.fromWeights(withoutPrefix.weights, withoutPrefix.config, { runtime });
  });
  afterAll(() => runtime.dispose());

  it('loads a checkpoint file and says what it is', async () => {
    const path = await writeFile(writeSafetensors(weights));
    await using loaded = await TRMModel.fromCheckpoint(path, SETTINGS, CPU);
    expect(loaded.config).toMatchObject({ ...SETTINGS, rope_theta: 10_000 });
    expect(loaded.shapes).toMatchObject({ hiddenSize: 32, sequenceLength: 6, prefixLength: 1, vocabularySize: 7 });
    expect([loaded.executionProvider, loaded.precision]).toEqual(['cpu', 'float32']);
    const data = { inputs, puzzleIdentifiers };
    const [one, other] = await Promise.all(
      [loaded, model].map(async (each) => each.step({ carry: await each.initialCarry(3), ...data })),
    );
    expect(one).toEqual(other);
  });

  it('loads a step file of torch.save', async () => {
    const settings = { hidden_size: 8, num_heads: 2, puzzle_emb_len: 4, seq_len: 6, H_cycles: 1, L_cycles: 1 };
    await using loaded = await TRMModel.fromCheckpoint(fixture('torch/step_12'), settings, CPU);
    const { logits } = await loaded.step({
      carry: await loaded.initialCarry(1),
      inputs: [0, 1, 2, 3, 4, 0],
      puzzleIdentifiers: [0],
    });
    expect(logits.dims).toEqual([1, 6, 5]);
    expect(logits.data.every(Number.isFinite)).toBe(true);
  });

  it('refuses what it cannot load, with the error of the part at fault', async () => {
    await expect(TRMModel.fromCheckpoint('no-such-file', {})).rejects.toBeInstanceOf(CheckpointError);
    await expect(TRMModel.fromWeights(weights, { ...SETTINGS, num_heads: 5 })).rejects.toBeInstanceOf(
      ConfigurationError,
    );
    await expect(TRMModel.fromWeights(weights, { ...SETTINGS, hidden_size: 64 })).rejects.toBeInstanceOf(
      CheckpointError,
    );
    await expect(
      TRMModel.fromWeights(weights, config, { precision: 'int4' as 'int8', runtime }),
    ).rejects.toBeInstanceOf(ConfigurationError);
    await expect(
      TRMModel.fromWeights(weights, config, { executionProviders: ['coreml'], strict: true }),
    ).rejects.toBeInstanceOf(ExecutionProviderError);
  });

  it('starts with a carry of which every row has halted', async () => {
    const carry = await model.initialCarry(2);
    expect(carry.zH.dims).toEqual([2, 7, 32]);
    expect(carry.zL.data.length).toBe(2 * 7 * 32);
    expect([...carry.steps]).toEqual([0, 0]);
    expect(carry.halted).toEqual([true, true]);
    for (const size of [0, -1, 1.5, Number.NaN, '2' as unknown as number]) {
      await expect(model.initialCarry(size)).rejects.toMatchObject({ path: 'batchSize' });
    }
  });

  it('counts steps, halts at halt_max_steps, and then starts afresh with the new data', async () => {
    let carry = await model.initialCarry(3);
    const seen: unknown[] = [];
    const logits: Float32Array[] = [];
    for (let step = 0; step < 4; step++) {
      const output = await model.step({ carry, inputs, puzzleIdentifiers });
      carry = output.carry;
      seen.push([[...carry.steps], [...carry.halted]]);
      logits.push(output.logits.data);
    }
    const rows = <T>(value: T): T[] => [value, value, value];
    expect(seen).toEqual([
      [rows(1), rows(false)],
      [rows(2), rows(false)],
      [rows(3), rows(true)],
      [rows(1), rows(false)],
    ]);
    expect(logits[1]).not.toEqual(logits[0]);
    expect(logits[3]).toEqual(logits[0]);
  });

  it('resets halted rows and gives them the new data; the others keep state and data', async () => {
    const first = await model.step({ carry: await model.initialCarry(3), inputs, puzzleIdentifiers });
    const mixed: TRMCarry = { ...first.carry, halted: [false, true, false] };
    const other = { inputs: Int32Array.from({ length: 18 }, () => 2), puzzleIdentifiers: Int32Array.of(1, 1, 1) };
    const next = await model.step({ carry: mixed, ...other });
    expect([...next.carry.steps]).toEqual([2, 1, 2]);
    expect([...next.carry.currentData.inputs.data]).toEqual([...GRIDS[0], 2, 2, 2, 2, 2, 2, ...GRIDS[2]]);
    expect([...next.carry.currentData.puzzleIdentifiers.data]).toEqual([4, 1, 2]);
    const onward = await model.step({ carry: first.carry, inputs, puzzleIdentifiers });
    const fresh = await model.step({ carry: await model.initialCarry(3), ...other });
    expect(row(next.logits.data, 0)).toEqual(row(onward.logits.data, 0));
    expect(row(next.logits.data, 1)).toEqual(row(fresh.logits.data, 1));
    expect(row(next.logits.data, 2)).toEqual(row(onward.logits.data, 2));
  });

  it('treats the carry as a value', async () => {
    const { carry } = await model.step({ carry: await model.initialCarry(3), inputs, puzzleIdentifiers });
    const before = structuredClone(carry);
    const [once, again] = [
      await model.step({ carry, inputs, puzzleIdentifiers }),
      await model.step({ carry, inputs, puzzleIdentifiers }),
    ];
    expect(carry).toEqual(before);
    expect(again).toEqual(once);
    expect([...inputs]).toEqual(GRIDS.flat());
  });

  it('does not look at the state of halted rows', async () => {
    const carry = await model.initialCarry(3);
    const clean = await model.step({ carry, inputs, puzzleIdentifiers });
    carry.zH.data.fill(Number.NaN);
    carry.zL.data.fill(1e30);
    expect(await model.step({ carry, inputs, puzzleIdentifiers })).toEqual(clean);
  });

  it.each(['float32', 'int8'] as const)('rows of a batch do not influence each other (%s)', async (precision) => {
    await using each = await TRMModel.fromWeights(weights, config, { ...CPU, precision });
    let together = await each.step({ carry: await each.initialCarry(3), inputs, puzzleIdentifiers });
    const alone = await Promise.all(
      GRIDS.map(async (grid, index) => {
        const data = { inputs: grid, puzzleIdentifiers: puzzleIdentifiers.subarray(index, index + 1) };
        const { carry } = await each.step({ carry: await each.initialCarry(1), ...data });
        return each.step({ carry, ...data });
      }),
    );
    together = await each.step({ carry: together.carry, inputs, puzzleIdentifiers });
    for (const [index, output] of alone.entries()) {
      // Bit for bit where this was written; other processors may add up in another order for another batch size.
      expect(largestDifference(row(together.logits.data, index), output.logits.data)).toBeLessThan(1e-6);
      expect(largestDifference(row(together.carry.zL.data, index), output.carry.zL.data)).toBeLessThan(1e-6);
      expect(Math.abs(together.qHaltLogits.data[index]! - output.qHaltLogits.data[0]!)).toBeLessThan(1e-6);
    }
  });

  it('takes flat lists, typed arrays and tensors, and needs no identifiers without a table', async () => {
    const carry = await plain.initialCarry(3);
    const outputs = await Promise.all([
      plain.step({ carry, inputs }),
      plain.step({ carry, inputs: [...inputs] }),
      plain.step({ carry, inputs: { data: inputs, dims: [3, 6] }, puzzleIdentifiers: [9, 0, 2] }),
    ]);
    for (const { logits } of outputs) expect(logits).toEqual(outputs[0]!.logits);
  });

  const bad: [string, string, () => object][] = [
    ['inputs[3]', 'a token that is NaN', () => ({ inputs: [1, 2, 3, Number.NaN, ...inputs.subarray(4)] })],
    ['inputs[0]', 'a token out of the vocabulary', () => ({ inputs: [7, ...inputs.subarray(1)] })],
    ['inputs[17]', 'a negative token', () => ({ inputs: [...inputs.subarray(0, 17), -1] })],
    ['inputs[0]', 'half a token', () => ({ inputs: [0.5, ...inputs.subarray(1)] })],
    ['inputs[0]', 'int64 tokens', () => ({ inputs: BigInt64Array.from(inputs, BigInt) })],
    ['inputs', 'too few tokens', () => ({ inputs: inputs.subarray(6) })],
    ['inputs', 'no tokens', () => ({ inputs: undefined })],
    ['inputs', 'tokens as text', () => ({ inputs: '123456' })],
    ['inputs.dims', 'tokens of other dims', () => ({ inputs: { data: inputs, dims: [6, 3] } })],
    ['puzzleIdentifiers', 'no identifiers', () => ({ puzzleIdentifiers: undefined })],
    ['puzzleIdentifiers', 'too many identifiers', () => ({ puzzleIdentifiers: [0, 1, 2, 3] })],
    ['puzzleIdentifiers[2]', 'an identifier out of the table', () => ({ puzzleIdentifiers: [0, 1, 5] })],
    ['carry', 'no carry', () => ({ carry: undefined })],
  ];
  it.each(bad)('names %s for %s', async (path, _what, change) => {
    const input = { carry: await model.initialCarry(3), inputs, puzzleIdentifiers, ...change() };
    await expect(model.step(input)).rejects.toSatisfy(
      (error) => InvalidInputError.isInstance(error) && error.path === path,
    );
  });

  const badCarries: [string, (carry: TRMCarry) => object][] = [
    ['carry.halted', () => ({ halted: [] })],
    ['carry.steps', () => ({ steps: new Int32Array(2) })],
    ['carry.zH', ({ zH }) => ({ zH: { data: zH.data.subarray(1), dims: zH.dims } })],
    ['carry.zL', ({ zL }) => ({ zL: { data: zL.data, dims: [1, 21, 32] } })],
    ['carry.zL.data[300]', ({ zL }) => ({ zL: { data: zL.data.with(300, Number.NaN), dims: zL.dims } })],
    [
      'carry.currentData.inputs[2]',
      ({ currentData }) => ({
        currentData: { ...currentData, inputs: { data: currentData.inputs.data.with(2, 99), dims: [3, 6] } },
      }),
    ],
    ['carry.currentData', () => ({ currentData: undefined })],
  ];
  it.each(badCarries)('names %s of a carry that does not fit', async (path, change) => {
    const { carry } = await model.step({ carry: await model.initialCarry(3), inputs, puzzleIdentifiers });
    const broken = { ...carry, ...change(carry) } as TRMCarry;
    await expect(model.step({ carry: broken, inputs, puzzleIdentifiers })).rejects.toSatisfy(
      (error) => InvalidInputError.isInstance(error) && error.path === path,
    );
  });

  it('can be given up', async () => {
    const carry = await model.initialCarry(3);
    const step = model.step({ carry, inputs, puzzleIdentifiers, signal: AbortSignal.abort() });
    await expect(step).rejects.toBeInstanceOf(AbortedError);
  });

  it('disposes with running steps awaited, and leaves a shared runtime alone', async () => {
    const brief = await TRMModel.fromWeights(weights, config, { runtime });
    const carry = await brief.initialCarry(3);
    const step = brief.step({ carry, inputs, puzzleIdentifiers });
    await brief.dispose();
    expect((await step).logits.dims).toEqual([3, 6, 7]);
    await expect(brief.step({ carry, inputs, puzzleIdentifiers })).rejects.toBeInstanceOf(DisposedError);
    await brief.dispose();
    await expect(model.step({ carry, inputs, puzzleIdentifiers })).resolves.toBeDefined();
  });
});

function row(data: Float32Array, index: number): number[] {
  const length = data.length / 3;
  return [...data.subarray(index * length, (index + 1) * length)];
}
