import { createHash } from 'node:crypto';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { ConfigurationError } from '../../core/errors.js';
import { GuardedEmitter } from '../../core/guarded-emitter.js';
import { redactError } from '../../core/redact.js';
import { describeValue } from '../../domain/describe.js';
import type { RateLimiter } from '../types.js';
import { createMemoryRateLimiter } from './memory-rate-limiter.js';
import { type RateLimit, resolveRateLimit, takeFrom } from './rate-limit.js';

/** What is needed of a client: the official `@redis/client` (and `redis`), connected, has it. */
export interface RedisRateLimitClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

export interface RateLimiterEvents {
  /** Redis could not be asked: this replica counts by itself until it can. Told once for each such time. */
  degraded: [{ readonly error: Error }];
  /** Redis counts again. */
  restored: [];
}

export interface RedisRateLimiterOptions extends RateLimit {
  /** Connected by the caller, and closed by the caller. */
  readonly client: RedisRateLimitClient;
  /** What every key begins with. Default `agent-trm:limits`. */
  readonly prefix?: string | undefined;
  /** Milliseconds that Redis has for an answer, 1 or more. Default 250. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds without asking Redis again after it has failed, 0 or more. Default 1,000. */
  readonly restMs?: number | undefined;
}

export interface RedisRateLimiter extends RateLimiter {
  readonly events: GuardedEmitter<RateLimiterEvents>;
}

/** Keys longer than this, or with other than printable ASCII, stand in Redis as their hash. */
const PLAIN_KEY = /^[\x21-\x7e]{1,160}$/;

/**
 * Counts that replicas share through Redis 2.6.12 or later, or what speaks its protocol, by one script a request. While
 * Redis does not answer, each replica counts by itself with the same limit: neither is everybody let in nor nobody.
 *
 * @throws ConfigurationError for an option that cannot be used
 */
export function createRedisRateLimiter(options: RedisRateLimiterOptions): RedisRateLimiter {
  const { points, windowSeconds } = resolveRateLimit(options);
  const { client, prefix = 'agent-trm:limits', timeoutMs = 250, restMs = 1_000 } = options;
  if (typeof client?.eval !== 'function') {
    throw new ConfigurationError(`client: expected a client of Redis, received ${describeValue(client)}`);
  }
  for (const [name, value, least] of [
    ['timeoutMs', timeoutMs, 1],
    ['restMs', restMs, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new ConfigurationError(`${name}: expected a whole number of ${least} or more, received ${String(value)}`);
  }
  const shared = new RateLimiterRedis({
    storeClient: client,
    useRedisPackage: true,
    keyPrefix: prefix,
    points,
    duration: windowSeconds,
  });
  const own = createMemoryRateLimiter({ points, windowSeconds });
  const events = new GuardedEmitter<RateLimiterEvents>();
  let degraded = false;
  let restUntil = Number.NEGATIVE_INFINITY;

  return {
    events,
    async take(key, cost) {
      if (performance.now() < restUntil) return own.take(key, cost);
      const plain = PLAIN_KEY.test(key) ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;
      try {
        const answer = await withinTime(takeFrom(shared, plain, cost, points), timeoutMs);
        if (degraded) {
          degraded = false;
          events.emit('restored');
        }
        return answer;
      } catch (error) {
        restUntil = performance.now() + restMs;
        if (!degraded) {
          degraded = true;
          events.emit('degraded', { error: redactError(error) });
        }
        return own.take(key, cost);
      }
    },
  };
}

function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = (): void => reject(new Error(`Redis did not answer within ${timeoutMs} ms`));
    const timer = setTimeout(expire, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
