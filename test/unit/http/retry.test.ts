import * as cockatiel from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadline } from '../../../src/core/deadline.js';
import { AbortedError, DeadlineExceededError } from '../../../src/core/errors.js';
import { createBreaker } from '../../../src/http/breaker.js';
import { FailedAttempt } from '../../../src/http/failure.js';
import { parseRetryAfter, planRetry, withRetries } from '../../../src/http/retry.js';

describe('parseRetryAfter', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');

  it.each([
    ['3', 3000],
    [' 0 ', 0],
    ['86400', 86_400_000],
    ['Wed, 21 Oct 2026 07:28:05 GMT', 5000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s as %s ms', (header, milliseconds) => {
    expect(parseRetryAfter(header, now)).toBe(milliseconds);
  });
});

describe('planRetry', () => {
  const options = { retryDelayMs: 200, remainingMs: Number.POSITIVE_INFINITY, random: 0 };
  const busy = (retryAfterMs?: number) => new FailedAttempt('overloaded', 'busy', { retryable: true, retryAfterMs });

  it('doubles the wait, spreads it, and bounds it', () => {
    expect([1, 2, 3].map((retry) => planRetry(busy(), retry, options))).toEqual([100, 200, 400]);
    expect(planRetry(busy(), 1, { ...options, random: 0.5 })).toBe(150);
    expect(planRetry(busy(), 40, options)).toBe(2500);
  });

  it('waits as long as the server asks, within reason and the deadline', () => {
    expect(planRetry(busy(7000), 1, options)).toBe(7000);
    expect(planRetry(busy(0), 1, options)).toBe(100);
    expect(planRetry(busy(30_001), 1, options)).toBeUndefined();
    expect(planRetry(busy(7000), 1, { ...options, remainingMs: 7000 })).toBeUndefined();
    expect(planRetry(busy(), 1, { ...options, remainingMs: 50 })).toBeUndefined();
  });

  it('leaves final failures alone', () => {
    expect(planRetry(new FailedAttempt('bad-request', 'no'), 1, options)).toBeUndefined();
    expect(planRetry(new Error('a bug'), 1, options)).toBeUndefined();
  });
});

describe('withRetries', () => {
  const { signal } = new AbortController();
  const failing = (log: number[]) => async (): Promise<never> => {
    log.push(log.length);
    throw new Error(`attempt ${log.length}`);
  };

  it('makes no more attempts than allowed, and ends as the last one', async () => {
    for (const maxAttempts of [1, 3]) {
      const log: number[] = [];
      const work = withRetries(cockatiel, maxAttempts, () => 0, signal, failing(log));
      await expect(work).rejects.toThrow(`attempt ${maxAttempts}`);
      expect(log).toHaveLength(maxAttempts);
    }
  });

  it('stops when there is no plan, and when an attempt succeeds', async () => {
    const log: number[] = [];
    await expect(
      withRetries(cockatiel, 9, (_, retry) => (retry < 2 ? 0 : undefined), signal, failing(log)),
    ).rejects.toThrow();
    expect(log).toHaveLength(2);
    let left = 2;
    const recovering = async (): Promise<string> => {
      left -= 1;
      if (left > 0) throw new Error('not yet');
      return 'answer';
    };
    expect(await withRetries(cockatiel, 9, () => 0, signal, recovering)).toBe('answer');
  });

  it('does not wait once the signal fires', async () => {
    const controller = new AbortController();
    const log: number[] = [];
    const work = withRetries(cockatiel, 3, () => 3_600_000, controller.signal, failing(log));
    setTimeout(() => controller.abort(), 5);
    await expect(work).rejects.toThrow(AbortedError);
    const deadline = createDeadline({ timeoutMs: 5 });
    await expect(withRetries(cockatiel, 3, () => 3_600_000, deadline.signal, failing(log))).rejects.toThrow(
      DeadlineExceededError,
    );
    expect(log).toHaveLength(2);
  });
});

describe('createBreaker', () => {
  const settings = { breakerThreshold: 2, breakerResetMs: 10_000 };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const down = async (): Promise<never> => {
    throw new FailedAttempt('unavailable', 'it is down', { countsAgainstServer: true });
  };
  const refused = async (): Promise<never> => {
    throw new FailedAttempt('unauthorized', 'no token');
  };
  const open = async (breaker: ReturnType<typeof createBreaker>): Promise<void> => {
    for (let failures = 0; failures < 2; failures++) await expect(breaker.run(down)).rejects.toThrow('it is down');
  };
  const pass = (milliseconds: number): unknown => vi.setSystemTime(Date.now() + milliseconds);

  it('opens after failures in a row, says so, and closes after one success', async () => {
    const breaker = createBreaker(cockatiel, 'http://a', settings);
    await expect(breaker.run(down)).rejects.toThrow('it is down');
    await breaker.run(async () => 'answer');
    await open(breaker);
    pass(2500);
    const shut = breaker.run(async () => 'answer');
    await expect(shut).rejects.toThrow(
      'http://a failed at least 2 times in a row; it is tried again in 7.5 s; the last failure: it is down',
    );
    await expect(shut).rejects.toMatchObject({ reason: 'unavailable', retryable: false });
    pass(7500);
    expect(await breaker.run(async () => 'answer')).toBe('answer');
    await expect(breaker.run(down)).rejects.toThrow('it is down');
    expect(await breaker.run(async () => 'answer')).toBe('answer');
  });

  it('tells each change of its state, whatever becomes of the telling', async () => {
    const told: string[] = [];
    const breaker = createBreaker(cockatiel, 'http://a', settings, Date.now, (state) => {
      told.push(state);
      throw new Error('a fault of who looks on');
    });
    await open(breaker);
    expect(told).toEqual(['open']);
    pass(10_000);
    await expect(breaker.run(down)).rejects.toThrow('it is down');
    pass(10_000);
    expect(await breaker.run(async () => 'answer')).toBe('answer');
    expect(told).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });

  it('lets one call through after a while, and the others not wait for it', async () => {
    const breaker = createBreaker(cockatiel, 'http://a', settings);
    await open(breaker);
    pass(10_000);
    let finish = (): void => undefined;
    const probe = breaker.run(
      () =>
        new Promise<string>((resolve) => {
          finish = () => resolve('answer');
        }),
    );
    await expect(breaker.run(async () => 'answer')).rejects.toThrow('another call is trying it');
    finish();
    expect(await probe).toBe('answer');
  });

  it('counts deadlines that pass, but neither aborts nor what is wrong with the request', async () => {
    const breaker = createBreaker(cockatiel, 'http://a', settings);
    const aborted = async (): Promise<never> => {
      throw new AbortedError('stop');
    };
    for (let calls = 0; calls < 3; calls++) {
      await expect(breaker.run(refused)).rejects.toThrow('no token');
      await expect(breaker.run(aborted)).rejects.toThrow('stop');
    }
    const late = async (): Promise<never> => {
      throw new DeadlineExceededError('too late');
    };
    for (let calls = 0; calls < 2; calls++) await expect(breaker.run(late)).rejects.toThrow('too late');
    await expect(breaker.run(late)).rejects.toThrow('it is tried again in');
  });
});
