import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactError } from '../../../src/core/redact.js';

describe('redact', () => {
  it.each([
    [
      'credentials of a URL',
      'fetch https://bob:s3cret@host:8080/v1 failed',
      'fetch https://[redacted]@host:8080/v1 failed',
    ],
    ['a password with an @', 'https://bob:p@ss@host/', 'https://[redacted]@host/'],
    ['a bearer token', 'sent Bearer abc.def-123 twice', 'sent Bearer [redacted] twice'],
    ['a header', 'Authorization: Basic Ym9iOnB3', 'Authorization: Basic [redacted]'],
    ['a header in JSON', '{"authorization":"Token xyzzy","a":1}', '{"authorization":"Token [redacted]","a":1}'],
    ['a query', 'GET /x?api_key=12345&model=a', 'GET /x?api_key=[redacted]&model=a'],
    ['well-known keys', 'Incorrect API key provided: sk-proj-ab***yz.', 'Incorrect API key provided: [redacted].'],
    ['a token of Hugging Face', 'token hf_abcdefghij is invalid', 'token [redacted] is invalid'],
  ])('blanks out %s', (_, text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it.each([
    'Basic authentication required',
    'token limit of 2048 exceeded',
    'mail me@host',
    'http://localhost:11434/api',
  ])('leaves "%s" as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('blanks out a given secret in every spelling, and the longer one first', () => {
    expect(redact('a p&ss"1 p%26ss%221 p&ss\\"1', ['p&ss"1'])).toBe('a [redacted] [redacted] [redacted]');
    expect(redact('abcdef abcd', ['abcd', 'abcdef'])).toBe('[redacted] [redacted]');
    expect(redact('no', ['no', ''])).toBe('no');
  });

  it('never lets a given secret through', () => {
    const secret = fc.string({ minLength: 4, maxLength: 20, unit: fc.constantFrom(...'abcXYZ019-_.$^*+?') });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (key, before, after) => {
        expect(redact(`${before}${key}${after}`, [key]).replaceAll('[redacted]', '')).not.toContain(key);
      }),
    );
  });

  it('ends soon on long text that almost fits', () => {
    for (const part of ['a', 'a:', '://', 'Bearer ', 'sk-', '?key', '%']) redact(part.repeat(20_000));
  });
});

describe('redactError', () => {
  it('keeps name, message, code and causes, and nothing else', () => {
    const cause = Object.assign(new Error('to https://a:b12@c'), { request: { headers: { authorization: 'x' } } });
    const error = Object.assign(new TypeError('key abcdefg', { cause }), { code: 'ECONNRESET', secret: 'abcdefg' });
    const copy = redactError(error, ['abcdefg']);
    expect(copy).toMatchObject({ name: 'TypeError', message: 'key [redacted]', code: 'ECONNRESET' });
    expect((copy.cause as Error).message).toBe('to https://[redacted]@c');
    expect(Object.keys(copy)).not.toContain('secret');
    expect(copy.stack).not.toContain('abcdefg');
  });

  it('takes anything that was thrown, joined failures and circles', () => {
    expect(redactError('sk-abcdefgh').message).toBe('[redacted]');
    expect(redactError(new AggregateError([new Error('a'), 'b'])).message).toBe('a; b');
    const circle = new Error('round');
    circle.cause = circle;
    expect(redactError(circle).message).toBe('round');
  });
});
