import { boundedMemo } from '../../core/bounded-memo.js';
import type { EncodedField } from '../alert/field.js';
import { splitWords, stemWord } from '../text/words.js';
import type { EncodedParameter } from './encode-catalog.js';

/** Numbers beside every pair of parameter and field: how far what they are called meets. */
export const POINTER_FEATURES = 2;

const CACHE_SIZE = 4_096;

interface Stems {
  readonly set: ReadonlySet<string>;
  /** All words in one, so that `consumergroup` meets `consumer_group`. */
  readonly joined: string;
}

const stemsOf = boundedMemo(CACHE_SIZE, (text: string): Stems => {
  const words = splitWords(text);
  return { set: new Set(words.map(stemWord)), joined: words.join('') };
});

/**
 * Writes POINTER_FEATURES numbers a field, each in [0, 1]: the likeness of the parameter's name and the field's key
 * (Jaccard of their stems), and the share of the key that the parameter's name and description hold.
 *
 * @param target Zeroed numbers, written from `start`.
 */
export function writePointerOverlap(
  { name, schema }: EncodedParameter,
  fields: readonly EncodedField[],
  target: Float32Array,
  start: number,
): void {
  const own = stemsOf(name);
  const described = stemsOf(schema.description ?? '');
  for (const [index, { key }] of fields.entries()) {
    if (key === '') continue;
    const other = stemsOf(key);
    let shared = 0;
    let told = 0;
    for (const stem of other.set) {
      if (own.set.has(stem)) shared += 1;
      if (own.set.has(stem) || described.set.has(stem)) told += 1;
    }
    const at = start + index * POINTER_FEATURES;
    const isSame = own.joined === other.joined && own.joined !== '';
    target[at] = isSame ? 1 : shared / Math.max(1, own.set.size + other.set.size - shared);
    target[at + 1] = isSame ? 1 : told / Math.max(1, other.set.size);
  }
}
