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

/** What one stem adds to the overlap with the functions whose texts hold it. */
export interface StemShare {
  readonly functionIndex: number;
  /** Share in [0, 1] of the weight of the function's name. */
  readonly name: number;
  /** Share in [0, 1] of the weight of its description. */
  readonly description: number;
}

/** Stem -> functions. An alert meets few of a catalog's stems, so going through its own is the short way. */
export type OverlapIndex = ReadonlyMap<string, readonly StemShare[]>;

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

/** Indexes the names and descriptions of a catalog by stem; weights are inverse document frequencies. */
export function indexStems(
  functions: readonly { readonly name: string; readonly description: string }[],
  tokenizer: Tokenizer,
): OverlapIndex {
  const index = new Map<string, StemShare[]>();
  for (const [functionIndex, { name, description }] of functions.entries()) {
    const nameShares = shareStems(name, tokenizer);
    const descriptionShares = shareStems(description, tokenizer);
    for (const stem of new Set([...nameShares.keys(), ...descriptionShares.keys()])) {
      const shares = index.get(stem) ?? [];
      shares.push({
        functionIndex,
        name: nameShares.get(stem) ?? 0,
        description: descriptionShares.get(stem) ?? 0,
      });
      index.set(stem, shares);
    }
  }
  return index;
}

/** Distinct stems of a text, each with its share of the text's weight. */
function shareStems(text: string, tokenizer: Tokenizer): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of splitWords(text)) {
    const stem = stemWord(word);
    weights.set(stem, Math.max(weights.get(stem) ?? 0, tokenizer.idf(word)));
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return new Map([...weights].map(([stem, weight]) => [stem, weight / total]));
}

/**
 * Overlap of one alert with every function, each number in [0, 1]: the shares of the function's name that the alert's
 * name and all its words cover, and the share of the description that all its words cover.
 *
 * @param target Zeroed numbers, three a function, written from `start`.
 */
export function writeOverlap(index: OverlapIndex, words: OverlapWords, target: Float32Array, start: number): void {
  for (const stem of words.all) {
    const shares = index.get(stem);
    if (shares === undefined) continue;
    const inName = words.name.has(stem);
    for (const { functionIndex, name, description } of shares) {
      const at = start + functionIndex * 3;
      if (inName) target[at] = Math.min(1, (target[at] ?? 0) + name);
      target[at + 1] = Math.min(1, (target[at + 1] ?? 0) + name);
      target[at + 2] = Math.min(1, (target[at + 2] ?? 0) + description);
    }
  }
}
