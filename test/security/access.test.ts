import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog, type FileAuditLog, verifyAuditLog } from '../../src/server/audit/index.js';
import {
  createToken,
  createTokenFileAuthenticator,
  formatTokenLine,
  hashToken,
  type TokenFileAuthenticator,
} from '../../src/server/auth/index.js';
import { createService, SCOPES, type Scope } from '../../src/server/index.js';
import { createMemoryRateLimiter } from '../../src/server/limits/index.js';
import { linesOf } from '../unit/server/audit/logs.js';
import { CRASH, closeServices, fakeModel, type Started, startService } from '../unit/server/fake-service.js';

/** What anybody may ask for. */
const PUBLIC = [
  '/',
  '/healthz',
  '/readyz',
  '/v2/health/live',
  '/v2/health/ready',
  '/version',
  '/openapi.json',
  '/metrics',
];

/** What needs a scope, each with a request that is in order. */
const SCOPED: [scope: Scope, path: string, body: unknown][] = [
  ['reason', '/reason', { problem: CRASH }],
  ['select', '/select', CRASH],
  ['events', '/', { alerts: [CRASH], version: '4', status: 'firing' }],
  ['events', '/events', { alerts: [CRASH], version: '4', status: 'firing' }],
  ['feedback', '/feedback', { event_id: 'e-1', lambda_function: 'pod-restart', alert: CRASH, outcome: 'effective' }],
  ['admin', '/admin/reload', {}],
  ['reason', '/api/chat', { messages: [{ role: 'user', content: JSON.stringify(CRASH) }] }],
  ['reason', '/api/generate', { prompt: JSON.stringify(CRASH) }],
  ['reason', '/api/show', { model: 'trm' }],
  ['reason', '/v1/chat/completions', { messages: [{ role: 'user', content: JSON.stringify(CRASH) }] }],
];

/** What is only read, and the scope that it needs. */
const READ: [scope: Scope, path: string][] = [
  ['reason', '/api/tags'],
  ['reason', '/api/version'],
  ['reason', '/v1/models'],
  ['reason', '/v1/models/{id}'],
  ['admin', '/ui/decisions'],
];

const END = Date.parse('2030-01-01T00:00:00Z');

let folder: string;
let authenticator: TokenFileAuthenticator;
let audit: FileAuditLog;
let started: Started;
let now: number;
/** A token with each scope alone, and one that ends. */
const tokens = Object.fromEntries([...SCOPES, 'ending'].map((name) => [name, createToken().reveal()])) as Record<
  Scope | 'ending',
  string
>;

