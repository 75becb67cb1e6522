import { cpuUsage } from 'node:process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTPUT_LIMITS, type OutputForm, parseStructuredOutput } from '../../../../src/remediation/output/index.js';

const FENCE = '```';
const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const READ: readonly (readonly [text: string, value: unknown, how: OutputForm])[] = [
  // Nothing but JSON.
  ['{"a":1}', { a: 1 }, 'json'],
  [' \n{"a":1}\n ', { a: 1 }, 'json'],
  ['\uFEFF{"a":1}', { a: 1 }, 'json'],
  ['[1,2]', [1, 2], 'json'],
  ['null', null, 'json'],
  ['"none"', 'none', 'json'],
  ['42', 42, 'json'],
  ['true', true, 'json'],
  ['{"a":"\\u00e9"}', { a: 'é' }, 'json'],
  ['<think>perhaps {"a":2}</think>{"a":1}', { a: 1 }, 'json'],
  ['perhaps {"a":2}</think>\n\n{"a":1}', { a: 1 }, 'json'],
  // In a fence.
  [`${FENCE}json\n{"a":1}\n${FENCE}`, { a: 1 }, 'fenced'],
  [`${FENCE}\n{"a":1}\n${FENCE}`, { a: 1 }, 'fenced'],
  [`Here you are:\n${FENCE}json\n{"a":1}\n${FENCE}\nDone.`, { a: 1 }, 'fenced'],
  [`${FENCE}JSON\r\n{"a":1}\r\n${FENCE}`, { a: 1 }, 'fenced'],
  [`${FENCE}json\n{"a":1}\n`, { a: 1 }, 'fenced'],
  [`${FENCE}json\n"none"\n${FENCE}`, 'none', 'fenced'],
  [`${FENCE}json\n[1, 2]\n${FENCE}`, [1, 2], 'fenced'],
  [`As in {"b":2}:\n${FENCE}json\n{"a":1}\n${FENCE}`, { a: 1 }, 'fenced'],
  // In prose.
  ['Sure! {"a":1} Hope it helps.', { a: 1 }, 'embedded'],
  ['{"a":1} is the answer', { a: 1 }, 'embedded'],
  ['The call is `{"a":1}`.', { a: 1 }, 'embedded'],
  ['**{"a":1}**', { a: 1 }, 'embedded'],
  ['I\'d say it\'s {"a":1}', { a: 1 }, 'embedded'],
  ['x {"a":"}{"} y', { a: '}{' }, 'embedded'],
  ['x {"a":"say \\"hi\\" {"} y', { a: 'say "hi" {' }, 'embedded'],
  ['{{ $labels.pod }} means {"a":1}', { a: 1 }, 'embedded'],
  ['rate(up{job="x"}[5m]) is 0, so {"a":1}', { a: 1 }, 'embedded'],
  ['[1] says {"a":1}', { a: 1 }, 'embedded'],
  ['Use { and then {"a":1}', { a: 1 }, 'embedded'],
  ['} {"a":1}', { a: 1 }, 'embedded'],
  ['Calls: [{"a":1},{"a":2}] are made', [{ a: 1 }, { a: 2 }], 'embedded'],
  ['{"a":1}\n{"a":2}', { a: 1 }, 'embedded'],
  ['[TOOL_CALLS] [{"a":1}]', [{ a: 1 }], 'embedded'],
  ['{"a":"it\'s // no comment"} so', { a: "it's // no comment" }, 'embedded'],
  // Faulty.
  ['{"a":1,}', { a: 1 }, 'repaired'],
  ['[{"a":1},]', [{ a: 1 }], 'repaired'],
  ["{'a': 'b'}", { a: 'b' }, 'repaired'],
  ["so {'a': '}b{', 'c': 1} it is", { a: '}b{', c: 1 }, 'repaired'],
  ['{a: "b"}', { a: 'b' }, 'repaired'],
  ['{"a": 1 // one }\n}', { a: 1 }, 'repaired'],
  ['{/* x } */"a": 1}', { a: 1 }, 'repaired'],
  ['{"a": True, "b": None, "c": False}', { a: true, b: null, c: false }, 'repaired'],
  ['{“a”: “b”}', { a: 'b' }, 'repaired'],
  ['{"a": "b', { a: 'b' }, 'repaired'],
  ['{"a":', { a: null }, 'repaired'],
  ['{"a": 1,', { a: 1 }, 'repaired'],
  ['{"a": {"b": [1, 2', { a: { b: [1, 2] } }, 'repaired'],
  [`${FENCE}json\n{"a": 1\n${FENCE}\nThat is all.`, { a: 1 }, 'repaired'],
  ['{"a": 1 "b": 2}', { a: 1, b: 2 }, 'repaired'],
  ['{\\"a\\": \\"b\\"}', { a: 'b' }, 'repaired'],
  ['{"a": "b" + "c"}', { a: 'bc' }, 'repaired'],
  ['[1, 2, ...]', [1, 2], 'repaired'],
  ["['a', 'b',]", ['a', 'b'], 'repaired'],
  ['{"a": "b\nc"}', { a: 'b\nc' }, 'repaired'],
  ['{"a": [1, 2}', { a: [1, 2] }, 'repaired'],
  ['{"a": undefined}', { a: null }, 'repaired'],
  // Tool calls of several families.
  ['<tool_call>\n{"name":"f","arguments":{}}\n</tool_call>', { name: 'f', arguments: {} }, 'tool-call'],
  ['{"b":1} <tool_call>{"a":1}</tool_call>', { a: 1 }, 'tool-call'],
  ['<tool_call>{"a":1}</tool_call><tool_call>{"a":2}</tool_call>', { a: 1 }, 'tool-call'],
  ['<tool_call>\n{"name":"f"', { name: 'f' }, 'repaired'],
  [
    '<start_function_call>call:pod-restart{name:<escape>shop-0<escape>,count:3}<end_function_call>',
    { name: 'pod-restart', arguments: { name: 'shop-0', count: 3 } },
    'function-call',
  ],
  [
    '<start_function_call>call:f{a:{b:<escape>x, y}<escape>},c:[1,true,<escape>z<escape>]}<end_function_call>',
    { name: 'f', arguments: { a: { b: 'x, y}' }, c: [1, true, 'z'] } },
    'function-call',
  ],
  ['<start_function_call>call:f{a:<escape>sho', { name: 'f', arguments: { a: 'sho' } }, 'function-call'],
  ['call:f{a:London,b:2}', { name: 'f', arguments: { a: 'London', b: 2 } }, 'function-call'],
  ['<start_function_call>call:f{}<end_function_call>', { name: 'f', arguments: {} }, 'function-call'],
  ['<function=f>{"a": 1}</function>', { name: 'f', arguments: { a: 1 } }, 'function-call'],
  [
    '<function=f>\n<parameter=a>\nshop-0\n</parameter>\n<parameter=b>2</parameter>\n</function>',
    { name: 'f', arguments: { a: 'shop-0', b: '2' } },
    'function-call',
  ],
  // Lines of key: value.
  ['Function: f\nNamespace: shop', { Function: 'f', Namespace: 'shop' }, 'key-value'],
  ['- **function**: `f`\n- **namespace**: "shop"', { function: 'f', namespace: 'shop' }, 'key-value'],
  ['**Function:** f\n**Namespace:** shop', { Function: 'f', Namespace: 'shop' }, 'key-value'],
  ['function: f\nparameters:\n  name: a\n  n: 3', { function: 'f', parameters: { name: 'a', n: 3 } }, 'key-value'],
  ['function: f\nparameters:\n- name: a\n- n: 3', { function: 'f', parameters: { name: 'a', n: 3 } }, 'key-value'],
  ["function = f\nnamespace = 'shop'", { function: 'f', namespace: 'shop' }, 'key-value'],
  ['function: f', { function: 'f' }, 'key-value'],
  ['1. function: f\n2) namespace: shop', { function: 'f', namespace: 'shop' }, 'key-value'],
  [
    `${FENCE}yaml\nfunction: f\nparameters:\n  name: a\n${FENCE}`,
    { function: 'f', parameters: { name: 'a' } },
    'key-value',
  ],
  ['a: true\nb: null\nc: -1.5\nd: None\ne: "1"', { a: true, b: null, c: -1.5, d: null, e: '1' }, 'key-value'],
  ['I choose this.\nfunction: f\nnamespace: shop\nIt fits best.', { function: 'f', namespace: 'shop' }, 'key-value'],
];

