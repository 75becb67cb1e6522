import { createRandom, type Random } from '../../core/random.js';
import {
  ECHO_FEATURES,
  FUNCTION_FEATURES,
  MAX_DEMONSTRATIONS,
  POINTER_FEATURES,
  SHOWN_FEATURES,
  SHOWN_VOTES,
} from '../../encoding/index.js';
import { innerWidth } from '../graph/layers.js';
import type { Parameter } from '../graph/weight-source.js';
import { MATCH_FEATURES } from './late-interaction.js';

/** Answer slots: the positions that recurse. What a head reads stands at a fixed slot, the rest is scratch space. */
export const SLOT = { halt: 0, function: 1, cause: 2, argument: 3 } as const;

/** Architecture of a remediation model; stored in its manifest. */
export interface RemediationConfig {
  /** Width D of the core. */
  readonly hidden_size: number;
  readonly num_heads: number;
  readonly expansion: number;
  readonly L_layers: number;
  readonly H_cycles: number;
  readonly L_cycles: number;
  /** One-pass blocks over the alert's fields before the recursion. */
  readonly encoder_layers: number;
  /** Recursive answer slots, at least 4. */
  readonly slots: number;
  /** Width in which words of alert and functions are compared. */
  readonly match_width: number;
  /** Rows of the token embedding table. */
  readonly vocab_size: number;
  readonly causes: number;
  readonly rms_norm_eps: number;
}

export const DEFAULT_REMEDIATION_CONFIG: Omit<RemediationConfig, 'vocab_size' | 'causes'> = {
  hidden_size: 192,
  num_heads: 6,
  expansion: 4,
  L_layers: 2,
  H_cycles: 3,
  L_cycles: 6,
  encoder_layers: 2,
  slots: 8,
  match_width: 64,
  rms_norm_eps: 1e-5,
};

/** Kinds of fields, padding included (FIELD_TYPE of the encoding). */
export const FIELD_TYPES = 6;

/** How a parameter starts: `linear` and `embedding` are truncated normal, as in the reference. */
type Initializer = 'linear' | 'embedding' | 'zero' | 'state' | { readonly constant: number };
interface ParameterSpec {
  readonly shape: readonly number[];
  readonly start: Initializer;
}

/** Every weight of the model with its shape, in a fixed order. */
export function remediationParameters(config: RemediationConfig): Map<string, ParameterSpec> {
  const { hidden_size: width } = config;
  const inner = innerWidth(width, config.expansion);
  const specs = new Map<string, ParameterSpec>();
  const linear = (name: string, rows: number, columns: number): void => {
    specs.set(name, { shape: [rows, columns], start: 'linear' });
  };
  const block = (prefix: string): void => {
    linear(`${prefix}.self_attn.q_proj.weight`, width, width);
    linear(`${prefix}.self_attn.kv_proj.weight`, 2 * width, width);
    linear(`${prefix}.self_attn.o_proj.weight`, width, width);
    mlp(prefix);
  };
  const mlp = (prefix: string): void => {
    linear(`${prefix}.mlp.gate_up_proj.weight`, 2 * inner, width);
    linear(`${prefix}.mlp.down_proj.weight`, width, inner);
  };
  specs.set('embed_tokens.embedding_weight', { shape: [config.vocab_size, width], start: 'embedding' });
  specs.set('text_pool.weight', { shape: [1, width], start: 'zero' });
  specs.set('field_type.embedding_weight', { shape: [FIELD_TYPES, width], start: 'embedding' });
  linear('field_echoes.weight', width, ECHO_FEATURES);
  for (const part of ['field_key', 'field_value', 'function_name', 'function_description'])
    linear(`${part}.weight`, width, width);
  for (const part of ['parameter_name', 'parameter_description', 'parameter_function'])
    linear(`${part}.weight`, width, width);
  for (let layer = 0; layer < config.encoder_layers; layer++) block(`field_encoder.layers.${layer}`);
  mlp('function_encoder');
  specs.set('function_encoder.type', { shape: [width], start: 'embedding' });
  const functionFeatures = FUNCTION_FEATURES + MATCH_FEATURES;
  linear('function_encoder.overlap.weight', width, functionFeatures);
  linear('match.weight', config.match_width, width);
  specs.set('match_share.weight', { shape: [1, width], start: 'zero' });
  specs.set('shown_index.embedding_weight', { shape: [1 + MAX_DEMONSTRATIONS, width], start: 'state' });
  specs.set('shown_function.none', { shape: [width], start: 'embedding' });
  linear('shown_function.weight', width, width);
  linear('shown_parameter.weight', width, width);
  linear('shown_features.weight', width, SHOWN_FEATURES);
  linear('shown_evidence.weight', width, width);
  specs.set('slots.embedding_weight', { shape: [config.slots, width], start: 'state' });
  linear('slots.alert.weight', width, width);
  specs.set('H_init', { shape: [width], start: 'state' });
  specs.set('L_init', { shape: [width], start: 'state' });
  for (let layer = 0; layer < config.L_layers; layer++) block(`L_level.layers.${layer}`);
  linear('function_head.query.weight', width, width);
  linear('function_head.key.weight', width, width);
  specs.set('function_head.none', { shape: [width], start: 'embedding' });
  specs.set('function_head.overlap', { shape: [functionFeatures, 1], start: { constant: 1 } });
  specs.set('function_head.none_votes', { shape: [SHOWN_VOTES, 1], start: { constant: 1 } });
  linear('pointer_head.slot.weight', width, width);
  linear('pointer_head.query.weight', width, width);
  linear('pointer_head.key.weight', width, width);
  specs.set('pointer_head.overlap', { shape: [POINTER_FEATURES, 1], start: { constant: 2 } });
  specs.set('pointer_head.default', { shape: [width], start: 'embedding' });
  linear('cause_head.weight', config.causes, width);
  specs.set('q_head.weight', { shape: [1, width], start: 'zero' });
  specs.set('q_head.bias', { shape: [1], start: 'zero' });
  return specs;
}

/** Weights that are drawn once and never trained, as in the reference. */
export const UNTRAINED: ReadonlySet<string> = new Set(['H_init', 'L_init']);

/** Fresh weights; the same seed gives the same numbers. */
export function initialParameters(config: RemediationConfig, seed: number): Map<string, Parameter> {
  const random = createRandom(seed).fork('weights');
  const parameters = new Map<string, Parameter>();
  for (const [name, { shape, start }] of remediationParameters(config)) {
    const length = shape.reduce((total, dimension) => total * dimension, 1);
    const data = new Float32Array(length);
    fill(data, start, shape.at(-1) as number, random.fork(name));
    parameters.set(name, { shape, data });
  }
  return parameters;
}

function fill(data: Float32Array, start: Initializer, fanIn: number, random: Random): void {
  if (start === 'zero') return;
  if (typeof start === 'object') {
    data.fill(start.constant);
    return;
  }
  const deviation = start === 'state' ? 1 : 1 / Math.sqrt(fanIn);
  for (let index = 0; index < data.length; index++) {
    let draw = random.normal();
    while (Math.abs(draw) > 2) draw = random.normal();
    // 0.8796 is the deviation of a standard normal cut at +-2; dividing by it keeps the deviation that was asked for.
    data[index] = (draw / 0.8796) * deviation;
  }
}

/** Trained numbers in all. */
export function countParameters(parameters: ReadonlyMap<string, { readonly shape: readonly number[] }>): number {
  let total = 0;
  for (const { shape } of parameters.values()) total += shape.reduce((product, dimension) => product * dimension, 1);
  return total;
}
