import type { EncodedField } from '../alert/field.js';
import { splitWords } from '../text/words.js';

/** Numbers beside every field of a demonstration. */
export const COMPARISONS = 6;

/** The same label, reading or annotation of two alerts, or the same word of their names. */
export function isTwin(left: EncodedField, right: EncodedField): boolean {
  if (left.type !== right.type || left.key !== right.key) return false;
  return left.key !== '' || left.value === right.value;
}

/**
 * How each field compares with its twin in another alert, six numbers: there is a twin; it has the same value; the share
 * of words in common; the same first word; the same last word; and for numbers how much greater the twin is, as
 * a tenth of the difference of their magnitudes (asinh), in [-1, 1].
 */
export function compareFields(
  fields: readonly EncodedField[],
  twins: readonly (EncodedField | undefined)[],
): Float32Array {
  const numbers = new Float32Array(fields.length * COMPARISONS);
  for (const [index, field] of fields.entries()) {
    const twin = twins[index];
    if (twin === undefined) continue;
    numbers.set([1, ...compareValues(field.value, twin.value)], index * COMPARISONS);
  }
  return numbers;
}

function compareValues(left: string, right: string): number[] {
  const [a, b] = [splitWords(left), splitWords(right)];
  const known = new Set(a);
  const shared = new Set(b.filter((word) => known.has(word))).size;
  const all = new Set([...a, ...b]).size;
  const [x, y] = [Number(left), Number(right)];
  const numeric = left !== '' && right !== '' && Number.isFinite(x) && Number.isFinite(y);
  const difference = numeric ? (Math.asinh(y) - Math.asinh(x)) / 10 : 0;
  return [
    left === right ? 1 : 0,
    all === 0 ? 0 : shared / all,
    a.length > 0 && a[0] === b[0] ? 1 : 0,
    a.length > 0 && a.at(-1) === b.at(-1) ? 1 : 0,
    Math.min(1, Math.max(-1, difference)),
  ];
}
