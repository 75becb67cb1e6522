import { setTimeout as sleep } from 'node:timers/promises';
import { abortError, throwIfAborted } from '../../../core/deadline.js';
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

/**
 * Time, in milliseconds, that a key must have left to be deleted or overwritten. Redis cannot compare and change in one
 * plain command, so a key that is about to end is left to end by itself, and none is changed that someone else has
 * taken in between.
 */
const MARGIN_MS = 2_000;

/**
 * State that replicas share through Redis 2.6.12 or later, or what speaks its protocol, such as Valkey. Plain commands
 * only (SET with NX, XX and PX, GET, MGET, PTTL, DEL), no scripts. Time is that of the server.
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
  /** Milliseconds for which a holder still has a key, undefined when it does not have it. */
  const leftOf = async (key: string, holder: string, signal: AbortSignal): Promise<number | undefined> => {
    // The time comes first: asked for after the holder, it could be that of the next one.
    const left = Number(await send(signal, 'PTTL', prefix + key));
    return (await holderOf(key, signal)) === holder ? left : undefined;
  };
  const set = async (
    key: string,
    holder: string,
    condition: 'NX' | 'XX',
    ttlMs: number,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const milliseconds = String(Math.max(1, Math.ceil(ttlMs)));
    return String(await send(signal, 'SET', prefix + key, holder, condition, 'PX', milliseconds)) === 'OK';
  };
  const reserve: GuardrailStore['reserve'] = async (key, holder, ttlMs, signal) =>
    (await set(key, holder, 'NX', ttlMs, signal)) || (await holderOf(key, signal)) === holder;

  return {
    reserve,
    async replace(key, from, to, ttlMs, signal) {
      const left = await leftOf(key, from, signal);
      if (left !== undefined && left > MARGIN_MS) {
        if (await set(key, to, 'XX', ttlMs, signal)) return true;
      } else if (left !== undefined) {
        await wait(Math.max(0, left) + 1, signal);
      }
      return reserve(key, to, ttlMs, signal);
    },
    async release(key, holder, signal) {
      const left = await leftOf(key, holder, signal);
      if (left !== undefined && left > MARGIN_MS) await send(signal, 'DEL', prefix + key);
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

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw abortError(signal);
  }
}

/** A reply is text, or bytes where the client is told so; null where there is no such key. */
function readHolder(reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : String(reply);
}
