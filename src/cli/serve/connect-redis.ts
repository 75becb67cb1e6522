import { ConfigurationError } from '../../core/errors.js';
import { redactError } from '../../core/redact.js';
import type { RedisGuardrailClient } from '../../remediation/guardrails/index.js';
import type { RedisRateLimitClient } from '../../server/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { CloseAll } from './close-all.js';

export type SharedRedis = RedisGuardrailClient & RedisRateLimitClient;

/** Milliseconds for the first connection. */
const CONNECT_TIMEOUT_MS = 5_000;

/** A connection to the Redis that replicas share. Rejects with ConfigurationError, which does not show the URL. */
export async function connectRedis(url: string, logger: Logger, closeAll: CloseAll): Promise<SharedRedis> {
  const { createClient } = await import('@redis/client').catch((error: unknown) => {
    throw new ConfigurationError('TRM_REDIS_URL: @redis/client is not installed; npm install @redis/client', {
      cause: error,
    });
  });
  const client = createClient({
    url,
    // Nobody waits for a Redis that is away: what asks it decides by itself what to do without.
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_TIMEOUT_MS },
  });
  client.on('error', (error: unknown) => logger.warn({ error: redactError(error, [url]).message }, 'redis_failed'));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS);
  });
  try {
    await Promise.race([client.connect(), late]);
  } catch (error) {
    client.destroy();
    const { message } = redactError(error, [url]);
    throw new ConfigurationError(`TRM_REDIS_URL: the Redis there cannot be used: ${message}`);
  } finally {
    clearTimeout(timer);
  }
  closeAll.add(client, () => client.destroy());
  return client as unknown as SharedRedis;
}
