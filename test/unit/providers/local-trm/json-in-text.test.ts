import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJson } from '../../../../src/providers/local-trm/json-in-text.js';

const valuesIn = (text: string) => findJson(text).map(({ value }) => value);

describe('JSON in a text', () => {
  it('is found in its order, outermost objects and arrays of objects alone', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    const value = fc.oneof(object, fc.array(object, { minLength: 1 }));
    const prose = fc.constantFrom(
      '',
      'an answer',
      "it's",
      'say "so"',
      'use "{" and "}"',
      '{ ',
      '} ',
      '{{',
      '(]',
      '\\',
      '{braces}',
      '\n',
      '[1]',
    );
    const spaces = fc.constantFrom(0, 2);
    const property = fc.property(fc.array(fc.tuple(prose, value, spaces)), prose, (parts, last) => {
      const text = parts.map(([before, each, indent]) => `${before} ${JSON.stringify(each, null, indent)} `).join('');
      const found = findJson(text + last);
      expect(found.map((stretch) => stretch.value)).toEqual(
        parts.map(([, each]) => JSON.parse(JSON.stringify(each)) as unknown),
      );
      for (const { start, end, value: read } of found) expect(JSON.parse(text.slice(start, end))).toEqual(read);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it.each<[string, unknown[]]>([
    ['', []],
    ['no {braces} or [brackets] of it', []],
    ['{} and [{}]', [{}, [{}]]],
    ['{"a": "}\\"{"} {"b": 1}', [{ a: '}"{' }, { b: 1 }]],
    ['{"a": <a>} {"b": 1}', [undefined, { b: 1 }]],
    ['{"a": "no end\n} {"b": 1}', [undefined, { b: 1 }]],
    ['{"a": 1} {"b": {"c": 1}', [{ a: 1 }, undefined]],
    ['{"a": "{"},": {"b": 1}', [{ a: '{' }, { b: 1 }]],
    ['[{"a": 1}, {"b": ', [undefined]],
  ])('may be broken, and is not looked for within what is: %s', (text, expected) => {
    expect(valuesIn(text)).toEqual(expected);
  });
});
