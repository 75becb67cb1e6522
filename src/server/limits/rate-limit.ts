import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { ConfigurationError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import type { RateLimiter } from '../types.js';

/** So many points within a window, which begins with the first of them. */
export interface RateLimit {
  /** 1 to 1,000,000,000. */
  readonly points: number;
  /** 1 to 86,400. */
  readonly windowSeconds: number;
}

/** @throws ConfigurationError that names the option out of its range */
export function resolveRateLimit({ points, windowSeconds }: RateLimit): RateLimit {
  for (const [name, value, most] of [
    ['points', points, 1_000_000_000],
    ['windowSeconds', windowSeconds, 86_400],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) continue;
    throw new ConfigurationError(
      `${name}: expected a whole number from 1 to ${most}, received ${describeValue(value)}`,
    );
  }
  return { points, windowSeconds };
}

/**
 * Takes points of a window. What costs more than a whole window costs a whole window, so that it is slow instead of
 * impossible.
 *
 * @param cost 1 or more; what is no such number counts as 1
 * @throws what the store of the limiter throws
 */
export async function takeFrom(
  limiter: RateLimiterAbstract,
  key: string,
  cost: number | undefined,
  points: number,
): ReturnType<RateLimiter['take']> {
  const whole = cost !== undefined && cost >= 1 ? Math.ceil(Math.min(cost, points)) : 1;
  try {
    await limiter.consume(key, whole);
    return { allowed: true };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)) };
  }
}
