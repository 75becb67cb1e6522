import { CheckpointError, ConfigurationError } from '../core/errors.js';
import { prefixLength, type TRMConfig } from './config.js';
import { normalizeStateDict, type TensorMap, type WeightTensor } from './weights/index.js';

/** Sizes of a reference TRM, as its checkpoint has them. */
export interface TRMShapes {
  /** Width D. */
  readonly hiddenSize: number;
  /** Inner width I of the SwiGLU over the width. */
  readonly innerSize: number;
  /** Inner width of the SwiGLU over the positions; 0 in the attention variant. */
  readonly positionInnerSize: number;
  /** Vocabulary V. */
  readonly vocabularySize: number;
  readonly layers: number;
  readonly heads: number;
  /** Positions P of the puzzle prefix; 0 without one. */
  readonly prefixLength: number;
  /** Rows of the puzzle table; 0 without one. */
  readonly puzzleIdentifiers: number;
  /** Width of a puzzle vector; 0 without one. */
  readonly puzzleEmbeddingSize: number;
  /** Tokens of a row, without the prefix. */
  readonly sequenceLength: number;
}

const FLOAT_DTYPES: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);
/** Derived tables that some versions of the reference store as well; this package computes them itself. */
const REDUNDANT = /^(?:rotary_emb\.|puzzle_emb\.local_)/;

/**
 * Sizes of the model that a state dict holds, each checked against the configuration. Names may still carry the
 * prefixes that `normalizeStateDict` takes off. Where the inner width is not what `expansion` gives, the file counts.
 *
 * @throws CheckpointError for a tensor that is missing, unexpected, not of floats, or of another shape than the
 *   configuration and the other tensors call for; the message names it with both shapes.
 * @throws ConfigurationError when neither the file nor the configuration tells the sequence length.
 */
export function deriveShapes(weights: TensorMap, config: TRMConfig): TRMShapes {
  const dict = new StateDict(normalizeStateDict(weights));
  dict.refuseOtherModels();

  const [vocabularySize, hiddenSize] = dict.matrix('embed_tokens.embedding_weight');
  expectConfigured('hidden_size', config.hidden_size, hiddenSize, 'embed_tokens.embedding_weight');
  expectConfigured('vocab_size', config.vocab_size, vocabularySize, 'embed_tokens.embedding_weight');
  dict.expect('H_init', [hiddenSize]);
  dict.expect('L_init', [hiddenSize]);
  dict.expect('lm_head.weight', [vocabularySize, hiddenSize]);
  dict.expect('q_head.weight', [2, hiddenSize]);
  dict.expect('q_head.bias', [2]);

  const puzzleIdentifiers = readPuzzleTable(dict, config);
  const prefix = prefixLength(config);
  const layers = dict.layerCount();
  expectConfigured('L_layers', config.L_layers, layers, 'the layers under L_level.layers');
  const positions = readPositions(dict, config, hiddenSize);
  const sequenceLength = resolveSequenceLength(config, positions, prefix);
  const inner = readLayers(dict, config, { layers, hiddenSize, positions: sequenceLength + prefix });
  dict.refuseUnused();

  return {
    hiddenSize,
    ...inner,
    vocabularySize,
    layers,
    heads: config.num_heads,
    prefixLength: prefix,
    puzzleIdentifiers,
    puzzleEmbeddingSize: config.puzzle_emb_ndim,
    sequenceLength,
  };
}

