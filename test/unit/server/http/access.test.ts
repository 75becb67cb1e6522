import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../src/core/errors.js';
import { AuthenticationUnavailableError } from '../../../../src/server/auth/index.js';
import { type Authenticator, createService, type Scope } from '../../../../src/server/index.js';
import { createMemoryRateLimiter } from '../../../../src/server/limits/index.js';
import { CRASH, closeServices, fakeModel, startService } from '../fake-service.js';

afterEach(closeServices);

/** Knows everybody by the scope that stands in the token. */
const byScope: Authenticator = {
  async authenticate({ headers }) {
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (!token) return { refused: 'missing' };
    if (token === 'old') return { refused: 'expired' };
    if (token === 'broken') throw new TypeError('secret-of-the-authenticator');
    if (token === 'away') throw new AuthenticationUnavailableError('the keys are away');
    return { name: `agent-${token}`, scopes: new Set(token.split('+') as Scope[]), via: 'token' };
  },
};

const ROUTES: readonly (readonly [Scope, string])[] = [
  ['reason', '/reason'],
  ['select', '/select'],
  ['events', '/'],
  ['events', '/events'],
  ['feedback', '/feedback'],
  ['admin', '/admin/reload'],
];

describe('access', () => {
  it('is refused at the start without anybody who checks it, unless that is said', async () => {
    const model = async () => fakeModel();
    await expect(createService({ model })).rejects.toThrow(/authenticator: expected one/);
    await expect(createService({ model, insecure: true, authenticator: byScope })).rejects.toThrow(/received both/);
    const service = await createService({ model, insecure: true });
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
      await expect(service.listen({ host, port: 0 })).rejects.toBeInstanceOf(ConfigurationError);
    }
    await service.close();
  });

  it.each(ROUTES)('needs the scope %s for %s, and no other does', async (scope, path) => {
    const { post, audited } = await startService({ authenticator: byScope });
    const others = ROUTES.map(([other]) => other).filter((other) => other !== scope);
    for (const [token, status, reason] of [
      [undefined, 401, 'missing'],
      ['old', 401, 'expired'],
      [others.join('+'), 403, 'scope'],
    ] as const) {
      const response = await post(path, CRASH, token === undefined ? {} : { authorization: `Bearer ${token}` });
      expect([response.status, response.headers.get('www-authenticate')?.slice(0, 6)]).toEqual([status, 'Bearer']);
      expect(audited.at(-1)).toMatchObject({ action: 'refused', status, reason });
    }
    const response = await post(path, CRASH, { authorization: `Bearer ${scope}` });
    expect([401, 403]).not.toContain(response.status);
  });

  it('leaves what anybody may ask alone, and metrics when it is told to', async () => {
    const { origin } = await startService({ authenticator: byScope, metricsScope: 'admin' });
    for (const path of ['/healthz', '/readyz', '/version', '/openapi.json']) {
      expect((await fetch(origin + path)).status).toBe(200);
    }
    expect((await fetch(`${origin}/metrics`)).status).toBe(401);
    expect((await fetch(`${origin}/metrics`, { headers: { authorization: 'Bearer admin' } })).status).toBe(501);
  });

  it('fails closed, and says nothing of why', async () => {
    const { post, service } = await startService({ authenticator: byScope });
    const failures: string[] = [];
    service.events.on('request_failed', ({ error }) => void failures.push(error.message));
    const broken = await post('/select', CRASH, { authorization: 'Bearer broken' });
    expect([broken.status, (await broken.text()).includes('secret')]).toEqual([500, false]);
    expect(failures).toEqual(['secret-of-the-authenticator']);
    const away = await post('/select', CRASH, { authorization: 'Bearer away' });
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('counts addresses before it asks who it is, and principals after', async () => {
    const taken: string[] = [];
    const counting = (limit: number) => {
      const limiter = createMemoryRateLimiter({ points: limit, windowSeconds: 60 });
      return {
        take(key: string) {
          taken.push(key);
          return limiter.take(key);
        },
      };
    };
    const { post } = await startService({
      authenticator: byScope,
      rateLimiter: { address: counting(4), principal: counting(2) },
    });
    const statuses: number[] = [];
    for (const token of ['select', 'select', 'select', 'reason+select', 'other']) {
      statuses.push((await post('/select', CRASH, { authorization: `Bearer ${token}` })).status);
    }
    expect(statuses).toEqual([200, 200, 429, 200, 429]);
    expect(taken.slice(0, 2)).toEqual(['address:127.0.0.1', 'principal:token:agent-select']);
    // Over the limit of its address nobody is asked who it is.
    expect(taken.at(-1)).toBe('address:127.0.0.1');
  });

  it('refuses while requests cannot be counted', async () => {
    const { post, service } = await startService({
      rateLimiter: { take: () => Promise.reject(new Error('no Redis')) },
    });
    const told: string[] = [];
    service.events.on('limiter_failed', ({ error }) => void told.push(error.message));
    expect((await post('/select', CRASH)).status).toBe(503);
    expect(told).toEqual(['no Redis']);
  });

  it('without credentials is for this machine alone: no other host, page or proxy', async () => {
    const { origin } = await startService();
    const { port } = new URL(origin);
    const ask = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(CRASH);
        const all = {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          ...headers,
        };
        request({ port, host: '127.0.0.1', method: 'POST', path: '/select', headers: all }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end(body);
      });
    expect(await ask({})).toBe(200);
    expect(await ask({ host: 'evil.example' })).toBe(401);
    expect(await ask({ origin: 'https://evil.example' })).toBe(401);
    expect(await ask({ 'x-forwarded-for': '192.0.2.7' })).toBe(401);
  });

  it('names the client that a trusted proxy speaks for', async () => {
    const forwarded = { 'x-forwarded-for': '198.51.100.9, 192.0.2.7', authorization: 'Bearer select' };
    for (const [trustedProxies, address] of [
      [[], '127.0.0.1'],
      [['127.0.0.0/8'], '192.0.2.7'],
    ] as const) {
      const { post, audited } = await startService({ authenticator: byScope, trustedProxies });
      await post('/select', CRASH, forwarded);
      expect(audited[0]?.remoteAddress).toBe(address);
    }
  });
});

describe('the name of a request', () => {
  it.each([
    ['abc-DEF_123.~', true],
    ['short', false],
    ['x'.repeat(65), false],
    ['with space 1', false],
    ['<script>alert(1)</script>', false],
    ['-leading-dash', false],
  ])('is that of the client when it is well-formed: %s', async (given, kept) => {
    const { origin } = await startService();
    const answer = (await fetch(`${origin}/healthz`, { headers: { 'x-request-id': given } })).headers.get(
      'x-request-id',
    );
    expect(answer === given).toBe(kept);
    expect(answer).toMatch(/^[\w.~-]{8,64}$/);
  });
});
