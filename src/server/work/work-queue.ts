import { setMaxListeners } from 'node:events';
import { abortError, throwIfAborted } from '../../core/deadline.js';
import { DisposedError, OverloadedError } from '../../core/errors.js';

export interface WorkQueueOptions {
  /** Pieces of work under way at once, 1 or more. */
  readonly maxConcurrent: number;
  /** Pieces of work that may wait for a place, 0 or more. */
  readonly maxWaiting: number;
  /** Milliseconds of a clock that only goes forward. Default `performance.now`. */
  readonly now?: (() => number) | undefined;
}

interface Waiting {
  readonly start: () => void;
  readonly fail: (error: unknown) => void;
}

/** Ends of work that are looked at to tell how fast the queue moves. */
const REMEMBERED = 64;
/** Fewer say too little. */
const ENOUGH = 16;
/** Older ends say nothing of the present, milliseconds. */
const RECENT_MS = 10_000;
/** Seconds that a caller is told to stay away, at least and at most. */
const RETRY_AFTER = { least: 1, most: 30 } as const;

/**
 * First come, first served, with a bound: work over the bound is refused at once, and so is work whose deadline would
 * pass before its turn, as far as the speed of the last seconds tells. Refusing early is what keeps the promise to those
 * who were let in.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #now: () => number;
  readonly #waiting = new Set<Waiting>();
  readonly #ends: number[] = [];
  #active = 0;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Pieces of work under way. */
  get active(): number {
    return this.#active;
  }

  /** Pieces of work that wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs work when its turn has come.
   *
   * @param remainingMs milliseconds in which the work is of use to somebody
   * @throws OverloadedError at once when there is no room or no hope, AbortedError or DeadlineExceededError when the
   *   signal fires before the turn, DisposedError after `close`; else what the work throws
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal, remainingMs = Number.POSITIVE_INFINITY): Promise<T> {
    throwIfAborted(signal);
    if (this.#closed) throw closed();
    if (this.#active >= this.#options.maxConcurrent) await this.#wait(signal, remainingMs);
    else this.#active += 1;
    try {
      return await work();
    } finally {
      this.#active -= 1;
      this.#ends.push(this.#now());
      if (this.#ends.length > REMEMBERED) this.#ends.shift();
      this.#startNext();
    }
  }

  /** Seconds after which another attempt has hope, 1 to 30. */
  retryAfterSeconds(): number {
    const wait = this.#expectedWaitMs() ?? RETRY_AFTER.least;
    return Math.min(RETRY_AFTER.most, Math.max(RETRY_AFTER.least, Math.ceil(wait / 1_000)));
  }

  /** Refuses new work and what waits; what is under way goes on. */
  close(): void {
    this.#closed = true;
    for (const waiting of [...this.#waiting]) waiting.fail(closed());
  }

  #wait(signal: AbortSignal, remainingMs: number): Promise<void> {
    const { maxWaiting } = this.#options;
    if (this.#waiting.size >= maxWaiting) {
      throw new OverloadedError(
        `${this.#active} alerts are being decided and ${this.#waiting.size} wait; try again later`,
      );
    }
    const expected = this.#expectedWaitMs();
    if (expected !== undefined && expected > remainingMs) {
      throw new OverloadedError(
        `the wait would take about ${Math.round(expected)} ms, and the deadline is in ${Math.round(remainingMs)} ms`,
      );
    }
    return new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        start: () => {
          leave();
          this.#active += 1;
          resolve();
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = (): void => waiting.fail(abortError(signal));
      setMaxListeners(0, signal);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #startNext(): void {
    for (const waiting of this.#waiting) {
      if (this.#active >= this.#options.maxConcurrent) return;
      waiting.start();
    }
  }

  /** Milliseconds until work that comes now would begin; undefined while nobody can say. */
  #expectedWaitMs(): number | undefined {
    const now = this.#now();
    const recent = this.#ends.filter((end) => end >= now - RECENT_MS);
    const [first] = recent;
    if (first === undefined || recent.length < ENOUGH) return undefined;
    return ((this.#waiting.size + 1) * (now - first)) / recent.length;
  }
}

function closed(): DisposedError {
  return new DisposedError('the service is shutting down');
}
