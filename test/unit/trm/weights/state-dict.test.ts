import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import { normalizeStateDict, readCheckpoint, type WeightTensor } from '../../../../src/trm/weights/index.js';
import { fixture } from './fixtures.js';

const tensor: WeightTensor = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) };

describe('normalizeStateDict', () => {
  it('takes off any prefixes in any order and number', () => {
    const prefixes = fc.array(fc.constantFrom('_orig_mod.', 'module.', 'model.', 'inner.'), { maxLength: 6 });
    const name = fc.constantFrom('H_init', 'L_level.layers.0.mlp.down_proj.weight', 'modular.x', 'x.model.y');
    fc.assert(
      fc.property(prefixes, name, (list, rest) => {
        expect([...normalizeStateDict(new Map([[list.join('') + rest, tensor]]))]).toEqual([[rest, tensor]]);
      }),
    );
  });

  it('brings both golden and torch names to those of the reference', async () => {
    for (const path of ['golden/attention-64.weights.safetensors', 'torch/step_12']) {
      expect([...normalizeStateDict(await readCheckpoint(fixture(path))).keys()].sort()).toEqual(
        [
          'H_init',
          'L_init',
          'embed_tokens.embedding_weight',
          'lm_head.weight',
          'puzzle_emb.weights',
          'q_head.bias',
          'q_head.weight',
          ...[0, 1].flatMap((layer) =>
            ['mlp.down_proj', 'mlp.gate_up_proj', 'self_attn.o_proj', 'self_attn.qkv_proj'].map(
              (part) => `L_level.layers.${layer}.${part}.weight`,
            ),
          ),
        ].sort(),
      );
    }
  });

  it('refuses two names that become one', () => {
    const map = new Map([
      ['model.H_init', tensor],
      ['module.H_init', tensor],
    ]);
    expect(() => normalizeStateDict(map)).toThrow(CheckpointError);
    expect(() => normalizeStateDict(map)).toThrow('Both model.H_init and module.H_init of the checkpoint mean H_init');
  });
});
