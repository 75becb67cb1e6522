import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CheckpointError, ConfigurationError } from '../../../src/core/errors.js';
import { parseTRMConfig } from '../../../src/trm/config.js';
import { deriveShapes } from '../../../src/trm/shapes.js';
import { fromFloat32, readCheckpoint, type TensorMap } from '../../../src/trm/weights/index.js';
import { fixture } from './weights/fixtures.js';

interface Sizes {
  readonly width: number;
  readonly inner: number;
  readonly vocabulary: number;
  readonly layers: number;
  readonly identifiers: number;
  /** Positions of the MLP variant with its inner width; attention where left out. */
  readonly mlp?: readonly [positions: number, inner: number];
  readonly learned?: number;
}

const SIZES: Sizes = { width: 8, inner: 20, vocabulary: 5, layers: 2, identifiers: 3 };
const CONFIG = { hidden_size: 8, num_heads: 2, puzzle_emb_len: 4, seq_len: 6 };

function model(overrides: Partial<Sizes> = {}): TensorMap {
  const { width, inner, vocabulary, layers, identifiers, mlp, learned } = { ...SIZES, ...overrides };
  const shapes: Record<string, number[]> = {
    H_init: [width],
    L_init: [width],
    'embed_tokens.embedding_weight': [vocabulary, width],
    'lm_head.weight': [vocabulary, width],
    'q_head.weight': [2, width],
    'q_head.bias': [2],
  };
  if (identifiers > 0) shapes['puzzle_emb.weights'] = [identifiers, width];
  if (learned !== undefined) shapes['embed_pos.embedding_weight'] = [learned, width];
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `L_level.layers.${layer}`;
    if (mlp === undefined) {
      shapes[`${at}.self_attn.qkv_proj.weight`] = [3 * width, width];
      shapes[`${at}.self_attn.o_proj.weight`] = [width, width];
    } else {
      shapes[`${at}.mlp_t.gate_up_proj.weight`] = [2 * mlp[1], mlp[0]];
      shapes[`${at}.mlp_t.down_proj.weight`] = [mlp[0], mlp[1]];
    }
    shapes[`${at}.mlp.gate_up_proj.weight`] = [2 * inner, width];
    shapes[`${at}.mlp.down_proj.weight`] = [width, inner];
  }
  return new Map(Object.entries(shapes).map(([name, shape]) => [`_orig_mod.model.inner.${name}`, zeros(shape)]));
}

function zeros(shape: readonly number[]) {
  return fromFloat32(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);
}

function derive(weights: TensorMap, config: object = {}) {
  return deriveShapes(weights, parseTRMConfig({ ...CONFIG, ...config }));
}

