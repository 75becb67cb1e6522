import type { EncodedField } from '../alert/field.js';
import { splitWords } from '../text/words.js';

/** Numbers that compare a field with its like in one alert, or on average in several. */
export const COMPARISONS = 6;

/** The same label, reading or annotation of two alerts, or the same word of their names. */
export function isTwin(left: EncodedField, right: EncodedField): boolean {
  if (left.type !== right.type || left.key !== right.key) return false;
  return left.key !== '' || left.value === right.value;
}

/**
 * How each field compares with its twins, `COMPARISONS` numbers for each set of alerts, the mean over the set: there is a
 * twin; it has the same value; the share of words in common; the same first word; the same last word; and for numbers
 * how much greater the twin is, as a tenth of the difference of their magnitudes (asinh), in [-1, 1].
 */
export function compareFields(
  fields: readonly EncodedField[],
  sets: readonly (readonly { readonly fields: readonly EncodedField[] }[])[],
): Float32Array {
  const stride = sets.length * COMPARISONS;
  const numbers = new Float32Array(fields.length * stride);
  for (const [index, field] of fields.entries()) {
    for (const [place, alerts] of sets.entries()) {
      for (const alert of alerts) {
        const twin = alert.fields.find((other) => isTwin(field, other));
        if (twin === undefined) continue;
        for (const [offset, number] of compareValues(field.value, twin.value).entries()) {
          const at = index * stride + place * COMPARISONS + offset;
          numbers[at] = (numbers[at] as number) + number / alerts.length;
        }
      }
    }
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
    1,
    left === right ? 1 : 0,
    all === 0 ? 0 : shared / all,
    a.length > 0 && a[0] === b[0] ? 1 : 0,
    a.length > 0 && a.at(-1) === b.at(-1) ? 1 : 0,
    Math.min(1, Math.max(-1, difference)),
  ];
}
