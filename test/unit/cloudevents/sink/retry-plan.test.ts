import { describe, expect, it } from 'vitest';
import { FailedDelivery, planDelivery, verdictOf } from '../../../../src/cloudevents/sink/retry-plan.js';

describe('verdictOf', () => {
  it.each([
    [100, 'refused'],
    [101, 'refused'],
    [103, 'refused'],
    [199, 'refused'],
    [200, 'accepted'],
    [201, 'accepted'],
    [202, 'accepted'],
    [204, 'accepted'],
    [299, 'accepted'],
    [300, 'refused'],
    [301, 'refused'],
    [304, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'retry'],
    [405, 'refused'],
    [408, 'retry'],
    [409, 'retry'],
    [410, 'refused'],
    [413, 'refused'],
    [415, 'refused'],
    [422, 'refused'],
    [425, 'refused'],
    [429, 'retry'],
    [431, 'refused'],
    [499, 'refused'],
    [500, 'retry'],
    [501, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [599, 'retry'],
    [999, 'retry'],
  ])('of %i is %s', (status, verdict) => {
    expect(verdictOf(status)).toBe(verdict);
  });
});

describe('planDelivery', () => {
  const options = { delayMs: 200, remainingMs: Number.POSITIVE_INFINITY, random: 0 };
  const busy = (retryAfterMs?: number) => new FailedDelivery('retry', 'busy', { retryAfterMs });

  it('doubles the wait, spreads it over its upper half, and bounds it', () => {
    expect([1, 2, 3, 4].map((retry) => planDelivery(busy(), retry, options))).toEqual([100, 200, 400, 800]);
    expect(planDelivery(busy(), 1, { ...options, random: 0.999 })).toBeCloseTo(199.9);
    expect(planDelivery(busy(), 60, { ...options, random: 0 })).toBe(5_000);
  });

  it('waits as long as the sink asks, but not past the deadline', () => {
    expect(planDelivery(busy(7_000), 1, options)).toBe(7_000);
    expect(planDelivery(busy(0), 1, options)).toBe(100);
    expect(planDelivery(busy(7_000), 1, { ...options, remainingMs: 7_001 })).toBe(7_000);
    expect(planDelivery(busy(7_000), 1, { ...options, remainingMs: 7_000 })).toBeUndefined();
    expect(planDelivery(busy(86_400_000), 1, { ...options, remainingMs: 60_000 })).toBeUndefined();
    expect(planDelivery(busy(), 1, { ...options, remainingMs: 50 })).toBeUndefined();
  });

  it('leaves final failures and bugs alone', () => {
    expect(planDelivery(new FailedDelivery('refused', 'no'), 1, options)).toBeUndefined();
    expect(planDelivery(new Error('a bug'), 1, options)).toBeUndefined();
  });
});
