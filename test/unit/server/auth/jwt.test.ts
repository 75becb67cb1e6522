import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthenticationUnavailableError,
  createJwtAuthenticator,
  type JwtAuthenticatorOptions,
} from '../../../../src/server/auth/index.js';
import { bearing, requestWith } from './requests.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'agent-trm';
const NOW = Date.parse('2027-03-01T12:00:00Z');
const SECONDS = NOW / 1_000;

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

let server: Server;
let url: string;
/** What the server answers with, and how often it was asked. */
let answer: { status: number; body: string };
let requests = 0;
let now = NOW;

let first: { privateKey: Key; jwk: JWK };
let second: { privateKey: Key; jwk: JWK };
let stranger: { privateKey: Key; jwk: JWK };

async function keyOf(kid: string, algorithm = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } };
}

const show = (...keys: { jwk: JWK }[]): void => {
  answer = { status: 200, body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) };
};

beforeAll(async () => {
  [first, second, stranger] = await Promise.all([keyOf('first'), keyOf('second'), keyOf('first')]);
  server = createServer((_, response) => {
    requests += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => server.close());
beforeEach(() => {
  show(first);
  requests = 0;
  now = NOW;
});

function authenticatorWith(options: Partial<JwtAuthenticatorOptions> = {}) {
  return createJwtAuthenticator({
    jwksUrl: url,
    issuer: ISSUER,
    audience: AUDIENCE,
    fetch,
    clock: () => now,
    ...options,
  });
}

const CLAIMS: JWTPayload = { iss: ISSUER, aud: AUDIENCE, sub: 'sre-agent', exp: SECONDS + 60, scope: 'select events' };

function sign(claims: JWTPayload = CLAIMS, key = first, header: { kid?: string; alg?: string } = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: key.jwk.kid as string, ...header })
    .sign(key.privateKey);
}

describe('a JWT', () => {
  it('of the issuer, for this audience, is a principal with the scopes of its claim', async () => {
    const authenticator = authenticatorWith();
    const token = await sign({ ...CLAIMS, scope: 'openid select events' });
    const principal = { name: 'sre-agent', scopes: new Set(['select', 'events']), via: 'jwt' };
    expect(await authenticator.authenticate(bearing(token))).toEqual(principal);
    expect(await authenticator.authenticate(bearing(token))).toEqual(principal);
    expect(requests).toBe(1);
  });

  it('has its scopes and name where the options say', async () => {
    const authenticator = authenticatorWith({
      scopeClaim: 'roles',
      nameClaim: 'client_id',
      scopeMap: { operator: ['select', 'feedback'], root: ['admin'] },
      audience: ['other', AUDIENCE],
      issuer: [ISSUER, 'https://second.example'],
    });
    const claims = { ...CLAIMS, client_id: 'shop', roles: ['operator', 'admin', 7, '__proto__'] };
    const principal = { name: 'shop', scopes: new Set(['select', 'feedback']), via: 'jwt' };
    expect(await authenticator.authenticate(bearing(await sign(claims)))).toEqual(principal);
  });

  it('without any scope of ours may do nothing', async () => {
    const { scope: _, ...claims } = CLAIMS;
    const answer = await authenticatorWith().authenticate(bearing(await sign(claims)));
    expect(answer).toMatchObject({ name: 'sre-agent', scopes: new Set() });
  });

  const { exp: _, ...endless } = CLAIMS;
  const { sub: __, ...nameless } = CLAIMS;
  it.each<[string, () => Promise<string>, 'invalid' | 'expired']>([
    ['that has expired', () => sign({ ...CLAIMS, exp: SECONDS - 31 }), 'expired'],
    ['without an end', () => sign(endless), 'invalid'],
    ['that is not valid yet', () => sign({ ...CLAIMS, nbf: SECONDS + 31 }), 'invalid'],
    ['of another issuer', () => sign({ ...CLAIMS, iss: `${ISSUER}.evil` }), 'invalid'],
    ['for another audience', () => sign({ ...CLAIMS, aud: 'billing' }), 'invalid'],
    ['of nobody', () => sign(nameless), 'invalid'],
    ['of a name with a line break', () => sign({ ...CLAIMS, sub: 'sre\n{"forged":true}' }), 'invalid'],
    ['by the key of somebody else under a known name', () => sign(CLAIMS, stranger), 'invalid'],
    ['by a key that is not shown', () => sign(CLAIMS, second), 'invalid'],
    ['of the algorithm none', async () => new UnsecuredJWT(CLAIMS).encode(), 'invalid'],
    [
      'of the algorithm none with a signature',
      async () => `${new UnsecuredJWT(CLAIMS).encode()}${(await sign()).split('.')[2]}`,
      'invalid',
    ],
    [
      'signed with the public key as a shared one',
      () =>
        new SignJWT(CLAIMS)
          .setProtectedHeader({ alg: 'HS256', kid: 'first' })
          .sign(Buffer.from(JSON.stringify(first.jwk))),
      'invalid',
    ],
    [
      'with claims put in after it was signed',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        return [
          header,
          Buffer.from(JSON.stringify({ ...CLAIMS, scope: 'admin' })).toString('base64url'),
          signature,
        ].join('.');
      },
      'invalid',
    ],
    ['that is none', async () => 'a.b.c', 'invalid'],
  ])('%s is refused', async (_, make, refused) => {
    expect(await authenticatorWith().authenticate(bearing(await make()))).toEqual({ refused });
  });

  it('may be as late as the clocks may differ', async () => {
    const token = await sign({ ...CLAIMS, exp: SECONDS - 29 });
    expect(await authenticatorWith().authenticate(bearing(token))).toMatchObject({ name: 'sre-agent' });
    const strict = authenticatorWith({ clockToleranceSeconds: 0 });
    expect(await strict.authenticate(bearing(token))).toEqual({ refused: 'expired' });
  });

  it('of an algorithm that is not allowed is refused, though its key is shown', async () => {
    const token = await sign();
    expect(await authenticatorWith({ algorithms: ['RS256'] }).authenticate(bearing(token))).toEqual({
      refused: 'invalid',
    });
  });

  it('is missing without one, and what is none costs no fetch', async () => {
    const authenticator = authenticatorWith();
    expect(await authenticator.authenticate(requestWith())).toEqual({ refused: 'missing' });
    expect(await authenticator.authenticate(bearing('trmtoken_abc'))).toEqual({ refused: 'invalid' });
    expect(requests).toBe(0);
  });
});

