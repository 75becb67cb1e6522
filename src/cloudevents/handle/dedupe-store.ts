/** What is known of an event that someone wants to handle. */
export type Claim = 'claimed' | 'running' | 'done';

/**
 * Remembers which events were handled. Where several processes take events from one broker, they share one through
 * Redis or a database: `claim` is `SET key running NX PX leaseMs`, `complete` is `SET key done PX ...`, `release` is
 * `DEL key`.
 */
export interface DedupeStore {
  /**
   * Reserves an event: `claimed` for who may handle it now, `running` while another one does, `done` once it was handled.
   * The reservation lapses after `leaseMs`, in case its holder has died.
   */
  claim(key: string, leaseMs: number): Promise<Claim>;
  /** The event was handled; claims are answered `done` from now on. */
  complete(key: string): Promise<void>;
  /** The event was not handled; it may be claimed again. */
  release(key: string): Promise<void>;
}

export interface MemoryDedupeOptions {
  /** Events that are remembered, 1 or more; the oldest ones that were handled go first. Default 10 000. */
  readonly maxEntries?: number | undefined;
  /** Milliseconds for which a handled event is remembered. Default 86 400 000 (a day). */
  readonly keepMs?: number | undefined;
  /** Milliseconds of the clock. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** A store in the memory of one process, of bounded size. */
export function createMemoryDedupeStore(options: MemoryDedupeOptions = {}): DedupeStore {
  const { maxEntries = 10_000, keepMs = 86_400_000, now = Date.now } = options;
  // Running and done apart: in each, the order of insertion is that of age.
  const running = new Map<string, number>();
  const done = new Map<string, number>();

  const forgetOld = (): void => {
    for (const [key, until] of running) {
      if (until > now()) break;
      running.delete(key);
    }
    for (const [key, until] of done) {
      if (until > now() && done.size <= maxEntries) break;
      done.delete(key);
    }
  };
  return {
    async claim(key, leaseMs) {
      forgetOld();
      if (done.has(key)) return 'done';
      const until = running.get(key);
      if (until !== undefined && until > now()) return 'running';
      running.delete(key);
      running.set(key, now() + leaseMs);
      return 'claimed';
    },
    async complete(key) {
      running.delete(key);
      done.delete(key);
      done.set(key, now() + keepMs);
      forgetOld();
    },
    async release(key) {
      running.delete(key);
    },
  };
}