describe('deriveShapes', () => {
  it('of the golden model', async () => {
    const weights = await readCheckpoint(fixture('golden/attention-64.weights.safetensors'));
    const config = JSON.parse(await readFile(fixture('golden/attention-64.config.json'), 'utf8'));
    expect(deriveShapes(weights, parseTRMConfig(config))).toEqual({
      hiddenSize: 64,
      innerSize: 256,
      positionInnerSize: 0,
      vocabularySize: 11,
      layers: 2,
      heads: 4,
      prefixLength: 4,
      puzzleIdentifiers: 7,
      puzzleEmbeddingSize: 64,
      sequenceLength: 12,
    });
  });

  it('of a torch checkpoint with bfloat16 buffers; the inner width is the file’s, not that of the rounding rule', async () => {
    expect(derive(await readCheckpoint(fixture('torch/step_12')))).toMatchObject({
      innerSize: 12,
      vocabularySize: 5,
      puzzleIdentifiers: 3,
    });
  });

  it('of the MLP variant takes the sequence length from the weights', () => {
    const weights = model({ mlp: [10, 7] });
    const expected = { sequenceLength: 6, prefixLength: 4, positionInnerSize: 7, innerSize: 20 };
    expect(derive(weights, { mlp_t: true, pos_encodings: 'none' })).toMatchObject(expected);
    expect(derive(weights, { mlp_t: true, pos_encodings: 'none', seq_len: undefined })).toMatchObject(expected);
  });

  it('of learned positions without a prefix, three layers', () => {
    const weights = model({ identifiers: 0, learned: 9, layers: 3 });
    const config = { puzzle_emb_ndim: 0, puzzle_emb_len: 0, pos_encodings: 'learned', L_layers: 3, seq_len: 9 };
    expect(derive(weights, config)).toMatchObject({
      prefixLength: 0,
      puzzleIdentifiers: 0,
      puzzleEmbeddingSize: 0,
      sequenceLength: 9,
      layers: 3,
    });
    expect(derive(weights, { ...config, seq_len: undefined }).sequenceLength).toBe(9);
  });

  it('ignores tables that can be computed', () => {
    const weights = model()
      .set('model.inner.rotary_emb.cos_cached', zeros([10, 4]))
      .set('puzzle_emb.local_weights', zeros([4, 8]));
    expect(derive(weights).layers).toBe(2);
  });

  it.each([...model().keys()])('refuses a checkpoint without %s, or with another shape of it, naming it', (name) => {
    const inner = name.replace('_orig_mod.model.inner.', '');
    const without = model();
    without.delete(name);
    expect(() => derive(without)).toThrow(CheckpointError);
    expect(() => derive(without)).toThrow(
      inner === 'puzzle_emb.weights' ? /no puzzle_emb\.weights/ : `lacks the tensor ${inner}`,
    );
    const reshaped = model();
    reshaped.set(name, zeros([3, 3, 3]));
    expect(() => derive(reshaped)).toThrow(CheckpointError);
    expect(() => derive(reshaped)).toThrow(`Tensor ${inner} should`);
  });

  it.each<[string, TensorMap, object, RegExp]>([
    [
      'another width',
      model(),
      { hidden_size: 16 },
      /has hidden_size 8 \(from embed_tokens\.embedding_weight\), but the configuration says 16/,
    ],
    ['another vocabulary', model(), { vocab_size: 6 }, /has vocab_size 5 .* says 6/],
    ['another number of identifiers', model(), { num_puzzle_identifiers: 4 }, /has num_puzzle_identifiers 3 .* says 4/],
    ['another puzzle width', model(), { puzzle_emb_ndim: 4 }, /has puzzle_emb_ndim 8 .* says 4/],
    ['fewer layers', model({ layers: 1 }), {}, /has L_layers 1 .* says 2/],
    [
      'a puzzle table that is not configured',
      model(),
      { puzzle_emb_ndim: 0, puzzle_emb_len: 0 },
      /has a puzzle table.*puzzle_emb_ndim 0/,
    ],
    [
      'a puzzle table that is missing',
      model({ identifiers: 0 }),
      {},
      /no puzzle_emb\.weights.*set puzzle_emb_ndim and puzzle_emb_len to 0/,
    ],
    ['attention where MLP is configured', model(), { mlp_t: true }, /holds the attention variant.*Set mlp_t to false/],
    ['MLP where attention is configured', model({ mlp: [10, 7] }), {}, /holds the MLP variant.*Set mlp_t to true/],
    [
      'an MLP for another length',
      model({ mlp: [10, 7] }),
      { mlp_t: true, seq_len: 7 },
      /made for 10 positions; a prefix of 4 and seq_len 7 do not add up/,
    ],
    [
      'an MLP with no room for tokens',
      model({ mlp: [4, 7] }),
      { mlp_t: true, seq_len: undefined },
      /a prefix of 4 leaves no position for tokens/,
    ],
    [
      'learned positions that are not configured',
      model({ learned: 10 }),
      {},
      /has learned positions.*pos_encodings "rope"/,
    ],
    ['learned positions that are missing', model(), { pos_encodings: 'learned' }, /no embed_pos\.embedding_weight/],
    [
      'learned positions of another length',
      model({ learned: 9 }),
      { pos_encodings: 'learned' },
      /made for 9 positions; a prefix of 4 and seq_len 6/,
    ],
    [
      'an unknown tensor',
      model().set('lm_head.bias', zeros([5])),
      {},
      /has a tensor lm_head\.bias that a TRM of this configuration does not have/,
    ],
    ['a second network', model().set('H_level.layers.0.x', zeros([5])), {}, /two networks.*HRM/],
    ['names of nano-trm', model().set('lenet.layers.0.x', zeros([5])), {}, /named as in nano-trm/],
    [
      'a quantised tensor',
      model().set('_orig_mod.model.inner.lm_head.weight', { dtype: 'I8', shape: [5, 8], data: new Uint8Array(40) }),
      {},
      /lm_head\.weight should hold floating-point numbers, but is I8/,
    ],
    [
      'an odd gate',
      model().set('_orig_mod.model.inner.L_level.layers.0.mlp.gate_up_proj.weight', zeros([41, 8])),
      {},
      /its 41 rows should be an even number/,
    ],
    [
      'transposed weights',
      model().set('_orig_mod.model.inner.L_level.layers.1.mlp.down_proj.weight', zeros([20, 8])),
      {},
      /layers\.1\.mlp\.down_proj\.weight should have shape \[8, 20\], but has \[20, 8\]/,
    ],
    [
      'one q output',
      model().set('_orig_mod.model.inner.q_head.weight', zeros([1, 8])),
      {},
      /q_head\.weight should have shape \[2, 8\], but has \[1, 8\]/,
    ],
  ])('refuses %s', (_, weights, config, message) => {
    expect(() => derive(weights, config)).toThrow(CheckpointError);
    expect(() => derive(weights, config)).toThrow(message);
  });

  it('refuses a gap between layers', () => {
    const weights = model({ layers: 3 });
    for (const name of [...weights.keys()]) if (name.includes('layers.1.')) weights.delete(name);
    expect(() => derive(weights)).toThrow('no tensors of L_level.layers.1');
  });

  it('asks for seq_len where nothing fixes it', () => {
    expect(() => derive(model(), { seq_len: undefined })).toThrow(ConfigurationError);
    expect(() => derive(model(), { seq_len: undefined })).toThrow(/seq_len is missing/);
  });
});