const REFUSED: readonly (readonly [text: string, reason: string])[] = [
  ['', 'empty'],
  [' \n\t', 'empty'],
  ['I cannot help with that.', 'no-structure'],
  ['Note: see below.\nThere is nothing else.', 'no-structure'],
  ['See https://example.org/a:b for more', 'no-structure'],
  ['<think>perhaps {"a":1}', 'no-structure'],
  ['{{ $labels.pod }}', 'no-structure'],
  ['up{job="x"}', 'no-structure'],
  ['[see the note]', 'no-structure'],
  [`x${'['.repeat(40)}${']'.repeat(40)}`, 'too-deep'],
  [`${'['.repeat(40)}${']'.repeat(40)}`, 'too-deep'],
  ['{"a":'.repeat(40), 'too-deep'],
  ['x'.repeat(OUTPUT_LIMITS.length + 1), 'too-long'],
];

describe('parseStructuredOutput', () => {
  it.each(READ)('reads %j', (text, value, how) => {
    expect(parseStructuredOutput(text)).toMatchObject({ ok: true, value, how });
    const parsed = parseStructuredOutput(text);
    expect(parsed.ok && parsed.value).toEqual(value);
  });

  it.each(REFUSED.map(([text, reason]) => ({ start: text.slice(0, 40), text, reason })))(
    'refuses $start as $reason',
    ({ text, reason }) => {
      expect(parseStructuredOutput(text)).toEqual({ ok: false, reason, detail: expect.stringMatching(/\S/) });
    },
  );

  it('refuses what is no text', () => {
    for (const value of [undefined, null, 5, {}]) {
      expect(parseStructuredOutput(value as unknown as string)).toMatchObject({ ok: false, reason: 'empty' });
    }
  });

  it('takes the first value that is accepted, and reports the others', () => {
    const text = 'Seen: {"labels":{}} and [1]. So {"call":1} or {"call":2}.';
    const accept = (value: unknown): boolean => isRecord(value) && Object.hasOwn(value as object, 'call');
    expect(parseStructuredOutput(text, { accept })).toEqual({
      ok: true,
      value: { call: 1 },
      how: 'embedded',
      others: [{ labels: {} }, { call: 2 }, [1]],
      warnings: ['the text holds 3 more values'],
    });
    expect(parseStructuredOutput(text, { accept: () => false })).toMatchObject({ ok: false, reason: 'not-accepted' });
    expect(parseStructuredOutput('"{\\"a\\":1}"', { accept: isRecord })).toMatchObject({ ok: true, value: { a: 1 } });
    expect(parseStructuredOutput('"{\\"a\\":1}"')).toMatchObject({ ok: true, value: '{"a":1}' });
  });

  it('reports no more than the limit of other values', () => {
    const parsed = parseStructuredOutput('{"a":1} '.repeat(50));
    expect(parsed.ok && parsed.others).toHaveLength(OUTPUT_LIMITS.others);
  });

  it('says what was mended and left out', () => {
    const parsed = parseStructuredOutput('{"a": 1, "__proto__": {"polluted": true}, "constructor": {"prototype": 1},}');
    expect(parsed).toMatchObject({ ok: true, value: { a: 1 }, how: 'repaired' });
    expect(parsed.ok && parsed.warnings).toEqual([
      expect.stringContaining('repaired'),
      'reserved keys were left out: __proto__, constructor',
    ]);
    expect(parsed.ok && Object.getPrototypeOf(parsed.value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const call = parseStructuredOutput('<start_function_call>call:f{__proto__:{polluted:true},a:1}');
    expect(call.ok && call.value).toEqual({ name: 'f', arguments: { a: 1 } });
  });

  it('heeds its limits', () => {
    expect(parseStructuredOutput('{"a":1}', { maxLength: 6 })).toMatchObject({ ok: false, reason: 'too-long' });
    expect(parseStructuredOutput('{"a":{"b":1}}', { maxDepth: 1 })).toMatchObject({ ok: false, reason: 'too-deep' });
    expect(parseStructuredOutput('{"a":{"b":1}}', { maxDepth: 2 })).toMatchObject({ ok: true });
    // Repairing takes more than linear time, so long faulty JSON is left alone, and long JSON is not.
    const long = 'x'.repeat(20_000);
    expect(parseStructuredOutput(`so {"a":"${long}"}`)).toMatchObject({ ok: true, value: { a: long } });
    expect(parseStructuredOutput(`so {'a':'${long}'}`)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('at most 4096 characters of faulty JSON'),
    });
  });
});

/** A value as it comes back: without the keys that are never taken over. */
function withoutReserved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReserved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !['__proto__', 'constructor', 'prototype'].includes(key))
      .map(([key, entry]) => [key, withoutReserved(entry)]),
  );
}

