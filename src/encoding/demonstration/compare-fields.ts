import type { EncodedField } from '../alert/field.js';
import { splitWords } from '../text/words.js';

/** Numbers that compare a field with its like in one alert, or on average in several. */
const COMPARISONS = 6;
/** Of these, the ones that say whether two fields agree: a twin, the same value, the same first and last word. */
const AGREEMENTS = [0, 1, 3, 4] as const;
const DIFFERENCE = 5;

/** Of the numbers of a field, the last ones, which say that it decides. */
export const DECIDING = AGREEMENTS.length + 1;
/** Numbers beside every field of a demonstration. */
export const FIELD_COMPARISONS = 3 * COMPARISONS + DECIDING;

/** The same label, reading or annotation of two alerts, or the same word of their names. */
export function isTwin(left: EncodedField, right: EncodedField): boolean {
  if (left.type !== right.type || left.key !== right.key) return false;
  return left.key !== '' || left.value === right.value;
}

type Fields = { readonly fields: readonly EncodedField[] };

/**
 * What speaks for a field of a demonstration having decided what was called, and for the query being like it there,
 * `FIELD_COMPARISONS` numbers a field. Three times six numbers compare it with its twin in the query, with those in the
 * demonstrations that answer the same, and in those that answer otherwise (means): there is a twin; it has the same value; the share
 * of words in common; the same first word; the same last word; and for numbers how much greater the twin is, as
 * a tenth of the difference of their magnitudes (asinh), in [-1, 1]. The rest combine them: the field agrees with the
 * query and with those that answer the same, but not with the others (by twin, value, first and last word); and for
 * numbers how much nearer the query is to this field than to those that answer otherwise, in [-1, 1].
 */
export function compareFields(
  fields: readonly EncodedField[],
  query: Fields,
  same: readonly Fields[],
  others: readonly Fields[],
): Float32Array {
  const numbers = new Float32Array(fields.length * FIELD_COMPARISONS);
  for (const [index, field] of fields.entries()) {
    const [asked, agreeing, differing] = [[query], same, others].map((alerts) => meanComparison(field, alerts)) as [
      number[],
      number[],
      number[],
    ];
    const decides = AGREEMENTS.map((at) => {
      const shared = same.length === 0 ? 1 : (agreeing[at] as number);
      return (asked[at] as number) * shared * (1 - (differing[at] as number));
    });
    const across = differing[DIFFERENCE] as number;
    const side = Math.abs(across) < 0.005 ? 0 : 1 - (2 * (asked[DIFFERENCE] as number)) / across;
    numbers.set([...asked, ...agreeing, ...differing, ...decides, clip(side)], index * FIELD_COMPARISONS);
  }
  return numbers;
}

function meanComparison(field: EncodedField, alerts: readonly Fields[]): number[] {
  const means = new Array<number>(COMPARISONS).fill(0);
  for (const { fields } of alerts) {
    const twin = fields.find((other) => isTwin(field, other));
    if (twin === undefined) continue;
    for (const [at, number] of compareValues(field.value, twin.value).entries()) {
      means[at] = (means[at] as number) + number / alerts.length;
    }
  }
  return means;
}

function clip(value: number): number {
  return Math.min(1, Math.max(-1, value));
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
    clip(difference),
  ];
}