function readPuzzleTable(dict: StateDict, config: TRMConfig): number {
  const name = 'puzzle_emb.weights';
  if (config.puzzle_emb_ndim === 0) {
    if (dict.has(name)) {
      throw new CheckpointError(
        `The checkpoint has a puzzle table (${name}), but the configuration says puzzle_emb_ndim 0. ` +
          'Set puzzle_emb_ndim to its width and puzzle_emb_len to the length of the prefix.',
      );
    }
    return 0;
  }
  if (!dict.has(name)) {
    throw new CheckpointError(
      `The checkpoint has no ${name}, but the configuration says puzzle_emb_ndim ${config.puzzle_emb_ndim}. ` +
        'For a model without a puzzle prefix set puzzle_emb_ndim and puzzle_emb_len to 0.',
    );
  }
  const [identifiers, width] = dict.matrix(name);
  expectConfigured('puzzle_emb_ndim', config.puzzle_emb_ndim, width, name);
  expectConfigured('num_puzzle_identifiers', config.num_puzzle_identifiers, identifiers, name);
  return identifiers;
}

/** Positions S = prefix + tokens where the weights fix them, with the tensor that says so. */
function readPositions(
  dict: StateDict,
  config: TRMConfig,
  hiddenSize: number,
): { readonly count: number; readonly source: string } | undefined {
  const hasMlp = dict.has('L_level.layers.0.mlp_t.gate_up_proj.weight');
  if (hasMlp !== config.mlp_t) {
    throw new CheckpointError(
      `The checkpoint holds the ${hasMlp ? 'MLP' : 'attention'} variant, but the configuration says mlp_t ` +
        `${String(config.mlp_t)}. Set mlp_t to ${String(hasMlp)}.`,
    );
  }
  const learned = 'embed_pos.embedding_weight';
  const isLearned = config.pos_encodings === 'learned';
  if (dict.has(learned) !== isLearned) {
    throw new CheckpointError(
      isLearned
        ? `The checkpoint has no ${learned}, but the configuration says pos_encodings "learned".`
        : `The checkpoint has learned positions (${learned}), but the configuration says pos_encodings "${config.pos_encodings}".`,
    );
  }
  if (isLearned) {
    const [rows] = dict.matrix(learned);
    dict.expect(learned, [rows, hiddenSize]);
    return { count: rows, source: learned };
  }
  if (!hasMlp) return undefined;
  const source = 'L_level.layers.0.mlp_t.down_proj.weight';
  return { count: dict.matrix(source)[0], source };
}

function resolveSequenceLength(
  config: TRMConfig,
  positions: { readonly count: number; readonly source: string } | undefined,
  prefix: number,
): number {
  if (positions === undefined) {
    if (config.seq_len !== undefined) return config.seq_len;
    throw new ConfigurationError(
      'seq_len is missing: the checkpoint does not fix the number of tokens of a row, so set it.',
    );
  }
  const length = positions.count - prefix;
  if (length < 1 || (config.seq_len !== undefined && config.seq_len !== length)) {
    const expected =
      config.seq_len === undefined
        ? 'leaves no position for tokens'
        : `and seq_len ${config.seq_len} do not add up to that`;
    throw new CheckpointError(
      `${positions.source} is made for ${positions.count} positions; a prefix of ${prefix} ${expected}.`,
    );
  }
  return length;
}

function readLayers(
  dict: StateDict,
  config: TRMConfig,
  sizes: { readonly layers: number; readonly hiddenSize: number; readonly positions: number },
): { readonly innerSize: number; readonly positionInnerSize: number } {
  const { hiddenSize, positions } = sizes;
  const innerSize = dict.innerSizeOf('L_level.layers.0.mlp.gate_up_proj.weight');
  const positionInnerSize = config.mlp_t ? dict.innerSizeOf('L_level.layers.0.mlp_t.gate_up_proj.weight') : 0;
  for (let layer = 0; layer < sizes.layers; layer += 1) {
    const prefix = `L_level.layers.${layer}`;
    if (config.mlp_t) {
      dict.expect(`${prefix}.mlp_t.gate_up_proj.weight`, [2 * positionInnerSize, positions]);
      dict.expect(`${prefix}.mlp_t.down_proj.weight`, [positions, positionInnerSize]);
    } else {
      dict.expect(`${prefix}.self_attn.qkv_proj.weight`, [3 * hiddenSize, hiddenSize]);
      dict.expect(`${prefix}.self_attn.o_proj.weight`, [hiddenSize, hiddenSize]);
    }
    dict.expect(`${prefix}.mlp.gate_up_proj.weight`, [2 * innerSize, hiddenSize]);
    dict.expect(`${prefix}.mlp.down_proj.weight`, [hiddenSize, innerSize]);
  }
  return { innerSize, positionInnerSize };
}