describe('the keys', () => {
  it('may be replaced while tokens of the old one are about', async () => {
    const authenticator = authenticatorWith({ cooldownMs: 0 });
    const [old, fresh] = [await sign(), await sign(CLAIMS, second)];
    expect(await authenticator.authenticate(bearing(old))).toMatchObject({ name: 'sre-agent' });
    show(first, second);
    expect(await authenticator.authenticate(bearing(fresh))).toMatchObject({ name: 'sre-agent' });
    expect(await authenticator.authenticate(bearing(old))).toMatchObject({ name: 'sre-agent' });
    show(second);
    await sign(CLAIMS, stranger);
    // An unknown name makes the keys be fetched anew, and the one that is taken back is gone.
    await authenticator.authenticate(bearing(await sign(CLAIMS, second, { kid: 'third' })));
    expect(await authenticator.authenticate(bearing(old))).toEqual({ refused: 'invalid' });
  });

  it('are not fetched for every unknown name', async () => {
    const authenticator = authenticatorWith();
    for (let index = 0; index < 20; index++) {
      const token = await sign(CLAIMS, second, { kid: `guess-${index}` });
      expect(await authenticator.authenticate(bearing(token))).toEqual({ refused: 'invalid' });
    }
    expect(requests).toBe(1);
  });

  it.each([
    ['a server that fails', 500, '{}'],
    ['a page in place of keys', 200, '<html>'],
    ['no list of keys', 200, '{"keys": 1}'],
    ['more than keys can be', 200, `{"keys": [], "x": "${'x'.repeat(300_000)}"}`],
  ])(
    'out of reach (%s) are a fault, not wrong credentials, and not asked for again at once',
    async (_, status, body) => {
      answer = { status, body };
      const authenticator = authenticatorWith();
      const token = await sign();
      await expect(authenticator.authenticate(bearing(token))).rejects.toBeInstanceOf(AuthenticationUnavailableError);
      const before = requests;
      show(first);
      now += 1_001;
      expect(await authenticator.authenticate(bearing(token))).toMatchObject({ name: 'sre-agent' });
      expect(requests).toBe(before + 1);
    },
  );

  it('are not asked for by every token while they cannot be fetched', async () => {
    answer = { status: 503, body: '' };
    const authenticator = authenticatorWith();
    const token = await sign();
    for (let index = 0; index < 5; index++) {
      await expect(authenticator.authenticate(bearing(token))).rejects.toThrow(/503/);
    }
    expect(requests).toBe(1);
  });
});

describe('options', () => {
  it.each<[string, Partial<JwtAuthenticatorOptions>, RegExp]>([
    ['keys over plain http', { jwksUrl: 'http://issuer.example/jwks' }, /jwksUrl: expected an https URL/],
    ['credentials in a URL', { jwksUrl: 'https://bob:hunter2@issuer.example' }, /without credentials/],
    ['no issuer', { issuer: '' }, /issuer/],
    ['no audience', { audience: [] }, /audience/],
    ['a shared key', { algorithms: ['HS256' as never] }, /algorithms: expected one or more of RS256/],
    ['none', { algorithms: ['none' as never] }, /algorithms/],
    ['no algorithm', { algorithms: [] }, /algorithms/],
    ['clocks that differ by an hour', { clockToleranceSeconds: 3_600 }, /from 0 to 300/],
    ['a scope of nobody', { scopeMap: { a: ['selct' as never] } }, /scopeMap/],
  ])('refuse %s', (_, options, message) => {
    expect(() => authenticatorWith(options)).toThrow(message);
    expect(() => authenticatorWith(options)).not.toThrow(/hunter2/);
  });
});
