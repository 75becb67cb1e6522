import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RateLimiter } from '../../../src/server/types.js';

/** What the suite needs of an implementation. */
export interface RateLimiterSubject {
  /** Limiters that share their counts, as those of replicas do; a window that no other test has used. */
  create(limit: {
    readonly points: number;
    readonly windowSeconds: number;
  }): Promise<readonly [RateLimiter, RateLimiter]>;
}

/** What every rate limiter does. Times are real, so windows are as short as they can be. */
export function rateLimiterSuite({ create }: RateLimiterSubject): void {
  const opened: RateLimiter[] = [];
  afterEach(async () => {
    for (const limiter of opened.splice(0)) await limiter.close?.();
  });
  const make = async (points: number, windowSeconds = 60): Promise<readonly [RateLimiter, RateLimiter]> => {
    const limiters = await create({ points, windowSeconds });
    opened.push(...limiters);
    return limiters;
  };
  const refused = { allowed: false, retryAfterSeconds: expect.any(Number) };

  describe('a rate limiter', () => {
    it('allows so many points in a window, and says when to come back', async () => {
      const [limiter] = await make(3);
      for (let taken = 0; taken < 3; taken++) expect(await limiter.take('a')).toEqual({ allowed: true });
      const answer = await limiter.take('a');
      expect(answer).toEqual(refused);
      const { retryAfterSeconds } = answer as { retryAfterSeconds: number };
      expect(retryAfterSeconds).toBeGreaterThan(50);
      expect(retryAfterSeconds).toBeLessThanOrEqual(60);
      expect(Number.isInteger(retryAfterSeconds)).toBe(true);
    });

    it('counts each key by itself', async () => {
      const [limiter] = await make(1);
      const keys = ['a', 'b', 'A', 'a ', 'ключ', `${'x'.repeat(5_000)}1`, `${'x'.repeat(5_000)}2`, '\r\n*1'];
      for (const key of keys) expect(await limiter.take(key), key).toEqual({ allowed: true });
      for (const key of keys) expect(await limiter.take(key), key).toEqual(refused);
    });

    it('takes several points at once, and at most a whole window', async () => {
      const [limiter] = await make(10);
      expect(await limiter.take('a', 7)).toEqual({ allowed: true });
      expect(await limiter.take('a', 4)).toEqual(refused);
      expect(await limiter.take('b', 1_000)).toEqual({ allowed: true });
      expect(await limiter.take('b')).toEqual(refused);
    });

    it.each([0, -5, Number.NaN, 0.2])('takes one point for %s', async (points) => {
      const [limiter] = await make(1);
      expect(await limiter.take('a', points)).toEqual({ allowed: true });
      expect(await limiter.take('a', points)).toEqual(refused);
    });

    it('allows as much again in the next window', async () => {
      const [limiter] = await make(2, 1);
      expect(await limiter.take('a', 2)).toEqual({ allowed: true });
      expect(await limiter.take('a')).toEqual({ allowed: false, retryAfterSeconds: 1 });
      await sleep(1_100);
      expect(await limiter.take('a', 2)).toEqual({ allowed: true });
      expect(await limiter.take('a')).toEqual(refused);
    });

    it('lets no more through when all come at once, to any replica', async () => {
      const [left, right] = await make(20);
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? left : right).take('a')),
      );
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(20);
    });
  });
}
