import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.js';
import { Runtime } from '../../src/runtime/index.js';
import { TRMModel } from '../../src/trm/index.js';
import { largestDifference } from './golden-files.js';
import { plainStep } from './plain-reference.js';
import { IDENTIFIERS, randomModel, VOCABULARY } from './random-model.js';

const BASE = { hidden_size: 32, num_heads: 4, seq_len: 5, puzzle_emb_len: 2, H_cycles: 2, L_cycles: 2 };
const NO_PREFIX = { puzzle_emb_ndim: 0, puzzle_emb_len: 0 };

const SHAPES: Record<string, object> = {
  'attention with rotary positions': BASE,
  'the MLP variant, where the first norm runs over the positions': { ...BASE, mlp_t: true, pos_encodings: 'none' },
  'the MLP variant with learned positions': { ...BASE, mlp_t: true, pos_encodings: 'learned' },
  'the MLP variant whose configuration still says rope': { ...BASE, mlp_t: true },
  'the MLP variant without a prefix': { ...BASE, ...NO_PREFIX, mlp_t: true, pos_encodings: 'none' },
  'learned positions without a prefix': { ...BASE, ...NO_PREFIX, pos_encodings: 'learned' },
  'learned positions with a prefix': { ...BASE, pos_encodings: 'learned' },
  'no positions at all': { ...BASE, pos_encodings: 'none' },
  'rotary positions without a prefix': { ...BASE, ...NO_PREFIX },
  'three layers': { ...BASE, L_layers: 3 },
  'one layer, one cycle of each kind': { ...BASE, L_layers: 1, H_cycles: 1, L_cycles: 1 },
  'four H cycles of one L cycle': { ...BASE, H_cycles: 4, L_cycles: 1 },
  'one H cycle of five L cycles': { ...BASE, H_cycles: 1, L_cycles: 5 },
  'a puzzle vector narrower than the width': { ...BASE, puzzle_emb_ndim: 20 },
  'a puzzle vector wider than the width': { ...BASE, puzzle_emb_ndim: 48 },
  'a puzzle vector that tells the length of the prefix': { ...BASE, puzzle_emb_ndim: 70, puzzle_emb_len: 0 },
  'width 96 with three heads': { ...BASE, hidden_size: 96, num_heads: 3, puzzle_emb_len: 1 },
  'one head, other rotary base and epsilon': { ...BASE, num_heads: 1, rope_theta: 100, rms_norm_eps: 1e-2 },
};

describe('the reference TRM against plain float64 loops', () => {
  const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
  afterAll(() => runtime.dispose());

  it.each(Object.entries(SHAPES))('%s', async (name, settings) => {
    const { config, weights, plain } = randomModel(settings, name);
    const model = await TRMModel.fromWeights(weights, config, { runtime });
    const random = createRandom(`${name}/inputs`);
    const inputs = Int32Array.from({ length: 2 * 5 }, () => random.integer(VOCABULARY));
    const puzzleIdentifiers = Int32Array.from({ length: 2 }, () => random.integer(IDENTIFIERS));
    const expected = [0, 1].map((row) => {
      const tokens = [...inputs.subarray(row * 5, (row + 1) * 5)];
      const first = plainStep(plain, tokens, puzzleIdentifiers[row]!);
      return [first, plainStep(plain, tokens, puzzleIdentifiers[row]!, first)];
    });
    let carry = await model.initialCarry(2);
    for (const step of [0, 1]) {
      const output = await model.step({ carry, inputs, puzzleIdentifiers });
      carry = output.carry;
      const rows = expected.map((steps) => steps[step]!);
      const compared = {
        logits: [output.logits.data, rows.flatMap(({ logits }) => logits.flat())],
        qHalt: [output.qHaltLogits.data, rows.map(({ qHalt }) => qHalt)],
        qContinue: [output.qContinueLogits.data, rows.map(({ qContinue }) => qContinue)],
        zH: [carry.zH.data, rows.flatMap(({ zH }) => zH.flat())],
        zL: [carry.zL.data, rows.flatMap(({ zL }) => zL.flat())],
      } as const;
      for (const [tensor, [got, want]] of Object.entries(compared)) {
        expect(largestDifference(got, want), `${tensor} after step ${step + 1}`).toBeLessThan(1e-4);
      }
    }
    await model.dispose();
  });
});
