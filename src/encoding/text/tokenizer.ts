import { boundedMemo } from '../../core/bounded-memo.js';
import { hash32 } from '../../core/random.js';
import { lexWords } from './shapes.js';
import { textHash, unpackHashes, type Vocabulary } from './vocabulary.js';
import { splitWords } from './words.js';

/** Words and short texts whose tokens are kept: more than keys, catalogs and usual values need, little for addresses to fill. */
const CACHE_SIZE = 8_192;
const CACHED_TEXT_LENGTH = 256;

/** A text with its token ids, so that a batch need not tokenise it again. */
export interface EncodedText {
  readonly text: string;
  /** Ids in [1, size), at most `maxTokens`; empty when the text has no word. */
  readonly tokens: Int32Array;
}

/**
 * Turns text into rows of the embedding table. Row 0 is padding, rows 1..words are the known words, the rest are hash
 * buckets. A known word gives its row and its hashed four-letter prefix; an unknown one its hash, its prefix and up to
 * four letter trigrams, so that related words share rows.
 */
export class Tokenizer {
  readonly vocabulary: Vocabulary;
  /** Rows of the embedding table: 1 + words + hashBuckets. */
  readonly size: number;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #functionTexts: ReadonlySet<number>;
  readonly #tokensOf = boundedMemo(CACHE_SIZE, (word) => this.#makeTokens(word));
  readonly #encodeShort = boundedMemo(CACHE_SIZE, (text): EncodedText => ({ text, tokens: this.encode(text) }));

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.size = 1 + vocabulary.words.length + vocabulary.hashBuckets;
    this.#functionTexts = unpackHashes(vocabulary.functionTexts);
    this.#ids = new Map(vocabulary.words.map((word, index) => [word, index + 1]));
  }

  /** Token ids of a text, cut to the vocabulary's `maxTokens`. */
  encode(text: string): Int32Array {
    const { maxTokens } = this.vocabulary;
    const ids: number[] = [];
    for (const word of lexWords(text)) {
      if (ids.length >= maxTokens) break;
      ids.push(...this.#tokensOf(word));
    }
    return Int32Array.from(ids.length > maxTokens ? ids.slice(0, maxTokens) : ids);
  }

  /** The text together with its tokens; label keys and common values come again and again, so short ones are kept. */
  encodeText(text: string): EncodedText {
    return text.length > CACHED_TEXT_LENGTH ? { text, tokens: this.encode(text) } : this.#encodeShort(text);
  }

  /** Tokens that a text would take without the limit. */
  countTokens(text: string): number {
    return lexWords(text).reduce((count, word) => count + this.#tokensOf(word).length, 0);
  }

  /** Share in [0, 1] of the distinct words of a text that the vocabulary does not hold; 0 for a text without words. */
  unknownShare(text: string): number {
    const words = [...new Set(splitWords(text))].filter((word) => !/^\d+$/.test(word));
    return words.length === 0 ? 0 : words.filter((word) => !this.#ids.has(word)).length / words.length;
  }

  /** Whether training showed a function of this name or description. */
  knowsFunctionText(text: string): boolean {
    return this.#functionTexts.has(textHash(text));
  }

  /** Inverse document frequency of a lower-case word, > 0. */
  idf(word: string): number {
    const id = this.#ids.get(word);
    return (id === undefined ? undefined : this.vocabulary.idf[id - 1]) ?? this.vocabulary.defaultIdf;
  }

  #makeTokens(word: string): readonly number[] {
    const id = this.#ids.get(word);
    if (word.startsWith('<') || /^(?:ge|gt|eq)[\d.]+$/.test(word)) return [id ?? this.#bucket('shape', word)];
    const prefix = this.#bucket('prefix', word.slice(0, 4));
    if (id !== undefined) return [id, prefix];
    return [this.#bucket('word', word), prefix, ...trigramsOf(word).map((trigram) => this.#bucket('trigram', trigram))];
  }

  #bucket(kind: string, text: string): number {
    return 1 + this.vocabulary.words.length + (hash32(`${kind}:${text}`) % this.vocabulary.hashBuckets);
  }
}

/** Up to four trigrams, spread evenly over the word. */
function trigramsOf(word: string): string[] {
  const count = word.length - 2;
  if (count <= 0) return [];
  const taken = Math.min(4, count);
  return Array.from({ length: taken }, (_, index) => {
    const start = taken === 1 ? 0 : Math.round((index * (count - 1)) / (taken - 1));
    return word.slice(start, start + 3);
  });
}
