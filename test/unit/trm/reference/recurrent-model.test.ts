import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { createRandom } from '../../../../src/core/random.js';
import {
  Engine,
  type EngineResult,
  haltAfter,
  haltOnAny,
  haltOnQ,
  type ReferenceInput,
  type ReferenceOutput,
  referenceRecurrentModel,
  TRMModel,
} from '../../../../src/trm/index.js';
import { largestDifference } from '../../../golden/golden-files.js';
import { IDENTIFIERS, randomModel, VOCABULARY } from '../../../golden/random-model.js';

const SETTINGS = {
  hidden_size: 32,
  num_heads: 4,
  seq_len: 9,
  puzzle_emb_len: 2,
  H_cycles: 2,
  L_cycles: 2,
  halt_max_steps: 4,
};

describe('the reference model in the engine', () => {
  const { config, weights } = randomModel(SETTINGS, 'engine');
  const random = createRandom('requests');
  const requests: ReferenceInput[] = Array.from({ length: 11 }, () => ({
    inputs: Int32Array.from({ length: 9 }, () => random.integer(VOCABULARY)),
    puzzleIdentifier: random.integer(IDENTIFIERS),
  }));
  let model: TRMModel;
  beforeAll(async () => {
    model = await TRMModel.fromWeights(weights, config, { executionProviders: ['cpu'], intraOpThreads: 2 });
  });
  afterAll(() => model.dispose());

  async function answer(maxBatchSize: number, threshold: number): Promise<EngineResult<ReferenceOutput>[]> {
    const engine = new Engine(referenceRecurrentModel(model), {
      maxBatchSize,
      shouldHalt: haltOnAny(haltOnQ(threshold), haltAfter(4)),
    });
    return Promise.all(requests.map((request) => engine.submit(request)));
  }

  it('a request gets the same in any company', async () => {
    const firstQ = (await answer(1, Number.NEGATIVE_INFINITY)).map(({ outputs }) => outputs[0]!.qHalt);
    // A threshold in the middle: half of them halt at once, and others take their places.
    const threshold = firstQ.toSorted((left, right) => left - right)[5]! + 1e-4;
    const alone = await answer(1, threshold);
    expect(alone.filter(({ steps }) => steps === 1).length).toBe(5);
    for (const size of [2, 5, 16]) {
      const together = await answer(size, threshold);
      for (const [index, { outputs, steps }] of together.entries()) {
        expect(steps).toBe(alone[index]!.steps);
        for (const [step, output] of outputs.entries()) {
          const expected = alone[index]!.outputs[step]!;
          expect(largestDifference(output.logits.data, expected.logits.data)).toBeLessThan(1e-6);
          expect(Math.abs(output.qHalt - expected.qHalt)).toBeLessThan(1e-6);
        }
      }
    }
  });

  it('the same as stepping the model by hand', async () => {
    const engine = new Engine(referenceRecurrentModel(model), { maxBatchSize: 3, shouldHalt: haltAfter(4) });
    const request = requests[0]!;
    const { outputs } = await engine.submit(request);
    let carry = await model.initialCarry(1);
    for (const output of outputs) {
      const step = await model.step({
        carry,
        inputs: request.inputs,
        puzzleIdentifiers: [request.puzzleIdentifier!],
      });
      carry = step.carry;
      expect(output.logits.data).toEqual(step.logits.data);
      expect(output.logits.dims).toEqual([9, VOCABULARY]);
      expect(output.qContinue).toBe(step.qContinueLogits.data[0]);
    }
    expect(outputs.length).toBe(config.halt_max_steps);
  });

  it('refuses a bad request when it comes, so that it spoils no batch', async () => {
    const engine = new Engine(referenceRecurrentModel(model), { maxBatchSize: 4, shouldHalt: haltAfter(1) });
    const good = engine.submit(requests[0]!);
    const bad: [string, ReferenceInput][] = [
      ['inputs[0]', { inputs: [99, 0, 0, 0, 0, 0, 0, 0, 0], puzzleIdentifier: 0 }],
      ['inputs', { inputs: [1], puzzleIdentifier: 0 }],
      ['inputs', { inputs: 'text' as unknown as number[], puzzleIdentifier: 0 }],
      ['puzzleIdentifiers[0]', { inputs: requests[0]!.inputs, puzzleIdentifier: IDENTIFIERS }],
      ['puzzleIdentifiers', { inputs: requests[0]!.inputs }],
    ];
    for (const [path, request] of bad) {
      await expect(engine.submit(request)).rejects.toSatisfy(
        (error) => InvalidInputError.isInstance(error) && error.path === path,
      );
    }
    expect((await good).steps).toBe(1);
  });
});
