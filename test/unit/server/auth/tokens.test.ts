import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../../../src/core/redact.js';
import {
  createToken,
  createTokenAuthenticator,
  formatTokenLine,
  hashToken,
  parseTokens,
  type StoredToken,
} from '../../../../src/server/auth/index.js';
import { SCOPES } from '../../../../src/server/types.js';
import { bearing, requestWith } from './requests.js';

const hex = (token: string): string => hashToken(token).toString('hex');
const HASH = hex('first');

describe('createToken', () => {
  it('gives 256 fresh bits, which the redaction of secrets knows', () => {
    const tokens = new Set(Array.from({ length: 100 }, () => createToken().reveal()));
    expect(tokens.size).toBe(100);
    for (const token of tokens) {
      expect(token).toMatch(/^trmtoken_[A-Za-z0-9_-]{43}$/);
      expect(redact(`refused ${token} from a client`)).toBe('refused [redacted] from a client');
    }
    expect(String(createToken())).toBe('[secret]');
  });

  it('is hashed by SHA-256', () => {
    expect(hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('parseTokens', () => {
  it('reads lines, with comments, Windows line breaks and a byte order mark', () => {
    const text = `\uFEFF# agents\r\n\r\nsre sha256:${HASH} select,feedback\r\nshop\tsha256:${hex('b')} reason 2030-01-31T00:00:00Z`;
    expect(parseTokens(text)).toEqual([
      { name: 'sre', sha256: HASH, scopes: ['select', 'feedback'] },
      { name: 'shop', sha256: hex('b'), scopes: ['reason'], expires: '2030-01-31T00:00:00Z' },
    ]);
  });

  it('reads JSON, which alone may allow nobody', () => {
    const token = { name: 'sre', sha256: HASH, scopes: ['admin'] };
    expect(parseTokens(JSON.stringify({ tokens: [token] }))).toEqual([token]);
    expect(parseTokens('{"tokens": []}')).toEqual([]);
    expect(() => parseTokens('')).toThrow(/one line or more/);
    expect(() => parseTokens('# nobody\n')).toThrow(/one line or more/);
  });

  it('reads the lines that are written for any token', () => {
    const token: fc.Arbitrary<StoredToken> = fc.record(
      {
        name: fc.stringMatching(/^[a-z0-9][a-z0-9._@:/|+-]{0,20}$/),
        sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
        scopes: fc.subarray([...SCOPES], { minLength: 1 }),
        expires: fc
          .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
          .map((date) => date.toISOString()),
      },
      { requiredKeys: ['name', 'sha256', 'scopes'] },
    );
    fc.assert(
      fc.property(fc.uniqueArray(token, { minLength: 1, selector: ({ sha256 }) => sha256 }), (tokens) => {
        expect(parseTokens(tokens.map(formatTokenLine).join('\n'))).toEqual(tokens);
      }),
    );
  });

  it.each([
    ['a token in place of its hash', 'sre secret-token-value select', /line 1: expected NAME sha256:HASH/],
    ['half a hash', `sre sha256:${HASH.slice(1)} select`, /line 1: expected the SHA-256 .*64/],
    ['a capital hash', `sre sha256:${HASH.toUpperCase()} select`, /64 lower-case/],
    ['an unknown scope', `a sha256:${HASH} reason\nsre sha256:${hex('x')} selct`, /line 2: expected scopes .*"selct"/],
    ['no scope', `sre sha256:${HASH}`, /line 1: expected NAME/],
    ['the same hash twice', `a sha256:${HASH} reason\nb sha256:${HASH} select`, /another hash/],
    ['a name with a line break of a log', `s\u0085re sha256:${HASH} select`, /expected/],
    ['an end without a time zone', `sre sha256:${HASH} select 2030-01-31T00:00:00`, /2030-01-31T00:00:00Z/],
    ['an end that is no date', `sre sha256:${HASH} select 2030-13-31T00:00:00Z`, /2030-01-31T00:00:00Z/],
    ['a fifth word', `sre sha256:${HASH} select 2030-01-31T00:00:00Z x`, /line 1: expected NAME/],
    ['JSON that does not parse', '{"tokens": [secret-token-value]}', /does not parse/],
    ['JSON of another shape', '{"tokens": [{"name": "sre", "token": "secret-token-value"}]}', /tokens\.0/],
    [
      'too many',
      Array.from({ length: 1_001 }, (_, i) => `a sha256:${hex(String(i))} admin`).join('\n'),
      /at most 1000/,
    ],
  ])('refuses %s, and repeats no token', (_, text, message) => {
    expect(() => parseTokens(text)).toThrow(message);
    expect(() => parseTokens(text)).not.toThrow(/secret-token-value/);
  });
});

describe('createTokenAuthenticator', () => {
  const tokens: StoredToken[] = [
    { name: 'sre', sha256: HASH, scopes: ['select', 'feedback'] },
    { name: 'sre', sha256: hex('second'), scopes: ['select'] },
    { name: 'old', sha256: hex('third'), scopes: ['admin'], expires: '2030-01-01T00:00:00+01:00' },
  ];
  const end = Date.parse('2029-12-31T23:00:00Z');
  let now = end - 1;
  const authenticator = createTokenAuthenticator({ tokens, clock: () => now });

  it('knows every token, two of one name side by side', async () => {
    const first = { name: 'sre', scopes: new Set(['select', 'feedback']), via: 'token' };
    expect(await authenticator.authenticate(bearing('first'))).toEqual(first);
    const second = await authenticator.authenticate(requestWith({ authorization: 'bEARER   second ' }));
    expect(second).toEqual({ ...first, scopes: new Set(['select']) });
  });

  it('knows a token until the moment of its end', async () => {
    expect(await authenticator.authenticate(bearing('third'))).toMatchObject({ name: 'old' });
    now = end;
    expect(await authenticator.authenticate(bearing('third'))).toEqual({ refused: 'expired' });
    now = end - 1;
  });

  it.each([
    ['no header', {}, 'missing'],
    ['another scheme', { authorization: 'Basic Zmlyc3Q6' }, 'missing'],
    ['a word that begins alike', { authorization: 'Bearerfirst' }, 'missing'],
    ['nothing behind the scheme', { authorization: 'Bearer' }, 'invalid'],
    ['the hash of a token', { authorization: `Bearer ${HASH}` }, 'invalid'],
    ['a part of a token', { authorization: 'Bearer firs' }, 'invalid'],
    ['a token and more', { authorization: 'Bearer first2' }, 'invalid'],
    ['two tokens', { authorization: 'Bearer first second' }, 'invalid'],
    ['two headers in one', { authorization: 'Bearer first, Bearer second' }, 'invalid'],
    ['a token that is endless', { authorization: `Bearer ${'a'.repeat(100_000)}` }, 'invalid'],
    ['the token in another header', { 'x-api-key': 'first' }, 'missing'],
  ])('refuses %s', async (_, headers, refused) => {
    expect(await authenticator.authenticate(requestWith(headers as Record<string, string>))).toEqual({ refused });
  });

  it('lets nobody in by text that no token has, whatever it is', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'abefirstscond0_-=. ,') });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const request = requestWith({ authorization: `Bearer ${value}` });
        const known = ['first', 'second', 'third'].includes(value.trim());
        expect('name' in (await authenticator.authenticate(request))).toBe(known);
      }),
    );
  });
});
