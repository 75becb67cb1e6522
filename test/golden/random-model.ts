import { createRandom } from '../../src/core/random.js';
import { parseTRMConfig, prefixLength, type TRMConfig } from '../../src/trm/config.js';
import { fromFloat32, type TensorMap, toFloat32 } from '../../src/trm/weights/index.js';
import type { PlainModel } from './plain-reference.js';

/** Vocabulary and puzzle table of every random model. */
export const VOCABULARY = 7;
export const IDENTIFIERS = 5;

/** Random weights of a small reference model, under the names of an official checkpoint. */
export function randomModel(
  settings: object,
  seed: string,
): { readonly config: TRMConfig; readonly weights: TensorMap; readonly plain: PlainModel } {
  const config = parseTRMConfig(settings);
  const { hidden_size: width, seq_len: tokens = 0 } = config;
  const prefix = prefixLength(config);
  const positions = tokens + prefix;
  const inner = 40;
  const random = createRandom(seed);
  const weights: TensorMap = new Map();
  const plain = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const tensor = (name: string, shape: readonly number[], deviation: number): void => {
    const length = shape.reduce((product, size) => product * size, 1);
    const stored = fromFloat32(
      Float32Array.from({ length }, () => random.normal() * deviation),
      shape,
    );
    weights.set(`_orig_mod.model.inner.${name}`, stored);
    plain.set(name, { shape, data: toFloat32(stored) });
  };
  // Weaker than the reference's initial weights: with those, the MLP variant over a handful of positions amplifies
  // rounding tenfold a supervision step, and the comparison would be one of float32 with float64.
  const linear = (name: string, rows: number, columns: number): void =>
    tensor(name, [rows, columns], 0.6 / Math.sqrt(columns));

  tensor('H_init', [width], 1);
  tensor('L_init', [width], 1);
  tensor('embed_tokens.embedding_weight', [VOCABULARY, width], 1 / Math.sqrt(width));
  linear('lm_head.weight', VOCABULARY, width);
  linear('q_head.weight', 2, width);
  tensor('q_head.bias', [2], 1);
  if (config.puzzle_emb_ndim > 0) {
    tensor('puzzle_emb.weights', [IDENTIFIERS, config.puzzle_emb_ndim], 1 / Math.sqrt(width));
  }
  if (config.pos_encodings === 'learned') {
    tensor('embed_pos.embedding_weight', [positions, width], 1 / Math.sqrt(width));
  }
  for (let layer = 0; layer < config.L_layers; layer++) {
    const at = `L_level.layers.${layer}`;
    if (config.mlp_t) {
      linear(`${at}.mlp_t.gate_up_proj.weight`, 2 * 24, positions);
      linear(`${at}.mlp_t.down_proj.weight`, positions, 24);
    } else {
      linear(`${at}.self_attn.qkv_proj.weight`, 3 * width, width);
      linear(`${at}.self_attn.o_proj.weight`, width, width);
    }
    linear(`${at}.mlp.gate_up_proj.weight`, 2 * inner, width);
    linear(`${at}.mlp.down_proj.weight`, width, inner);
  }
  return {
    config,
    weights,
    plain: {
      weights: plain,
      heads: config.num_heads,
      layers: config.L_layers,
      hCycles: config.H_cycles,
      lCycles: config.L_cycles,
      prefix,
      positions: config.mlp_t && config.pos_encodings === 'rope' ? 'none' : config.pos_encodings,
      theta: config.rope_theta,
      epsilon: config.rms_norm_eps,
      mlp: config.mlp_t,
    },
  };
}
