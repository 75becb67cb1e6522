import { throwIfAborted } from '../../../core/deadline.js';
import { AgentTrmError, ConfigurationError } from '../../../core/errors.js';
import { describeValue } from '../../../domain/describe.js';
import type { GuardrailStore } from './guardrail-store.js';

/** What is needed of a client: the official `@redis/client` (and `redis`), connected, has it. */
export interface RedisGuardrailClient {
  sendCommand(args: readonly string[], options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
}

export interface RedisGuardrailStoreOptions {
  /** Connected by the caller, and closed by the caller. */
  readonly client: RedisGuardrailClient;
  /** What every key begins with. Default `agent-trm:guardrails:`. On a cluster it has to hold a hash tag, `{...}`. */
  readonly prefix?: string | undefined;
}

/** Time, in milliseconds, that a key must have left to be deleted. */
const MARGIN_MS = 2_000;

/**
 * State that replicas share through Redis 2.6.12 or later, or what speaks its protocol, such as Valkey. Plain commands
 * only (SET with NX and PX, GET, MGET, PTTL, DEL), no scripts. Time is that of the server.
 */
export function createRedisGuardrailStore(options: RedisGuardrailStoreOptions): GuardrailStore {
  const { client, prefix = 'agent-trm:guardrails:' } = options;
  if (typeof client?.sendCommand !== 'function') {
    throw new ConfigurationError(`client: expected a client of Redis, received ${describeValue(client)}`);
  }
  if (typeof prefix !== 'string') {
    throw new ConfigurationError(`prefix: expected text, received ${describeValue(prefix)}`);
  }
  const send = async (signal: AbortSignal, ...args: readonly string[]): Promise<unknown> => {
    throwIfAborted(signal);
    return client.sendCommand([...args], { abortSignal: signal });
  };
  const holderOf = async (key: string, signal: AbortSignal): Promise<string | undefined> =>
    readHolder(await send(signal, 'GET', prefix + key));

  return {
    async reserve(key, holder, ttlMs, signal) {
      const milliseconds = String(Math.max(1, Math.ceil(ttlMs)));
      const reply = await send(signal, 'SET', prefix + key, holder, 'NX', 'PX', milliseconds);
      if (String(reply) === 'OK') return true;
      return (await holderOf(key, signal)) === holder;
    },
    async release(key, holder, signal) {
      const [current, left] = await Promise.all([holderOf(key, signal), send(signal, 'PTTL', prefix + key)]);
      // Redis cannot compare and delete in one plain command. A key that is about to end is left to end by itself, so
      // that none is deleted which someone else has taken in between.
      if (current === holder && Number(left) > MARGIN_MS) await send(signal, 'DEL', prefix + key);
    },
    async holders(keys, signal) {
      if (keys.length === 0) return [];
      const replies = await send(signal, 'MGET', ...keys.map((key) => prefix + key));
      if (!Array.isArray(replies) || replies.length !== keys.length) {
        throw new AgentTrmError(`Redis: expected ${keys.length} values, received ${describeValue(replies)}`);
      }
      return replies.map(readHolder);
    },
  };
}

/** A reply is text, or bytes where the client is told so; null where there is no such key. */
function readHolder(reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : String(reply);
}
