const WIDTH = 64;
const HEADS = 4;
const INNER = 128;
const LAYERS = 2;
const CONTEXT = 4096;
const ALIGNMENT = 32;

/** Kinds of values in the header, as the GGUF specification numbers them. */
const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const STRING = 8;
const ARRAY = 9;
/** Kind of a tensor. */
const F32 = 0;

type Value =
  | readonly [kind: typeof UINT32 | typeof INT32 | typeof FLOAT32, value: number]
  | readonly [kind: typeof STRING, value: string]
  | readonly [kind: typeof ARRAY, of: typeof INT32 | typeof FLOAT32 | typeof STRING, values: readonly unknown[]];

/** Kinds of tokens of a SentencePiece vocabulary. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const BYTE = 6;

const TEMPLATE =
  "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

/**
 * A llama of 128 thousand parameters as a GGUF file (version 3, float32), for an engine to run. Nobody trained it: its
 * weights are random, so that what it says is a noise of letters unless a grammar gives it a form. The vocabulary is that
 * of the printable ASCII characters and of all bytes, which makes one token of every character.
 *
 * @param seed the same seed gives the same file
 */
export function tinyGguf(seed: number): Buffer {
  const random = uniform(seed);
  const tensors = layout().map(({ name, shape, scale, silent = 0 }) => {
    const data = Float32Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, () =>
      scale === undefined ? 1 : (random() - 0.5) * scale,
    );
    data.fill(0, 0, silent);
    return { name, shape, data: Buffer.from(data.buffer) };
  });

  const header = new Bytes();
  const metadata = Object.entries(metadataOf(vocabulary()));
  header.raw(Buffer.from('GGUF')).uint32(3).uint64(tensors.length).uint64(metadata.length);
  for (const [key, value] of metadata) header.text(key).value(value);
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    header.text(name).uint32(shape.length);
    for (const extent of shape) header.uint64(extent);
    header.uint32(F32).uint64(offset);
    offset += Math.ceil(data.length / ALIGNMENT) * ALIGNMENT;
  }
  header.align();
  for (const { data } of tensors) header.raw(data).align();
  return header.joined();
}

interface Tensor {
  readonly name: string;
  /** Extents, the fastest axis first. */
  readonly shape: readonly number[];
  /** Width of the range of its random values; without one, all are 1. */
  readonly scale?: number;
  /** How many of its first values are 0. */
  readonly silent?: number;
}

/** Names and shapes of llama.cpp's architecture `llama`. */
function layout(): Tensor[] {
  const blocks = Array.from({ length: LAYERS }, (_, layer) =>
    [
      { name: 'attn_norm', shape: [WIDTH] },
      ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => ({ name, shape: [WIDTH, WIDTH], scale: 0.3 })),
      { name: 'ffn_norm', shape: [WIDTH] },
      { name: 'ffn_gate', shape: [WIDTH, INNER], scale: 0.3 },
      { name: 'ffn_up', shape: [WIDTH, INNER], scale: 0.3 },
      { name: 'ffn_down', shape: [INNER, WIDTH], scale: 0.3 },
    ].map((tensor) => ({ ...tensor, name: `blk.${layer}.${tensor.name}.weight` })),
  );
  const kinds = vocabulary().map(({ kind }) => kind);
  const tokens = kinds.length;
  return [
    { name: 'token_embd.weight', shape: [WIDTH, tokens], scale: 1 },
    ...blocks.flat(),
    { name: 'output_norm.weight', shape: [WIDTH] },
    // Only the printable characters, which come last, are likely.
    { name: 'output.weight', shape: [WIDTH, tokens], scale: 4, silent: WIDTH * kinds.indexOf(NORMAL) },
  ];
}

function vocabulary(): { piece: string; kind: number }[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => ({
    piece: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    kind: BYTE,
  }));
  const printable = Array.from({ length: 95 }, (_, index) => ({
    piece: index === 0 ? '\u2581' : String.fromCharCode(32 + index),
    kind: NORMAL,
  }));
  return [
    { piece: '<unk>', kind: UNKNOWN },
    { piece: '<s>', kind: CONTROL },
    { piece: '</s>', kind: CONTROL },
    ...bytes,
    ...printable,
  ];
}

function metadataOf(tokens: ReturnType<typeof vocabulary>): Record<string, Value> {
  return {
    'general.architecture': [STRING, 'llama'],
    'general.name': [STRING, 'tiny'],
    'llama.context_length': [UINT32, CONTEXT],
    'llama.embedding_length': [UINT32, WIDTH],
    'llama.block_count': [UINT32, LAYERS],
    'llama.feed_forward_length': [UINT32, INNER],
    'llama.attention.head_count': [UINT32, HEADS],
    'llama.attention.head_count_kv': [UINT32, HEADS],
    'llama.rope.dimension_count': [UINT32, WIDTH / HEADS],
    'llama.attention.layer_norm_rms_epsilon': [FLOAT32, 1e-5],
    'tokenizer.ggml.model': [STRING, 'llama'],
    'tokenizer.ggml.tokens': [ARRAY, STRING, tokens.map(({ piece }) => piece)],
    'tokenizer.ggml.scores': [ARRAY, FLOAT32, tokens.map((_, index) => -index)],
    'tokenizer.ggml.token_type': [ARRAY, INT32, tokens.map(({ kind }) => kind)],
    'tokenizer.ggml.unknown_token_id': [UINT32, 0],
    'tokenizer.ggml.bos_token_id': [UINT32, 1],
    'tokenizer.ggml.eos_token_id': [UINT32, 2],
    'tokenizer.chat_template': [STRING, TEMPLATE],
  };
}

/** Numbers in [0, 1) by a linear congruence (constants of Numerical Recipes), good enough for noise. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Little-endian bytes of a GGUF file. */
class Bytes {
  readonly #parts: Buffer[] = [];
  #length = 0;

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  uint32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return this.raw(bytes);
  }

  uint64(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return this.raw(bytes);
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    return this.uint64(bytes.length).raw(bytes);
  }

  value([kind, ...rest]: Value): this {
    this.uint32(kind);
    if (kind !== ARRAY) return this.#bare(kind, rest[0]);
    const [of, values] = rest as [number, readonly unknown[]];
    this.uint32(of).uint64(values.length);
    for (const value of values) this.#bare(of, value);
    return this;
  }

  align(): this {
    return this.raw(Buffer.alloc((ALIGNMENT - (this.#length % ALIGNMENT)) % ALIGNMENT));
  }

  joined(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #bare(kind: number, value: unknown): this {
    if (kind === STRING) return this.text(value as string);
    const bytes = Buffer.alloc(4);
    if (kind === FLOAT32) bytes.writeFloatLE(value as number);
    else if (kind === INT32) bytes.writeInt32LE(value as number);
    else bytes.writeUInt32LE(value as number);
    return this.raw(bytes);
  }
}
