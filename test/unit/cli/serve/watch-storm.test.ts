import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchStorm } from '../../../../src/cli/serve/watch-storm.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the watch over the storm breaker', () => {
  it('tells how it stands until it is ended, and goes on when the store was out of reach', async () => {
    const answers: (() => Promise<'closed' | 'open'>)[] = [
      async () => 'closed',
      async () => 'open',
      async () => Promise.reject(new Error('no Redis')),
      async () => 'closed',
      async () => 'open',
    ];
    const told: string[] = [];
    const stormBreaker = vi.fn(() => (answers.shift() as () => Promise<'closed' | 'open'>)());
    const end = watchStorm({ stormBreaker }, (name, state) => told.push(`${name} ${state}`), 1_000);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['guardrails-storm closed']);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(told.slice(1)).toEqual(['guardrails-storm open', 'guardrails-storm closed']);
    end();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([stormBreaker.mock.calls.length, told.length]).toEqual([4, 3]);
  });

  it('tells nothing of a look that ends after it', async () => {
    let answer = (_: 'open'): void => undefined;
    const told: string[] = [];
    const stormBreaker = () =>
      new Promise<'open'>((resolve) => {
        answer = resolve;
      });
    const end = watchStorm({ stormBreaker }, (name) => told.push(name), 1_000);
    end();
    answer('open');
    await vi.advanceTimersByTimeAsync(2_000);
    expect([told, vi.getTimerCount()]).toEqual([[], 0]);
  });
});
