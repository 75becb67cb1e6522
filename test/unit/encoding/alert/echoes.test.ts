import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ECHO_FEATURES, findEchoes } from '../../../../src/encoding/alert/echoes.js';
import { encodeAlert } from '../../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, tokenizer } from '../helpers.js';

/** Field -> [another has its value, another holds its words]. */
function echoesOf(fields: Readonly<Record<string, string>>, words: readonly string[] = []): Record<string, number[]> {
  const list = [
    ...Object.entries(fields).map(([key, value]) => ({ key, value })),
    ...words.map((value) => ({ key: '', value })),
  ];
  const echoes = findEchoes(list);
  return Object.fromEntries(
    list.map(({ key, value }, index) => [
      key === '' ? `word ${value}` : key,
      [...echoes.subarray(index * ECHO_FEATURES, (index + 1) * ECHO_FEATURES)],
    ]),
  );
}

describe('echoes', () => {
  it('mark fields of the same value, and those whose words stand in another field', () => {
    expect(
      echoesOf({
        alertname: 'PodCrashLooping',
        pod: 'web-0',
        instance: 'web-0',
        app: 'web',
        namespace: 'shop',
        summary: 'The pod of shop restarts',
        severity: 'critical',
      }),
    ).toEqual({
      alertname: [0, 0],
      pod: [1, 1],
      instance: [1, 1],
      app: [0, 1],
      namespace: [0, 1],
      summary: [0, 0],
      severity: [0, 0],
    });
  });

  it('ask for all words of a value in one other field, its key included', () => {
    expect(echoesOf({ a: 'red car', b: 'red bus', c: 'blue car' })).toMatchObject({ a: [0, 0], b: [0, 0] });
    expect(echoesOf({ a: 'red car', car: 'dark red' })).toMatchObject({ a: [0, 1] });
    expect(echoesOf({ a: 'car', car: 'x' })).toMatchObject({ a: [0, 1], car: [0, 0] });
  });

  it('never mark the name and its words, nor take one of its words for an echo', () => {
    const echoes = echoesOf({ alertname: 'PodDown', other: 'Pod Down', kind: 'pod' }, ['pod', 'down']);
    expect(echoes).toEqual({ alertname: [0, 0], other: [0, 1], kind: [0, 1], 'word pod': [0, 0], 'word down': [0, 0] });
    expect(echoesOf({ alertname: 'X', kind: 'pod' }, ['pod'])).toMatchObject({ kind: [0, 0] });
  });

  it('are not looked for in prose of more than eight words, nor in values without a word', () => {
    const words = 'a b c d e f g h';
    expect(echoesOf({ one: words, other: `${words} i` })).toMatchObject({ one: [0, 1] });
    expect(echoesOf({ one: `${words} i`, other: `${words} i j` })).toMatchObject({ one: [0, 0] });
    expect(echoesOf({ one: '--', other: '**' })).toEqual({ one: [0, 0], other: [0, 0] });
  });

  it('go with the fields of any alert, and depend on the values and not on their order', () => {
    fc.assert(
      fc.property(arbitraryAlert, (alert) => {
        const { fields, echoes } = encodeAlert(alert, tokenizer);
        expect(echoes).toHaveLength(fields.length * ECHO_FEATURES);
        expect(echoes.every((value) => value === 0 || value === 1)).toBe(true);
        const turned = findEchoes([...fields].reverse());
        for (const index of fields.keys()) {
          const at = (fields.length - 1 - index) * ECHO_FEATURES;
          expect([...turned.subarray(at, at + ECHO_FEATURES)]).toEqual([
            ...echoes.subarray(index * ECHO_FEATURES, (index + 1) * ECHO_FEATURES),
          ]);
        }
      }),
    );
    expect(encodeAlert(alertOf({ alertname: 'X', pod: 'a', app: 'a' }), tokenizer).echoes).toContain(1);
  });
});
