import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import { parseTRMConfig, prefixLength } from '../../../src/trm/config.js';
import { fixture } from './weights/fixtures.js';

describe('parseTRMConfig', () => {
  it('fills in the defaults of the reference', () => {
    expect(parseTRMConfig({})).toEqual({
      hidden_size: 512,
      num_heads: 8,
      expansion: 4,
      L_layers: 2,
      H_layers: 0,
      H_cycles: 3,
      L_cycles: 6,
      puzzle_emb_ndim: 512,
      puzzle_emb_len: 16,
      pos_encodings: 'rope',
      rope_theta: 10000,
      rms_norm_eps: 1e-5,
      mlp_t: false,
      halt_max_steps: 16,
      halt_exploration_prob: 0.1,
      no_ACT_continue: true,
      forward_dtype: 'bfloat16',
    });
  });

  it('takes the golden configuration as it is', async () => {
    const json = JSON.parse(await readFile(fixture('golden/attention-64.config.json'), 'utf8'));
    expect(parseTRMConfig(json)).toEqual({ ...json, mlp_t: false });
  });

  it('leaves unknown keys out', () => {
    expect(parseTRMConfig({ name: 'recursive_reasoning.trm@TRM', loss: { name: 'x' } })).toEqual(parseTRMConfig({}));
  });

  it.each<[unknown, RegExp]>([
    [null, /expected object/],
    ['x', /expected object/],
    [{ hidden_size: '64' }, /hidden_size \("64"\): .*expected number/],
    [{ hidden_size: 0 }, /hidden_size \(0\)/],
    [{ hidden_size: 64.5 }, /hidden_size \(64\.5\)/],
    [{ L_cycles: -1 }, /L_cycles \(-1\)/],
    [{ H_cycles: null }, /H_cycles \(null\)/],
    [{ L_layers: 0 }, /L_layers \(0\)/],
    [{ pos_encodings: 'alibi' }, /pos_encodings \("alibi"\): .*"rope"\|"learned"\|"none"/],
    [{ mlp_t: 'yes' }, /mlp_t \("yes"\)/],
    [{ rms_norm_eps: 0 }, /rms_norm_eps \(0\)/],
    [{ rope_theta: Number.NaN }, /rope_theta/],
    [{ halt_exploration_prob: 1.5 }, /halt_exploration_prob \(1\.5\)/],
    [{ forward_dtype: 'int8' }, /forward_dtype \("int8"\)/],
    [{ hidden_size: -1, seq_len: 0 }, /seq_len \(0\).*hidden_size \(-1\)|hidden_size \(-1\).*seq_len \(0\)/],
    [{ hidden_size: 64, num_heads: 5 }, /num_heads \(5\) must divide hidden_size \(64\)/],
    [{ hidden_size: 12, num_heads: 4 }, /hidden_size \/ num_heads must be even, but is 3/],
    [{ puzzle_emb_ndim: 0, puzzle_emb_len: 16 }, /puzzle_emb_len \(16\) must be 0 when puzzle_emb_ndim is 0/],
    [
      { hidden_size: 64, puzzle_emb_ndim: 129, puzzle_emb_len: 2 },
      /puzzle_emb_ndim 129 does not fit into puzzle_emb_len 2/,
    ],
  ])('refuses %j', (value, message) => {
    expect(() => parseTRMConfig(value)).toThrow(ConfigurationError);
    expect(() => parseTRMConfig(value)).toThrow(message);
  });

  it('asks nothing of heads that the MLP variant does not have', () => {
    expect(parseTRMConfig({ hidden_size: 10, num_heads: 3, mlp_t: true }).mlp_t).toBe(true);
    expect(parseTRMConfig({ hidden_size: 12, num_heads: 4, pos_encodings: 'none' }).num_heads).toBe(4);
  });
});

describe('prefixLength', () => {
  it.each([
    [{}, 16],
    [{ puzzle_emb_ndim: 0 }, 0],
    [{ puzzle_emb_ndim: 0, puzzle_emb_len: 0 }, 0],
    [{ hidden_size: 64, puzzle_emb_ndim: 64, puzzle_emb_len: 0 }, 1],
    [{ hidden_size: 64, puzzle_emb_ndim: 65, puzzle_emb_len: 0 }, 2],
    [{ hidden_size: 64, puzzle_emb_ndim: 100, puzzle_emb_len: 4 }, 4],
  ])('of %j is %i', (value, expected) => {
    expect(prefixLength(parseTRMConfig(value))).toBe(expected);
  });
});