const lineOf = (name: string, token: string, scopes: readonly Scope[], expires?: string): string =>
  formatTokenLine({ name, sha256: hashToken(token).toString('hex'), scopes, expires });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-access-'));
});
beforeEach(async () => {
  now = END - 1;
  const file = path.join(folder, 'tokens');
  const own = SCOPES.map((scope) => lineOf(`${scope}-agent`, tokens[scope], [scope]));
  await writeFile(file, [...own, lineOf('ending', tokens.ending, SCOPES, '2030-01-01T00:00:00Z')].join('\n'));
  authenticator = await createTokenFileAuthenticator({ path: file, clock: () => now });
  audit = await createAuditLog({ path: path.join(folder, 'log', 'audit.jsonl'), sync: false });
  started = await startService({ authenticator, audit, onOutcome: async () => undefined });
});
afterEach(async () => {
  await closeServices();
  await authenticator.close();
  await audit.close();
  await rm(path.join(folder, 'log'), { recursive: true, force: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

describe('access', () => {
  it('knows every endpoint that there is', async () => {
    const document = (await (await fetch(`${started.origin}/openapi.json`)).json()) as {
      paths: Record<string, unknown>;
    };
    const known = new Set([...PUBLIC, ...[...SCOPED, ...READ].map(([, route]) => route)]);
    // An endpoint that is added stands in one of the two lists above, so that nobody forgets to say who may use it.
    expect(Object.keys(document.paths).filter((route) => !known.has(route))).toEqual([]);
  });

  it.each(PUBLIC)('GET %s needs no credentials, and is no worse for bad ones', async (route) => {
    for (const headers of [{}, bearer('nonsense')]) {
      expect([200, 501]).toContain((await fetch(started.origin + route, { headers })).status);
    }
  });

  it.each(SCOPED)('%s: POST %s is for those with the scope alone', async (scope, route, body) => {
    for (const other of SCOPES) {
      const { status, headers } = await started.post(route, body, bearer(tokens[other]));
      if (other === scope) expect(status, other).toBeLessThan(400);
      else expect([status, headers.get('www-authenticate')], other).toEqual([403, expect.stringContaining(scope)]);
    }
  });

  it.each(SCOPED)('%s: POST %s is refused to all others, before the body is read', async (_, route) => {
    now = END;
    for (const [headers, challenge] of [
      [{}, 'Bearer realm="agent-trm"'],
      [bearer('nonsense'), expect.stringContaining('invalid_token')],
      [bearer(hashToken(tokens.admin).toString('hex')), expect.stringContaining('invalid_token')],
      [bearer(tokens.ending), expect.stringContaining('expired')],
      [{ authorization: `Basic ${Buffer.from(`admin:${tokens.admin}`).toString('base64')}` }, expect.any(String)],
      [{ 'x-api-key': tokens.admin, cookie: `token=${tokens.admin}` }, expect.any(String)],
    ] as const) {
      const answer = await started.post(route, '{ this is not JSON', headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toEqual(challenge);
      // The protocols of others have errors of their own.
      const own = /^\/(?:api|v1)\//.test(route) ? { error: expect.anything() } : undefined;
      expect(await answer.json()).toMatchObject(own ?? { type: 'urn:agent-trm:problem:unauthenticated' });
    }
    expect((await started.post(`${route}?access_token=${tokens.admin}`, '{}')).status).toBe(401);
    expect(started.model.asked).toEqual([]);
  });

  it.each(READ)('%s: GET %s is for those with the scope alone', async (scope, route) => {
    expect((await fetch(started.origin + route)).status).toBe(401);
    for (const other of SCOPES) {
      const { status } = await fetch(started.origin + route, { headers: bearer(tokens[other]) });
      expect([other, status]).toEqual([other, other === scope ? 200 : 403]);
    }
  });

  it('is the same by other spellings of a path', async () => {
    for (const route of [
      '//reason',
      '/Reason',
      '/reason/',
      '/./reason',
      '/%72eason',
      '/reason%00',
      '/healthz/../reason',
    ]) {
      const { status } = await started.post(route, { problem: CRASH });
      expect([401, 404], route).toContain(status);
    }
    expect(started.model.asked).toEqual([]);
  });

  it('follows the file of tokens without a restart', async () => {
    const fresh = createToken().reveal();
    expect((await started.post('/select', CRASH, bearer(fresh))).status).toBe(401);
    await writeFile(path.join(folder, 'tokens'), lineOf('fresh', fresh, ['select']));
    expect(await authenticator.reload()).toBe(true);
    expect((await started.post('/select', CRASH, bearer(fresh))).status).toBe(200);
    expect((await started.post('/select', CRASH, bearer(tokens.select))).status).toBe(401);
  });

  it('is limited by address before and by principal after it is known who asks', async () => {
    const limits = { windowSeconds: 3_600 };
    const limited = await startService({
      authenticator,
      rateLimiter: {
        address: createMemoryRateLimiter({ ...limits, points: 8 }),
        principal: createMemoryRateLimiter({ ...limits, points: 2 }),
      },
    });
    const statuses: number[] = [];
    for (const token of [tokens.select, tokens.select, tokens.select, tokens.reason]) {
      statuses.push((await limited.post('/select', CRASH, bearer(token))).status);
    }
    expect(statuses).toEqual([200, 200, 429, 403]);
    // Guessing is over after four more, a right guess among the rest of them.
    for (let guess = 0; guess < 4; guess++) await limited.post('/select', CRASH, bearer(`guess-${guess}`));
    const late = await limited.post('/select', CRASH, bearer(tokens.admin));
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    // A header that anybody can write does not make another address of this one.
    const forged = { ...bearer(tokens.admin), 'x-forwarded-for': '203.0.113.9' };
    expect((await limited.post('/select', CRASH, forged)).status).toBe(429);
  });
});

describe('the audit log', () => {
  it('has a line for every decision and every refusal, in a chain that holds', async () => {
    await started.post('/select', CRASH, { ...bearer(tokens.select), 'x-request-id': 'decision-1' });
    await started.post('/select', CRASH, { 'x-request-id': 'no-credentials' });
    await started.post('/select', CRASH, { ...bearer(tokens.reason), 'x-request-id': 'no-scope' });
    await started.post('/select', '{"labels": 1}', { ...bearer(tokens.select), 'x-request-id': 'bad-input' });
    await audit.close();
    const records = (await linesOf(path.join(folder, 'log'))).filter(({ kind }) => kind === 'record');
    expect(records).toMatchObject([
      {
        requestId: 'decision-1',
        principal: 'select-agent',
        action: 'select',
        status: 200,
        decision: { lambdaFunction: 'pod-restart', accepted: true },
        alertFingerprint: expect.stringMatching(/^[0-9a-f]+$/),
      },
      { requestId: 'no-credentials', principal: '', action: 'refused', status: 401, reason: 'missing' },
      { requestId: 'no-scope', principal: 'reason-agent', action: 'refused', status: 403, reason: 'scope' },
      { requestId: 'bad-input', principal: 'select-agent', action: 'refused' },
    ]);
    expect(await verifyAuditLog({ path: path.join(folder, 'log', 'audit.jsonl') })).toMatchObject({
      broken: undefined,
    });
  });
});

describe('without access control', () => {
  it('is not reached through a proxy or by a page from elsewhere', async () => {
    const open = await startService({});
    expect((await open.post('/select', CRASH)).status).toBe(200);
    for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { origin: 'https://evil.example' }]) {
      expect((await open.post('/select', CRASH, headers)).status).toBe(401);
    }
    // Ollama's and OpenAI's routes read any media type, also those that a page may send without asking first.
    for (const [, route, body] of SCOPED) {
      for (const origin of ['https://evil.example', 'null']) {
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
          const { status } = await open.post(route, body, { 'content-type': type, origin });
          expect([route, origin, type, status]).toEqual([route, origin, type, 401]);
        }
      }
    }
    expect(open.model.asked).toEqual(['shop-0']);
    await expect(createService({ model: async () => fakeModel() })).rejects.toThrow(/authenticator: expected one/);
    const elsewhere = await createService({ insecure: true, model: async () => fakeModel() });
    await expect(elsewhere.listen({ host: '0.0.0.0', port: 0 })).rejects.toThrow(/this machine alone/);
    await elsewhere.close();
  });
});