const words = fc
  .array(fc.constantFrom('I', "it's", 'the pod', 'done.', 'Well,', 'note:', 'é', '漢字', '\n'), { maxLength: 8 })
  .map((list) => list.join(' '));
const wrapping = fc.constantFrom<readonly [before: string, after: string]>(
  ['', ''],
  [' ', '\n'],
  [`${FENCE}json\n`, `\n${FENCE}`],
  [`${FENCE}\n`, `\n${FENCE}\n`],
  ['<tool_call>', '</tool_call>'],
  ['`', '`'],
);
const container = fc.jsonValue({ maxDepth: 4 }).filter((value) => typeof value === 'object' && value !== null);

describe('whatever comes', () => {
  it('any object or list comes back, with prose around it', () => {
    const indent = fc.constantFrom(undefined, 2, '\t');
    fc.assert(
      fc.property(container, indent, wrapping, words, words, (value, space, [open, close], before, after) => {
        const json = JSON.stringify(value, null, space);
        const parsed = parseStructuredOutput(`${before} ${open}${json}${close} ${after}`);
        expect(parsed).toMatchObject({ ok: true });
        expect(parsed.ok && parsed.value).toEqual(withoutReserved(JSON.parse(json)));
      }),
      { numRuns: 150 },
    );
  });

  it('an object comes back from other notations', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
    const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null));
    const quotes = fc.constantFrom(['"', '"'], ["'", "'"], ['“', '”']);
    const key = word.filter((name) => name !== 'constructor' && name !== 'prototype');
    fc.assert(
      fc.property(
        fc.dictionary(key, scalar, { minKeys: 1, maxKeys: 6, noNullPrototype: true }),
        quotes,
        fc.constantFrom(',', ' ,', ', // next\n', ', /* , */ '),
        fc.boolean(),
        fc.boolean(),
        words,
        (object, [open = '', close = ''], comma, python, trailing, before) => {
          const render = (value: unknown): string => {
            if (typeof value === 'string') return `${open}${value}${close}`;
            if (!python) return String(value);
            return value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : String(value);
          };
          const fields = Object.entries(object).map(([name, value]) => `${open}${name}${close}: ${render(value)}`);
          const text = `${before} {${fields.join(comma)}${trailing ? ',' : ''}}`;
          const parsed = parseStructuredOutput(text);
          expect(parsed.ok && parsed.value).toEqual(object);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('nothing makes it throw, and what it gives is within the limits', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '\\',
        ',',
        ':',
        '//',
        '/*',
        '*/',
        FENCE,
        '`',
        '“',
        '”',
        '\n',
        ' ',
        'a',
        '1',
        '-',
      ],
      ...['<tool_call>', '</tool_call>', '<think>', '</think>', '<start_function_call>', 'call:f{', '<escape>', '...'],
      ...['<function=f>', '<parameter=a>', '__proto__', 'true', 'None', 'a: b', '+', '\uD800', '\u0000', '\\u12', '({'],
    );
    const soup = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), soup), (text) => {
        const parsed = parseStructuredOutput(text);
        if (!parsed.ok) {
          expect(parsed.detail).not.toBe('');
          return;
        }
        expect(() => JSON.stringify(parsed.value)).not.toThrow();
        expect(parsed.others.length).toBeLessThanOrEqual(OUTPUT_LIMITS.others);
        expect(withoutReserved(parsed.value)).toEqual(parsed.value);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    '{',
    '[',
    '"',
    "{'",
    '{"a":',
    '{"a":1}',
    '{a:1 ',
    '{"a":"b"c',
    FENCE,
    '<tool_call>',
    '<think>',
    '<function=f>',
    '<start_function_call>call:f{',
    'call:f{a:[',
    '/* ',
    '{//',
    'a: b\n',
    '“{',
    "'   ",
  ])('time grows with the length, not with its square: %j', (unit) => {
    const cost = (length: number): number => {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
      const runs = [0, 1, 2].map(() => {
        const start = cpuUsage();
        parseStructuredOutput(text);
        const { user, system } = cpuUsage(start);
        return user + system;
      });
      return Math.min(...runs);
    };
    cost(1_000);
    // 8 times the length; a square would be 64 times. The floor, in microseconds, is what the clock cannot resolve.
    expect(cost(131_072)).toBeLessThan(32 * Math.max(cost(16_384), 3_000));
  });
});
