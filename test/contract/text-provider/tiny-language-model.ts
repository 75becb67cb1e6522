import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  add,
  concat,
  GraphBuilder,
  gather,
  matmul,
  reduceSum,
  serializeModel,
  unsqueeze,
} from '../../../src/onnx/index.js';

/** Pieces in the manner of SentencePiece: `▁` is the space before a word, `<0x..>` one byte of a character. */
const PIECES = [
  ...['<unk>', '<s>', '</s>', '<|system|>', '<|user|>', '<|assistant|>', '▁'],
  ...['▁check', '▁the', '▁memory', '▁limit', '<0xE2>', '<0x9C>', '<0x93>', '▁and', '▁probe'],
  ...['Assistant:', '▁forever', '▁again', '▁dice', '▁heads', '▁tails', '▁python'],
];
const SPECIAL = PIECES.slice(0, 6);
const SIZE = PIECES.length;

function idOf(piece: string): number {
  const id = PIECES.indexOf(piece);
  if (id < 0) throw new Error(`no piece ${piece}`);
  return id;
}

/** What the model says to a prompt that holds none of the words below. */
export const ANSWER = 'check the memory limit✓ and the probe';
/** Tokens of `ANSWER`: eight words, the three bytes of the mark, the end. */
export const ANSWER_TOKENS = 11;
/** What it says after `Assistant:` of a prompt without a chat template. */
export const PLAIN_ANSWER = 'the memory limit✓ and the probe';
/** In a prompt, it makes the model say `again` without end. */
export const ENDLESS = 'forever';
/** In a prompt, it makes the model say `heads` or `tails` without end; the first is likelier by a factor of e^2. */
export const RANDOM = 'dice';

/** Scores of the next token, by the token before it: the chain of the answer. */
const FOLLOWS: readonly (readonly [before: string, next: string, score: number])[] = [
  ['<|assistant|>', '▁check', 10],
  ['Assistant:', '▁the', 30],
  ['▁check', '▁the', 30],
  ['▁the', '▁memory', 10],
  ['▁the', '▁probe', 9],
  ['▁memory', '▁limit', 10],
  ['▁limit', '<0xE2>', 10],
  ['<0xE2>', '<0x9C>', 10],
  ['<0x9C>', '<0x93>', 10],
  ['<0x93>', '▁and', 10],
  ['▁and', '▁the', 30],
  ['▁probe', '</s>', 10],
];

/**
 * Scores that each earlier token adds to the next one, once for every time it was there. Without the cache of keys
 * and values the second `the` would go on to `memory` again, and no word of the prompt would count.
 */
const REMEMBERED: readonly (readonly [earlier: string, next: string, score: number])[] = [
  ['▁memory', '▁memory', -5],
  ['▁forever', '▁again', 1000],
  ['▁dice', '▁heads', 1000],
  ['▁dice', '▁tails', 998],
];

/** Marks each message with its role; refuses a system message when asked to, as some models do. */
export const TEMPLATE = template('');
export const TEMPLATE_WITHOUT_SYSTEM = template(
  "{% if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}",
);

function template(guard: string): string {
  return `{% for message in messages %}${guard}<|{{ message['role'] }}|>{{ message['content'] }}</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`;
}

export interface TinyModelOptions {
  /** Jinja text for tokenizer_config.json; undefined for none. */
  readonly template?: string | undefined;
  /** Tokens that prompt and answer share. Default 2048. */
  readonly contextTokens?: number;
  /** Further keys of generation_config.json. */
  readonly generation?: Readonly<Record<string, unknown>>;
}

/** Writes a causal language model with weights set by hand, laid out like a repository of the Hugging Face hub. */
export async function writeTinyModel(
  folder: string,
  options: TinyModelOptions = { template: TEMPLATE },
): Promise<void> {
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  const json = (name: string, value: unknown): Promise<void> =>
    writeFile(path.join(folder, name), JSON.stringify(value));
  await Promise.all([
    writeFile(path.join(folder, 'onnx', 'model.onnx'), serializeModel(buildGraph())),
    json('tokenizer.json', tokenizer()),
    json('tokenizer_config.json', {
      tokenizer_class: 'PreTrainedTokenizer',
      bos_token: '<s>',
      eos_token: '</s>',
      unk_token: '<unk>',
      ...(options.template !== undefined && { chat_template: options.template }),
    }),
    json('config.json', {
      model_type: 'llama',
      architectures: ['LlamaForCausalLM'],
      vocab_size: SIZE,
      hidden_size: SIZE,
      head_dim: SIZE,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      num_key_value_heads: 1,
      max_position_embeddings: options.contextTokens ?? 2048,
      eos_token_id: idOf('</s>'),
    }),
    json('generation_config.json', { eos_token_id: [idOf('</s>')], ...options.generation }),
  ]);
}

function table(entries: readonly (readonly [string, string, number])[]): Float32Array {
  const scores = new Float32Array(SIZE * SIZE);
  for (const [row, column, score] of entries) scores[idOf(row) * SIZE + idOf(column)] = score;
  return scores;
}

/** Keys and values are the tokens themselves, one-hot; their sum counts what was there. */
function buildGraph(): GraphBuilder {
  const graph = new GraphBuilder('tiny-language-model');
  const square = [SIZE, SIZE];
  const ids = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const past = ['key', 'value'].map((part) =>
    graph.input(`past_key_values.0.${part}`, 'float32', ['batch_size', 1, 'past_sequence_length', SIZE]),
  );
  const identity = graph.constant('identity', square, table(PIECES.map((piece) => [piece, piece, 1])));
  const seen = unsqueeze(gather(identity, ids), [1]);
  const [keys, values] = past.map((tensor) => concat([tensor, seen], 2)) as [typeof ids, typeof ids];
  const counts = reduceSum(values, [1, 2]);
  const remembered = unsqueeze(matmul(counts, graph.constant('remembered', square, table(REMEMBERED))), [1]);
  graph.output('logits', add(gather(graph.constant('follows', square, table(FOLLOWS)), ids), remembered));
  graph.output('present.0.key', keys);
  graph.output('present.0.value', values);
  return graph;
}

function tokenizer(): unknown {
  return {
    version: '1.0',
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: { type: 'Unigram', unk_id: 0, vocab: PIECES.map((piece) => [piece, piece.length > 1 ? -1 : -5]) },
  };
}
