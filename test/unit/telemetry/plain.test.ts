import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDACTED } from '../../../src/core/redact.js';
import { plainFields } from '../../../src/telemetry/text/plain-fields.js';
import { plainText } from '../../../src/telemetry/text/plain-text.js';

describe('plain text', () => {
  it('holds no character that could end a line, hide text or turn it around', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const plain = plainText(text, 200);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(plainText(plain, 10_000)).toBe(plain);
      }),
    );
    expect(plainText('a\r\nb\u202e\u{e0041}', 50)).toBe('a\\u000d\\u000ab\\u202e\\udb40\\udc41');
  });

  it('is cut after secrets are blanked out, so that no half of one stays', () => {
    const secret = 'correct-horse-battery';
    expect(plainText(`x${secret}`, 5, [secret])).toBe('x[red…');
    expect(plainText('https://user:hunter2@host/', 100)).toBe(`https://${REDACTED}@host/`);
    expect(plainText('é'.repeat(1_000_000), 10)).toBe(`${'é'.repeat(10)}…`);
  });
});

describe('plain fields', () => {
  it('blank out what the key says is a secret, and leave counts of tokens alone', () => {
    expect(
      plainFields({ password: 'x1', hfApiToken: 'x2', 'x-api-key': 'x3', headers: { Cookie: 'x4' }, tokens_used: 5 }),
    ).toEqual({
      password: REDACTED,
      hfApiToken: REDACTED,
      'x-api-key': REDACTED,
      headers: { Cookie: REDACTED },
      tokens_used: 5,
    });
  });

  it('are bounded in depth and in number, and take whatever a value is', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index]));
    const hostile = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>;
    expect(plainFields({ circle })).toEqual({ circle: { self: { self: { self: 'an object' } } } });
    expect(Object.keys(plainFields(many))).toHaveLength(64);
    expect(plainFields({ list: Array.from({ length: 1_000 }) })).toEqual({
      list: expect.objectContaining({ length: 64 }),
    });
    expect(Object.hasOwn(plainFields(hostile), '__proto__')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(plainFields({ n: Number.NaN, b: 5n, d: new Date(Number.NaN), u: undefined, z: null })).toEqual({
      n: 'NaN',
      b: '5',
      d: 'Invalid Date',
      z: null,
    });
  });

  it('tell name, code and message of an error, and neither stack nor other fields', () => {
    const error = Object.assign(new TypeError('at https://u:p4ss@h/\n'), { code: 'E1', request: { token: 'x' } });
    expect(plainFields({ error })).toEqual({
      error: { name: 'TypeError', code: 'E1', message: `at https://${REDACTED}@h/\\u000a` },
    });
  });
});
