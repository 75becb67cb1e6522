import { throwIfAborted } from '../../../core/deadline.js';
import { ConfigurationError, OverloadedError } from '../../../core/errors.js';
import type { GuardrailStore } from './guardrail-store.js';

export interface MemoryGuardrailStoreOptions {
  /** Milliseconds since any fixed point. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
  /** Keys at most, 1 or more. Default 50,000. A full store takes no more, so that nothing is forgotten early. */
  readonly maxEntries?: number | undefined;
}

interface Entry {
  readonly holder: string;
  readonly until: number;
}

/** State of one process, gone with it. Replicas that share their work need a store that they share. */
export function createMemoryGuardrailStore(options: MemoryGuardrailStoreOptions = {}): GuardrailStore {
  const { clock = Date.now, maxEntries = 50_000 } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new ConfigurationError(`maxEntries: expected a whole number of 1 or more, received ${String(maxEntries)}`);
  }
  const entries = new Map<string, Entry>();

  const holderOf = (key: string): string | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || clock() < entry.until) return entry?.holder;
    entries.delete(key);
    return undefined;
  };
  const makeRoom = (): void => {
    if (entries.size < maxEntries) return;
    const now = clock();
    for (const [key, { until }] of entries) if (now >= until) entries.delete(key);
    if (entries.size < maxEntries) return;
    throw new OverloadedError(`the guardrail store holds ${maxEntries} keys, the most it takes; raise maxEntries`);
  };

  // Each method does its work in one go, without awaiting, so that no two can come between one another.
  return {
    async reserve(key, holder, ttlMs, signal) {
      throwIfAborted(signal);
      const current = holderOf(key);
      if (current !== undefined) return current === holder;
      makeRoom();
      entries.set(key, { holder, until: clock() + ttlMs });
      return true;
    },
    async replace(key, from, to, ttlMs, signal) {
      throwIfAborted(signal);
      const current = holderOf(key);
      if (current === to) return true;
      if (current === undefined) makeRoom();
      else if (current !== from) return false;
      entries.set(key, { holder: to, until: clock() + ttlMs });
      return true;
    },
    async release(key, holder, signal) {
      throwIfAborted(signal);
      if (holderOf(key) === holder) entries.delete(key);
    },
    async holders(keys, signal) {
      throwIfAborted(signal);
      return keys.map(holderOf);
    },
  };
}
