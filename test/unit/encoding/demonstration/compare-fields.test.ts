import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../src/domain/index.js';
import {
  compareFields,
  DECIDING,
  FIELD_COMPARISONS,
  isTwin,
} from '../../../../src/encoding/demonstration/compare-fields.js';
import { type EncodedAlert, encodeAlert } from '../../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, tokenizer } from '../helpers.js';

const encode = (alert: Alert): EncodedAlert => encodeAlert(alert, tokenizer);
const tiersOf = (tier: string, more: Record<string, unknown> = {}): EncodedAlert =>
  encode(alertOf({ alertname: 'X', tier }, { metrics: more }));

/** The numbers of the field of that key. */
function numbersOf(
  key: string,
  shown: EncodedAlert,
  query: EncodedAlert,
  same: readonly EncodedAlert[] = [],
  others: readonly EncodedAlert[] = [],
): number[] {
  const at = shown.fields.findIndex((field) => field.key === key);
  const numbers = compareFields(shown.fields, query, same, others);
  return [...numbers.subarray(at * FIELD_COMPARISONS, (at + 1) * FIELD_COMPARISONS)];
}

describe('a field of a demonstration', () => {
  it('has its twin in the field of the same kind and key, or in the same word of the name', () => {
    const fields = encode(
      alertOf({ alertname: 'PodDown', pod: 'a' }, { metrics: { pod: 'a' }, annotations: { pod: 'a' } }),
    ).fields;
    for (const [left, field] of fields.entries()) {
      for (const [right, other] of fields.entries())
        expect(isTwin(field, other), `${left} ${right}`).toBe(left === right);
    }
    const [, pod] = encode(alertOf({ alertname: 'PodUp' })).fields;
    expect(fields.filter((field) => isTwin(field, pod as (typeof fields)[number]))).toHaveLength(1);
  });

  it('is compared with the query: twin, value, shared words, first and last word', () => {
    expect(numbersOf('tier', tiersOf('gold-web-1'), tiersOf('gold-web-1')).slice(0, 6)).toEqual([1, 1, 1, 1, 1, 0]);
    const [twin, same, shared, first, last] = numbersOf('tier', tiersOf('gold-web-1'), tiersOf('gold-db-2'));
    expect([twin, same, first, last]).toEqual([1, 0, 1, 0]);
    expect(shared).toBeCloseTo(1 / 5, 6);
    expect(numbersOf('tier', tiersOf('a-b'), tiersOf('c-b')).slice(3, 5)).toEqual([0, 1]);
    expect(numbersOf('tier', tiersOf('gold'), encode(alertOf({ alertname: 'X' }))).slice(0, 6)).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it('is compared with the others by means over them, absent twins counting nothing', () => {
    const shown = tiersOf('gold');
    const others = [tiersOf('gold'), tiersOf('gold blue'), tiersOf('red'), encode(alertOf({ alertname: 'X' }))];
    const numbers = numbersOf('tier', shown, shown, [], others);
    expect(numbers.slice(6, 12)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(numbers.slice(12, 18)).toEqual([0.75, 0.25, (1 + 0.5) / 4, 0.5, 0.25, 0]);
    expect(numbersOf('tier', shown, shown, others).slice(6, 12)).toEqual(numbers.slice(12, 18));
  });

  it('decides where it agrees with the query and with those that answer the same, but not with the others', () => {
    const [gold, blue] = [tiersOf('gold'), tiersOf('blue')];
    const deciding = (...alerts: Parameters<typeof numbersOf>): number[] => numbersOf(...alerts).slice(-DECIDING);
    // Twin, value, first word, last word; the side of a number is 0 for texts.
    expect(deciding('tier', gold, gold, [gold], [blue])).toEqual([0, 1, 1, 1, 0]);
    expect(deciding('tier', gold, gold, [], [blue])).toEqual([0, 1, 1, 1, 0]);
    expect(deciding('tier', gold, gold, [gold], [gold])).toEqual([0, 0, 0, 0, 0]);
    expect(deciding('tier', gold, gold, [blue], [blue])).toEqual([0, 0, 0, 0, 0]);
    expect(deciding('tier', gold, blue, [gold], [blue])).toEqual([0, 0, 0, 0, 0]);
    expect(deciding('tier', gold, gold, [gold, blue], [blue])).toEqual([0, 0.5, 0.5, 0.5, 0]);
  });

  it('says for numbers how much greater the twin is, and on which side of the others the query stands', () => {
    const at = (cpu: number): EncodedAlert => tiersOf('x', { cpu });
    const difference = (from: number, to: number): number => (Math.asinh(to) - Math.asinh(from)) / 10;
    const side = (asked: number): number => numbersOf('cpu', at(90), at(asked), [], [at(10)]).at(-1) as number;
    expect(numbersOf('cpu', at(90), at(10))[5]).toBeCloseTo(difference(90, 10), 6);
    expect(numbersOf('cpu', at(10), at(90))[5]).toBeCloseTo(difference(10, 90), 6);
    expect(numbersOf('cpu', at(0), at(1e300))[5]).toBe(1);
    // At the field itself 1, at the others -1, half-way between the magnitudes 0, never outside.
    expect(side(90)).toBe(1);
    expect(side(10)).toBe(-1);
    expect(side(Math.sinh((Math.asinh(90) + Math.asinh(10)) / 2))).toBeCloseTo(0, 6);
    expect(side(1e9)).toBe(1);
    expect(side(-1e9)).toBe(-1);
    // Nothing stands between numbers that are alike, nor beside one that is missing.
    expect(numbersOf('cpu', at(90), at(10), [], [at(90)]).at(-1)).toBe(0);
    expect(numbersOf('cpu', at(90), at(10)).at(-1)).toBe(0);
  });

  it('is always given numbers within their bounds', () => {
    fc.assert(
      fc.property(arbitraryAlert, arbitraryAlert, fc.array(arbitraryAlert, { maxLength: 3 }), (one, asked, rest) => {
        const shown = encode(one);
        const encoded = rest.map(encode);
        const numbers = compareFields(shown.fields, encode(asked), encoded.slice(0, 1), encoded.slice(1));
        expect(numbers).toHaveLength(shown.fields.length * FIELD_COMPARISONS);
        for (const [index, value] of numbers.entries()) {
          const column = index % FIELD_COMPARISONS;
          const signed = [5, 11, 17, FIELD_COMPARISONS - 1].includes(column);
          expect(value).toBeGreaterThanOrEqual(signed ? -1.000001 : 0);
          expect(value).toBeLessThanOrEqual(1.000001);
        }
      }),
    );
  });
});
