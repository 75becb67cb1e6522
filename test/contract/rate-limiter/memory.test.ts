import { describe, expect, it } from 'vitest';
import { createMemoryRateLimiter } from '../../../src/server/limits/index.js';
import { rateLimiterSuite } from './rate-limiter-suite.js';

describe('in memory', () => {
  rateLimiterSuite({
    create: async (limit) => {
      const limiter = createMemoryRateLimiter(limit);
      return [limiter, limiter];
    },
  });

  it('keeps who is there apart from a flood of others, which share what is left', async () => {
    const limiter = createMemoryRateLimiter({ points: 2, windowSeconds: 60, maxKeys: 100 });
    expect(await limiter.take('known')).toEqual({ allowed: true });
    let allowed = 0;
    for (let index = 0; index < 5_000; index++) if ((await limiter.take(`flood-${index}`)).allowed) allowed += 1;
    // 99 with windows of their own, the others in 1,024 shared ones of two points each.
    expect(allowed).toBeLessThanOrEqual(99 + 2 * 1_024);
    expect(allowed).toBeGreaterThan(99 + 1_024);
    expect(await limiter.take('known')).toEqual({ allowed: true });
    expect((await limiter.take('known')).allowed).toBe(false);
  });

  it.each([
    [{ points: 0, windowSeconds: 1 }, /points: expected a whole number from 1/],
    [{ points: 1.5, windowSeconds: 1 }, /points/],
    [{ points: 1, windowSeconds: 86_401 }, /windowSeconds/],
    [{ points: 1, windowSeconds: 1, maxKeys: 0 }, /maxKeys/],
  ])('refuses %j', (options, message) => {
    expect(() => createMemoryRateLimiter(options)).toThrow(message);
  });
});
