import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { ConfigurationError } from '../../core/errors.js';
import type { RateLimiter } from '../types.js';
import { type RateLimit, resolveRateLimit, takeFrom } from './rate-limit.js';

export interface MemoryRateLimiterOptions extends RateLimit {
  /**
   * Keys at most that have a window of their own, 1 or more. Default 50,000. Further ones share windows, so that a flood
   * of addresses costs no more memory; it may slow those that come new, and nobody who was there before.
   */
  readonly maxKeys?: number | undefined;
}

/** Windows that keys beyond `maxKeys` share. */
const SHARED_WINDOWS = 1_024;

/** Counts in this process; each replica allows as much again. */
export function createMemoryRateLimiter(options: MemoryRateLimiterOptions): RateLimiter {
  const { points, windowSeconds } = resolveRateLimit(options);
  const { maxKeys = 50_000 } = options;
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new ConfigurationError(`maxKeys: expected a whole number of 1 or more, received ${String(maxKeys)}`);
  }
  const limiter = new RateLimiterMemory({ points, duration: windowSeconds });
  /** Ends of the windows in milliseconds since 1970, the oldest first. */
  const ends = new Map<string, number>();

  const windowOf = (key: string): string => {
    const now = Date.now();
    const end = ends.get(key);
    if (end !== undefined && now < end) return key;
    // Every window is equally long, so those that have ended stand at the front.
    for (const [old, oldEnd] of ends) {
      if (now < oldEnd) break;
      ends.delete(old);
    }
    if (ends.size >= maxKeys)
      return `shared ${createHash('sha256').update(key).digest().readUInt16BE() % SHARED_WINDOWS}`;
    ends.set(key, now + windowSeconds * 1_000);
    return key;
  };
  return { take: (key, cost) => takeFrom(limiter, windowOf(key), cost, points) };
}
