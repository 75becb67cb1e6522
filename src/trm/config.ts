import { z } from 'zod';
import { ConfigurationError } from '../core/errors.js';

const positiveInteger = z.int().min(1);
const count = z.int().min(0);
const positive = z.number().gt(0);

/**
 * Keys, meaning and defaults are those of the reference's arch/trm.yaml, so that its configurations can be used as
 * they are. What the reference takes from its dataset (`vocab_size`, `num_puzzle_identifiers`, `seq_len`) may be left
 * out where a checkpoint tells it.
 */
const schema = z.object({
  batch_size: positiveInteger.optional(),
  seq_len: positiveInteger.optional(),
  vocab_size: positiveInteger.optional(),
  num_puzzle_identifiers: positiveInteger.optional(),
  hidden_size: positiveInteger.default(512),
  num_heads: positiveInteger.default(8),
  expansion: positive.default(4),
  L_layers: positiveInteger.default(2),
  H_layers: count.default(0),
  H_cycles: positiveInteger.default(3),
  L_cycles: positiveInteger.default(6),
  puzzle_emb_ndim: count.optional(),
  puzzle_emb_len: count.optional(),
  pos_encodings: z.enum(['rope', 'learned', 'none']).default('rope'),
  rope_theta: positive.default(10_000),
  rms_norm_eps: positive.default(1e-5),
  mlp_t: z.boolean().default(false),
  halt_max_steps: positiveInteger.default(16),
  halt_exploration_prob: z.number().min(0).max(1).default(0.1),
  no_ACT_continue: z.boolean().default(true),
  forward_dtype: z.enum(['float32', 'bfloat16', 'float16']).default('bfloat16'),
});

/** Configuration of a reference TRM, checked and complete. */
export interface TRMConfig {
  /** Rows of a training batch; inference takes any number. */
  readonly batch_size?: number | undefined;
  /** Tokens of a row, without the puzzle prefix. Needed unless the checkpoint fixes it (`mlp_t`, learned positions). */
  readonly seq_len?: number | undefined;
  /** Number of tokens; the checkpoint's, where left out. */
  readonly vocab_size?: number | undefined;
  /** Rows of the puzzle table; the checkpoint's, where left out. */
  readonly num_puzzle_identifiers?: number | undefined;
  /** Width D. Default 512. */
  readonly hidden_size: number;
  /** Attention heads; divides `hidden_size`. Default 8. */
  readonly num_heads: number;
  /** Inner width of SwiGLU over two thirds of the width, before rounding up to 256. Default 4. */
  readonly expansion: number;
  /** Blocks of the one network that plays both roles. Default 2. */
  readonly L_layers: number;
  /** Ignored, as in the reference; default 0. */
  readonly H_layers: number;
  /** Updates of z_H in a supervision step. Default 3. */
  readonly H_cycles: number;
  /** Updates of z_L before each update of z_H. Default 6. */
  readonly L_cycles: number;
  /** Width of a puzzle vector; 0 = no puzzle table and no prefix. Default: `hidden_size`. */
  readonly puzzle_emb_ndim: number;
  /**
   * Positions of the prefix; where it is 0 although there is a puzzle table, as many as the puzzle vector fills (see
   * `prefixLength`). Default 16, or 0 without a puzzle table.
   */
  readonly puzzle_emb_len: number;
  /** Default rope; has no effect on the MLP variant unless learned. */
  readonly pos_encodings: 'rope' | 'learned' | 'none';
  /** Base of the rotary wave lengths. Default 10000. */
  readonly rope_theta: number;
  /** Added to the mean square in RMSNorm. Default 1e-5. */
  readonly rms_norm_eps: number;
  /** SwiGLU over the positions in place of attention. Default false. */
  readonly mlp_t: boolean;
  /** Supervision steps after which a row halts in any case. Default 16. */
  readonly halt_max_steps: number;
  /** Probability in [0, 1] that training keeps a row going for a random number of steps. Default 0.1. */
  readonly halt_exploration_prob: number;
  /** Train without the continue loss. Default true. */
  readonly no_ACT_continue: boolean;
  /** What the reference computed in; this package computes in float32 whatever stands here. Default bfloat16. */
  readonly forward_dtype: 'float32' | 'bfloat16' | 'float16';
}

/**
 * Checks a configuration with the keys of the reference and fills in its defaults. Unknown keys are left out.
 *
 * @throws ConfigurationError naming every key that cannot be used, what was expected and what came.
 */
export function parseTRMConfig(value: unknown): TRMConfig {
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => {
      const key = path.join('.');
      return key === '' ? message : `${key} (${show(at(value, key))}): ${message}`;
    });
    throw new ConfigurationError(`Invalid TRM configuration: ${problems.join('; ')}.`);
  }
  const { puzzle_emb_ndim: ndim = result.data.hidden_size, puzzle_emb_len: length, ...rest } = result.data;
  const config: TRMConfig = { ...rest, puzzle_emb_ndim: ndim, puzzle_emb_len: length ?? (ndim === 0 ? 0 : 16) };
  checkConsistency(config);
  return config;
}

/** Positions that the puzzle prefix takes before the tokens: P of the reference, 0 without a puzzle table. */
export function prefixLength(config: Pick<TRMConfig, 'hidden_size' | 'puzzle_emb_ndim' | 'puzzle_emb_len'>): number {
  return config.puzzle_emb_len === 0 ? Math.ceil(config.puzzle_emb_ndim / config.hidden_size) : config.puzzle_emb_len;
}

function checkConsistency(config: TRMConfig): void {
  const { hidden_size: width, num_heads: heads, puzzle_emb_ndim: ndim, puzzle_emb_len: length } = config;
  if (!config.mlp_t) {
    if (width % heads !== 0) {
      throw new ConfigurationError(
        `Invalid TRM configuration: num_heads (${heads}) must divide hidden_size (${width}) without rest.`,
      );
    }
    if (config.pos_encodings === 'rope' && (width / heads) % 2 !== 0) {
      throw new ConfigurationError(
        `Invalid TRM configuration: with pos_encodings "rope", hidden_size / num_heads must be even, but is ${width / heads}.`,
      );
    }
  }
  if (ndim === 0 && length > 0) {
    throw new ConfigurationError(
      `Invalid TRM configuration: puzzle_emb_len (${length}) must be 0 when puzzle_emb_ndim is 0; there is nothing to ` +
        'put into the prefix, and the first tokens would be cut from the output instead.',
    );
  }
  if (ndim > prefixLength(config) * width) {
    throw new ConfigurationError(
      `Invalid TRM configuration: a puzzle vector of puzzle_emb_ndim ${ndim} does not fit into puzzle_emb_len ${length} ` +
        `positions of hidden_size ${width}.`,
    );
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function show(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
