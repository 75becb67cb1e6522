/** An asynchronous function whose result is kept per key. */
export interface MemoizedAsync<K, V> {
  /** The kept result of the key, the pending load of it, or a new load. */
  get(key: K, load: () => Promise<V>): Promise<V>;
  /**
   * Forgets the key and returns what was kept for it. A pending load goes on for those who wait for it. With `only`,
   * a key that holds another promise by now is left alone.
   */
  delete(key: K, only?: Promise<V>): Promise<V> | undefined;
  /** Everything kept or pending, in the order of the first call. */
  entries(): readonly (readonly [K, Promise<V>])[];
  /** Forgets everything. */
  clear(): void;
}

/**
 * Keeps the result of one load per key: callers who come while it is pending share it, and a rejected load is
 * forgotten, so that the next call tries again.
 */
export function memoizeAsync<K, V>(): MemoizedAsync<K, V> {
  const kept = new Map<K, Promise<V>>();
  return {
    get(key, load) {
      const known = kept.get(key);
      if (known) return known;
      const pending = Promise.resolve().then(load);
      kept.set(key, pending);
      pending.catch(() => {
        if (kept.get(key) === pending) kept.delete(key);
      });
      return pending;
    },
    delete(key, only) {
      const known = kept.get(key);
      if (only && known !== only) return undefined;
      kept.delete(key);
      return known;
    },
    entries: () => [...kept],
    clear: () => kept.clear(),
  };
}
