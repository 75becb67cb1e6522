export { createClientAddress } from './client-address.js';
export { addressKey, principalKey } from './limit-keys.js';
export { createMemoryRateLimiter, type MemoryRateLimiterOptions } from './memory-rate-limiter.js';
export type { RateLimit } from './rate-limit.js';
export {
  createRedisRateLimiter,
  type RateLimiterEvents,
  type RedisRateLimitClient,
  type RedisRateLimiter,
  type RedisRateLimiterOptions,
} from './redis-rate-limiter.js';
