import type { EncodedField } from './alert/field.js';
import type { Tokenizer } from './text/tokenizer.js';
import { contentWords, splitWords, stemWord } from './text/words.js';

/** Numbers that say how far the words of an alert and of a function meet. */
export const WORD_FEATURES = 4;

/** Stems of an alert with their inverse document frequencies. */
export interface OverlapWords {
  /** Of the alert's name. */
  readonly name: ReadonlyMap<string, number>;
  /** Of the words of the name that say what the alert is about. */
  readonly content: ReadonlyMap<string, number>;
  /** Of all fields: keys, and the values that are no names of objects. */
  readonly all: ReadonlyMap<string, number>;
  /** Euclidean length of the weights of `all`, neighbours that were joined left out. */
  readonly norm: number;
}

/** What one stem adds to the overlap with the functions whose texts hold it. */
interface StemShare {
  readonly functionIndex: number;
  /** Share in [0, 1] of the weight of the function's name. */
  readonly name: number;
  /** Share in [0, 1] of the weight of its description. */
  readonly description: number;
  /** Weight in the unit vector of name and description. */
  readonly unit: number;
}

/** Stem -> functions. An alert meets few of a catalog's stems, so going through its own is the short way. */
export type OverlapIndex = ReadonlyMap<string, readonly StemShare[]>;

/**
 * Stems of an alert; neighbours are joined too, so that `GitRepository` meets `gitrepository`. Values of labels that
 * may be a target are left out: what an object is called says nothing about what to do.
 */
export function collectOverlapWords(name: string, fields: readonly EncodedField[], tokenizer: Tokenizer): OverlapWords {
  const nameStems = new Map<string, number>();
  const joined = new Set<string>();
  addStems(name, nameStems, joined, tokenizer);
  const all = new Map(nameStems);
  for (const { key, value, facts } of fields) {
    addStems(key, all, joined, tokenizer);
    if (facts.targetClass !== 'target') addStems(value, all, joined, tokenizer);
  }
  let squares = 0;
  for (const [stem, weight] of all) if (!joined.has(stem)) squares += weight * weight;
  const content = weighStems(contentWords(name), tokenizer);
  return { name: nameStems, content, all, norm: Math.sqrt(squares) };
}

function addStems(text: string, stems: Map<string, number>, joined: Set<string>, tokenizer: Tokenizer): void {
  const words = splitWords(text);
  for (const [index, word] of words.entries()) {
    const stem = stemWord(word);
    stems.set(stem, Math.max(stems.get(stem) ?? 0, tokenizer.idf(word)));
    joined.delete(stem);
    const next = words[index + 1];
    if (next === undefined) continue;
    const both = stemWord(word + next);
    if (stems.has(both)) continue;
    stems.set(both, tokenizer.idf(word + next));
    joined.add(both);
  }
}

/** Indexes the names and descriptions of a catalog by stem; weights are inverse document frequencies. */
export function indexStems(
  functions: readonly { readonly name: string; readonly description: string }[],
  tokenizer: Tokenizer,
): OverlapIndex {
  const index = new Map<string, StemShare[]>();
  for (const [functionIndex, { name, description }] of functions.entries()) {
    const nameShares = shareStems(weighStems(splitWords(name), tokenizer));
    const descriptionShares = shareStems(weighStems(splitWords(description), tokenizer));
    const units = unitVector(weighStems(splitWords(`${name} ${description}`), tokenizer));
    for (const [stem, unit] of units) {
      const shares = index.get(stem) ?? [];
      shares.push({
        functionIndex,
        name: nameShares.get(stem) ?? 0,
        description: descriptionShares.get(stem) ?? 0,
        unit,
      });
      index.set(stem, shares);
    }
  }
  return index;
}

/** Distinct stems of words with their weights. */
function weighStems(words: readonly string[], tokenizer: Tokenizer): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of words) {
    const stem = stemWord(word);
    weights.set(stem, Math.max(weights.get(stem) ?? 0, tokenizer.idf(word)));
  }
  return weights;
}

function shareStems(weights: ReadonlyMap<string, number>): Map<string, number> {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return new Map([...weights].map(([stem, weight]) => [stem, weight / total]));
}

function unitVector(weights: ReadonlyMap<string, number>): Map<string, number> {
  const norm = Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight * weight, 0));
  return new Map([...weights].map(([stem, weight]) => [stem, weight / norm]));
}

/**
 * Overlap of one alert with every function, each number in [0, 1]: the shares of the function's name that the alert's
 * name and all its words cover, the share of the description that all its words cover, and the cosine of the TF-IDF
 * vectors of the alert and of name and description.
 *
 * @param target Zeroed numbers, written from `start`.
 * @param stride Numbers a function; the first `WORD_FEATURES` of them are written.
 */
export function writeOverlap(
  index: OverlapIndex,
  words: OverlapWords,
  target: Float32Array,
  start: number,
  stride: number,
): void {
  for (const [stem, weight] of words.all) {
    const shares = index.get(stem);
    if (shares === undefined) continue;
    const inName = words.name.has(stem);
    const cosine = weight / (words.norm || 1);
    for (const { functionIndex, name, description, unit } of shares) {
      const at = start + functionIndex * stride;
      if (inName) target[at] = Math.min(1, (target[at] ?? 0) + name);
      target[at + 1] = Math.min(1, (target[at + 1] ?? 0) + name);
      target[at + 2] = Math.min(1, (target[at + 2] ?? 0) + description);
      target[at + 3] = Math.min(1, (target[at + 3] ?? 0) + cosine * unit);
    }
  }
}

/** Likeness of two alerts by their words, each number in [0, 1]: of their names, and of all their fields. */
export function compareWords(left: OverlapWords, right: OverlapWords): { readonly name: number; readonly all: number } {
  return { name: weightedJaccard(left.name, right.name), all: weightedJaccard(left.all, right.all) };
}

/** Likeness of what the names of two alerts are about, in [0, 1]; who fires them, where and how loudly counts for nothing. */
export function compareNames(left: OverlapWords, right: OverlapWords): number {
  return weightedJaccard(left.content, right.content);
}

/** Weight of the shared stems over the weight of all of them (Ruzicka similarity of idf vectors). */
function weightedJaccard(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let shared = 0;
  let total = 0;
  for (const [stem, weight] of left) {
    total += weight;
    if (right.has(stem)) shared += weight;
  }
  for (const [stem, weight] of right) if (!left.has(stem)) total += weight;
  return total === 0 ? 0 : shared / total;
}
