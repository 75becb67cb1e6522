import type { EncodedField } from './alert/field.js';
import type { Tokenizer } from './text/tokenizer.js';
import { splitWords, stemWord } from './text/words.js';

/** Stems of an alert, for the lexical overlap with functions. */
export interface OverlapWords {
  /** Of the alert's name. */
  readonly name: ReadonlySet<string>;
  /** Of all fields: keys, and the values that are no names of objects. */
  readonly all: ReadonlySet<string>;
}

/** A stem of a function's text with its weight. */
export interface WeightedStem {
  readonly stem: string;
  /** Inverse document frequency, > 0. */
  readonly weight: number;
}

/**
 * Stems of an alert; neighbours are joined too, so that `GitRepository` meets `gitrepository`. Values of labels that
 * may be a target are left out: what an object is called says nothing about what to do.
 */
export function collectOverlapWords(name: string, fields: readonly EncodedField[]): OverlapWords {
  const nameStems = new Set<string>();
  addStems(name, nameStems);
  const all = new Set(nameStems);
  for (const { key, value, facts } of fields) {
    addStems(key, all);
    if (facts.targetClass !== 'target') addStems(value, all);
  }
  return { name: nameStems, all };
}

function addStems(text: string, stems: Set<string>): void {
  const words = splitWords(text);
  for (const [index, word] of words.entries()) {
    stems.add(stemWord(word));
    const next = words[index + 1];
    if (next !== undefined) stems.add(stemWord(word + next));
  }
}

/** Distinct stems of a function's name or description with their weights. */
export function weighStems(text: string, tokenizer: Tokenizer): readonly WeightedStem[] {
  const weights = new Map<string, number>();
  for (const word of splitWords(text)) {
    const stem = stemWord(word);
    weights.set(stem, Math.max(weights.get(stem) ?? 0, tokenizer.idf(word)));
  }
  return [...weights].map(([stem, weight]) => ({ stem, weight }));
}

/** Share in [0, 1] of the text's weight that the alert's stems cover; 0 for a text without words. */
export function overlapShare(stems: readonly WeightedStem[], words: ReadonlySet<string>): number {
  let total = 0;
  let common = 0;
  for (const { stem, weight } of stems) {
    total += weight;
    if (words.has(stem)) common += weight;
  }
  return total === 0 ? 0 : common / total;
}
