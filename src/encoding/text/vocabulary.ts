import { z } from 'zod';
import { InvalidInputError } from '../../core/errors.js';
import { hash32 } from '../../core/random.js';
import { lexWords, SHAPE_WORDS } from './shapes.js';
import { splitWords } from './words.js';

/** The words that a model knows; part of a model folder (`vocabulary.json`). */
export interface Vocabulary {
  readonly formatVersion: 1;
  /** Known words, shape tokens first, then most frequent first; word `i` has token id `i + 1`. */
  readonly words: readonly string[];
  /** Rows of the embedding table that unknown words, prefixes and trigrams share by hash. */
  readonly hashBuckets: number;
  /** Tokens of one text; what is over them is cut. */
  readonly maxTokens: number;
  /** Inverse document frequency of each word, in the order of `words`, > 0. */
  readonly idf: readonly number[];
  /** Inverse document frequency of an unknown word. */
  readonly defaultIdf: number;
  /** Names and descriptions of functions that training showed: sorted hashes of `textHash`, uint32 little-endian, base64. */
  readonly functionTexts?: string | undefined;
}

/** How a vocabulary is made. */
export interface VocabularyOptions {
  /** Known words, shape tokens included. */
  readonly maxWords: number;
  /** Texts that a word must stand in to become known. */
  readonly minCount: number;
  readonly hashBuckets: number;
  readonly maxTokens: number;
}

/** Hash of a text's words, whatever their case and what joins them. */
export function textHash(text: string): number {
  return hash32(splitWords(text).join(' '));
}

/**
 * Counts the words of texts (one text = one document) and keeps the most frequent; independent of their order.
 *
 * @param functionTexts Names and descriptions of the functions that training shows.
 */
export function buildVocabulary(
  texts: Iterable<string>,
  options: VocabularyOptions,
  functionTexts: Iterable<string> = [],
): Vocabulary {
  const counts = new Map<string, number>();
  let documents = 0;
  for (const text of texts) {
    documents += 1;
    for (const word of new Set(lexWords(text))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const shapes = new Set(SHAPE_WORDS);
  const frequent = [...counts]
    .filter(([word, count]) => count >= options.minCount && !shapes.has(word))
    .sort(([left, leftCount], [right, rightCount]) => rightCount - leftCount || (left < right ? -1 : 1))
    .map(([word]) => word);
  const words = [...SHAPE_WORDS, ...frequent].slice(0, options.maxWords);
  const idfOf = (count: number): number => Number(Math.log(1 + documents / Math.max(1, count)).toFixed(4)) || 1e-4;
  return {
    formatVersion: 1,
    words,
    hashBuckets: options.hashBuckets,
    maxTokens: options.maxTokens,
    idf: words.map((word) => idfOf(counts.get(word) ?? 0)),
    defaultIdf: idfOf(1),
    functionTexts: packHashes(Array.from(functionTexts, textHash)),
  };
}

function packHashes(hashes: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(4 * new Set(hashes).size));
  const sorted = [...new Set(hashes)].sort((left, right) => left - right);
  for (const [index, hash] of sorted.entries()) bytes.setUint32(4 * index, hash, true);
  return Buffer.from(bytes.buffer).toString('base64');
}

/** The hashes of `functionTexts`. */
export function unpackHashes(packed = ''): Set<number> {
  const bytes = Buffer.from(packed, 'base64');
  return new Set(Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readUInt32LE(4 * index)));
}

const vocabularySchema = z
  .object({
    formatVersion: z.literal(1),
    words: z.array(z.string().min(1).max(256)).max(1_000_000),
    hashBuckets: z.int().min(1).max(1_000_000),
    maxTokens: z.int().min(1).max(4_096),
    idf: z.array(z.number().positive()),
    defaultIdf: z.number().positive(),
    functionTexts: z.base64().max(16_000_000).optional(),
  })
  .refine((value) => value.idf.length === value.words.length, { error: 'expected one number a word', path: ['idf'] })
  .refine((value) => new Set(value.words).size === value.words.length, {
    error: 'expected distinct words',
    path: ['words'],
  });

/**
 * Checks a vocabulary read from a file.
 *
 * @throws InvalidInputError that names the faulty field.
 */
export function parseVocabulary(input: unknown): Vocabulary {
  const result = vocabularySchema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidInputError(['vocabulary', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'not valid');
}
