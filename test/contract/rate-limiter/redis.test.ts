import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisRateLimiter, type RedisRateLimitClient } from '../../../src/server/limits/index.js';
import { type RedisServer, startRedis, whyNoRedis } from '../guardrail-store/redis-server.js';
import { rateLimiterSuite } from './rate-limiter-suite.js';

const missing = whyNoRedis();

describe.skipIf(missing !== undefined)(`Redis${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: RedisServer;
  let clients: [Awaited<ReturnType<RedisServer['connect']>>, Awaited<ReturnType<RedisServer['connect']>>];
  let tests = 0;

  beforeAll(async () => {
    server = await startRedis();
    clients = [await server.connect(), await server.connect()];
  });
  afterAll(async () => {
    await server?.stop();
  });

  rateLimiterSuite({
    create: async (limit) => {
      // A machine that pauses must not make a test of the counts one of the time limit.
      const options = { ...limit, prefix: `test-${tests++}`, timeoutMs: 60_000 };
      return [
        createRedisRateLimiter({ ...options, client: clients[0] }),
        createRedisRateLimiter({ ...options, client: clients[1] }),
      ];
    },
  });

  it('leaves no key behind the window, and none that is not printable', async () => {
    const limiter = createRedisRateLimiter({ client: clients[0], prefix: 'keys', points: 1, windowSeconds: 60 });
    await limiter.take('principal:token:sre');
    await limiter.take('evil\r\nkey');
    const keys = await clients[0].sendCommand(['KEYS', 'keys:*']);
    expect(keys).toHaveLength(2);
    expect(keys).toContain('keys:principal:token:sre');
    for (const key of keys as unknown as string[]) {
      expect(key).toMatch(/^[\x21-\x7e]+$/);
      expect(Number(await clients[0].sendCommand(['TTL', key]))).toBeGreaterThan(0);
    }
  });

  it('counts by itself once the server is gone, and says so once', async () => {
    const other = await startRedis();
    try {
      const client = await other.connect();
      const limiter = createRedisRateLimiter({ client, points: 2, windowSeconds: 60, timeoutMs: 100, restMs: 0 });
      const told: string[] = [];
      limiter.events.on('degraded', ({ error }) => told.push(error.message));
      expect(await limiter.take('a')).toEqual({ allowed: true });
      await other.crash();
      expect(await limiter.take('a')).toEqual({ allowed: true });
      expect(await limiter.take('a')).toEqual({ allowed: true });
      expect((await limiter.take('a')).allowed).toBe(false);
      expect(told).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });
});

describe('a Redis that fails', () => {
  /** Answers as the script does, unless it is told to do otherwise. */
  function scripted() {
    const state: { mode: 'fine' | 'hangs' | 'fails'; calls: number } = { mode: 'fine', calls: 0 };
    let consumed = 0;
    const client: RedisRateLimitClient = {
      eval: (_script, { arguments: [points] }) => {
        state.calls += 1;
        if (state.mode === 'hangs') return new Promise(() => undefined);
        if (state.mode === 'fails') return Promise.reject(new Error('lost redis://bob:hunter2@redis:6379'));
        consumed += Number(points);
        return Promise.resolve([consumed, 60_000]);
      },
    };
    return { state, client };
  }

  it.each(['hangs', 'fails'] as const)('(%s) holds nobody up and lets nobody past the limit', async (mode) => {
    const { state, client } = scripted();
    const limiter = createRedisRateLimiter({ client, points: 3, windowSeconds: 60, timeoutMs: 30, restMs: 60_000 });
    const told: string[] = [];
    limiter.events.on('degraded', ({ error }) => told.push(error.message));
    state.mode = mode;
    const answers = [];
    for (let index = 0; index < 5; index++) answers.push((await limiter.take('a')).allowed);
    expect(answers).toEqual([true, true, true, false, false]);
    // One was tried; the others did not wait for it again.
    expect(state.calls).toBe(1);
    expect(told).toHaveLength(1);
    expect(told[0]).not.toContain('hunter2');
  });

  it('is asked again, and says when it is back', async () => {
    const { state, client } = scripted();
    const limiter = createRedisRateLimiter({ client, points: 3, windowSeconds: 60, timeoutMs: 30, restMs: 0 });
    const told: string[] = [];
    limiter.events.on('degraded', () => told.push('degraded')).on('restored', () => told.push('restored'));
    state.mode = 'fails';
    await limiter.take('a');
    await limiter.take('a');
    state.mode = 'fine';
    expect(await limiter.take('a')).toEqual({ allowed: true });
    expect(told).toEqual(['degraded', 'restored']);
  });

  it('has to be a client', () => {
    const limit = { points: 1, windowSeconds: 1 };
    expect(() => createRedisRateLimiter({ ...limit, client: {} as never })).toThrow(/a client of Redis/);
    expect(() => createRedisRateLimiter({ ...limit, client: scripted().client, timeoutMs: 0 })).toThrow(/timeoutMs/);
  });
});
