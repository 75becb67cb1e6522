import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeadline } from '../../../src/core/deadline.js';
import { ConfigurationError, ProviderError } from '../../../src/core/errors.js';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../../src/http/client.js';
import { type FaultName, type FixtureServer, ollamaProtocol, startFixtureServer } from '../../../src/testing/index.js';

const SLOW_ENOUGH = { connectTimeoutMs: 60_000, headersTimeoutMs: 60_000, bodyTimeoutMs: 60_000, retryDelayMs: 1 };
const { signal } = new AbortController();
const GET = { method: 'GET', path: '/api/tags', signal } as const;
const POST = { method: 'POST', path: '/api/chat', body: { messages: [] }, signal } as const;

let server: FixtureServer;
const clients: HttpClient[] = [];

beforeEach(async () => {
  server = await startFixtureServer(ollamaProtocol());
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await server.close();
});

function clientOf(changes: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({
    provider: 'test',
    baseUrl: server.origin,
    ...changes,
    http: { ...SLOW_ENOUGH, ...changes.http },
  });
  clients.push(client);
  return client;
}

async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!ProviderError.isInstance(error)) throw new Error('expected a ProviderError', { cause: error });
  return error;
}

describe('a connection that cannot be', () => {
  it.each([
    ['a host without an address', () => 'http://no-such-host.invalid', /has no address/],
    ['a server that does not speak TLS', () => server.origin.replace('http:', 'https:'), /no secure connection/],
  ])('to %s says so', async (_what, baseUrl, message) => {
    const error = await failureOf(clientOf({ baseUrl: baseUrl() }).json(GET));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toMatch(message);
    expect(server.requests).toEqual([]);
  });
});

describe('attempts', () => {
  it.each<[FaultName, number]>([
    ['queue-full', 3],
    ['rate-limited-garbage', 3],
    ['reset-before-headers', 3],
    ['rate-limited-long', 1],
    ['server-error', 1],
    ['reset-mid-body', 1],
    ['model-missing', 1],
  ])('with %s: %i', async (fault, attempts) => {
    await server.inject(fault);
    const error = await failureOf(clientOf().json(GET));
    expect(server.requests).toHaveLength(attempts);
    expect(error.message.includes(`(tried ${attempts} times)`)).toBe(attempts > 1);
  });

  it('end with the first that succeeds', async () => {
    await server.inject('bad-gateway', 2);
    expect(await clientOf().json(GET)).toMatchObject({ models: [{ name: 'gemma3:1b' }] });
    expect(server.requests).toHaveLength(3);
  });

  it('end when the wait would outlast the deadline', async () => {
    const deadline = createDeadline({ timeoutMs: 20_000 });
    await server.inject('rate-limited-long');
    await failureOf(clientOf({ http: { retryDelayMs: 3_600_000 } }).json({ ...GET, signal: deadline.signal }));
    expect(server.requests).toHaveLength(1);
    deadline.dispose();
  });

  it('stop while the breaker is open, and nothing is sent', async () => {
    await server.inject('server-error');
    const client = clientOf({ http: { breakerThreshold: 2, breakerResetMs: 600_000 } });
    await failureOf(client.json(GET));
    await failureOf(client.json(GET));
    const error = await failureOf(client.json(GET));
    expect(error).toMatchObject({ reason: 'unavailable', status: undefined });
    expect(error.message).toMatch(/it is tried again in \d{3}\.\d s; the last failure: .* answered 500/);
    expect(server.requests).toHaveLength(2);
  });
});

describe('secrets', () => {
  const SECRET = 'tok-en&4/711';
  const FAULTS: FaultName[] = [
    'unauthorized',
    'html',
    'truncated-json',
    'reset-before-headers',
    'redirect-loop',
    'no-http',
  ];

  function everything(error: unknown, depth = 0): string {
    if (!(error instanceof Error) || depth > 5) return String(error);
    const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
    return [...own, everything(error.cause, depth + 1)].join('\n');
  }

  it('reach the server and no error', async () => {
    const url = server.origin.replace('//', `//user:${encodeURIComponent(SECRET)}@`);
    for (const options of [{ apiKey: SECRET }, { baseUrl: url }]) {
      const client = clientOf(options);
      for (const fault of FAULTS) {
        await server.inject(fault);
        const told = everything(await failureOf(client.json(GET)));
        for (const form of [SECRET, encodeURIComponent(SECRET), btoa(`user:${SECRET}`), 'Bearer t', 'user:']) {
          expect(told).not.toContain(form);
        }
      }
    }
    const sent = new Set(server.requests.map(({ headers }) => headers['authorization']));
    expect(sent).toEqual(new Set([`Bearer ${SECRET}`, `Basic ${btoa(`user:${SECRET}`)}`]));
  });

  it('do not show when a server repeats them', () => {
    const client = clientOf({ apiKey: SECRET });
    expect(client.failure('unauthorized', `you sent ${SECRET}`).message).toBe('test: you sent [redacted]');
    expect(client.reportedFailure(`bad ${SECRET}`).message).not.toContain(SECRET);
  });

  it('do not show in what is wrong with an option', () => {
    const make = (baseUrl: string, apiKey?: string) => () => createHttpClient({ provider: 'test', baseUrl, apiKey });
    expect(make('ftp://user:hunter22@host')).toThrow(ConfigurationError);
    expect(make('ftp://user:hunter22@host')).not.toThrow(/hunter22/);
    expect(make('http://host', 'hunter22\n€')).toThrow(ConfigurationError);
    expect(make('http://host', 'hunter22\n€')).not.toThrow(/hunter22/);
    expect(make('localhost:11434')).toThrow('baseUrl: expected a URL with its scheme');
  });
});

describe('requests', () => {
  it('have the headers and the path that the server needs', async () => {
    const client = clientOf({ baseUrl: `${server.origin}/base/?version=1`, apiKey: ' key \n' });
    await failureOf(client.json(POST));
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/base/api/chat?version=1',
      body: { messages: [] },
      headers: { authorization: 'Bearer key', 'accept-encoding': 'identity', 'content-type': 'application/json' },
    });
  });

  it('have a body that JSON can hold', async () => {
    const error = await failureOf(clientOf().json({ ...POST, body: { count: 1n } }));
    expect(error.reason).toBe('bad-request');
  });

  it('hand out the values of a stream as they come, until enough', async () => {
    const seen: unknown[] = [];
    await clientOf().lines(POST, (value) => seen.push(value) === 2);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({ message: { content: 'Restart' } });
  });

  it('pass on what the consumer of a stream throws', async () => {
    const boom = Object.assign(new Error('boom'), { code: 'ECONNRESET' });
    const work = clientOf().lines(POST, () => {
      throw boom;
    });
    await expect(work).rejects.toBe(boom);
    expect(server.requests).toHaveLength(1);
  });
});

it('refuses options that cannot be', () => {
  const make = (http: object) => () => createHttpClient({ provider: 'test', baseUrl: 'http://host', http });
  expect(make({ maxAttempts: 0 })).toThrow('http.maxAttempts: expected a whole number of 1 or more, received 0');
  expect(make({ headersTimeoutMs: Number.POSITIVE_INFINITY })).toThrow(ConfigurationError);
  expect(make({ proxy: 'always' })).toThrow('http.proxy');
  expect(make({ timeout: 5 })).toThrow('http.timeout: there is no such option');
  expect(make({ maxAttempts: undefined })).not.toThrow();
});