function expectConfigured(key: string, configured: number | undefined, found: number, source: string): void {
  if (configured === undefined || configured === found) return;
  throw new CheckpointError(
    `The checkpoint has ${key} ${found} (from ${source}), but the configuration says ${configured}.`,
  );
}

/** Reads shapes by name and keeps account of which tensors were asked for. */
class StateDict {
  readonly #tensors: TensorMap;
  readonly #used = new Set<string>();

  constructor(tensors: TensorMap) {
    this.#tensors = tensors;
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** Both sizes of a matrix, neither of them zero. */
  matrix(name: string): readonly [number, number] {
    const { shape } = this.#get(name);
    const [rows, columns] = shape;
    if (shape.length !== 2 || !rows || !columns) {
      throw new CheckpointError(`Tensor ${name} should be a matrix, but has shape [${shape.join(', ')}].`);
    }
    return [rows, columns];
  }

  innerSizeOf(name: string): number {
    const [rows] = this.matrix(name);
    if (rows % 2 !== 0) {
      throw new CheckpointError(
        `Tensor ${name} holds a gate and an up half, so its ${rows} rows should be an even number.`,
      );
    }
    return rows / 2;
  }

  expect(name: string, expected: readonly number[]): void {
    const { shape } = this.#get(name);
    if (shape.length !== expected.length || shape.some((size, axis) => size !== expected[axis])) {
      throw new CheckpointError(
        `Tensor ${name} should have shape [${expected.join(', ')}], but has [${shape.join(', ')}].`,
      );
    }
  }

  layerCount(): number {
    const indices = new Set<number>();
    for (const name of this.#tensors.keys()) {
      const match = /^L_level\.layers\.(\d+)\./.exec(name);
      if (match) indices.add(Number(match[1]));
    }
    const missing = [...indices.keys()].findIndex((_, position) => !indices.has(position));
    if (indices.size === 0 || missing >= 0) {
      throw new CheckpointError(`The checkpoint has no tensors of L_level.layers.${Math.max(missing, 0)}.`);
    }
    return indices.size;
  }

  refuseOtherModels(): void {
    for (const name of this.#tensors.keys()) {
      if (name.startsWith('H_level.')) {
        throw new CheckpointError(
          `The checkpoint has two networks (tensor ${name}): it is an HRM or an older TRM. A TRM has only L_level.`,
        );
      }
      if (name.startsWith('lenet.') || name === 'z_H_init' || name === 'z_L_init') {
        throw new CheckpointError(
          `Tensor ${name} is named as in nano-trm; only the names of the reference TRM are read.`,
        );
      }
    }
  }

  /** A tensor that the model would not use means that the file is of another architecture. */
  refuseUnused(): void {
    for (const name of this.#tensors.keys()) {
      if (!this.#used.has(name) && !REDUNDANT.test(name)) {
        throw new CheckpointError(
          `The checkpoint has a tensor ${name} that a TRM of this configuration does not have.`,
        );
      }
    }
  }

  #get(name: string): WeightTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) {
      const names = [...this.#tensors.keys()];
      throw new CheckpointError(
        `The checkpoint lacks the tensor ${name}. It has ${names.length}: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''}.`,
      );
    }
    if (!FLOAT_DTYPES.has(tensor.dtype)) {
      throw new CheckpointError(`Tensor ${name} should hold floating-point numbers, but is ${tensor.dtype}.`);
    }
    this.#used.add(name);
    return tensor;
  }
}
