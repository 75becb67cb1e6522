import { setMaxListeners } from 'node:events';
import { AbortedError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';

/** One computation and those who wait for it. */
interface Shared<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Computes what is asked for at the same time once. Whoever gives up leaves the others alone; when the last one has
 * left, the computation is given up too. Nothing is kept after it: the next one who asks gets a fresh answer.
 */
export class Coalescer<T> {
  readonly #running = new Map<string, Shared<T>>();

  /** Computations under way. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * The result of the computation of this key that is under way, else of a new one.
   *
   * @throws what the computation throws; AbortedError or DeadlineExceededError when the waiter's own signal fires
   */
  async run(
    key: string,
    signal: AbortSignal,
    compute: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly value: T; readonly joined: boolean }> {
    // One request may ask about hundreds of alerts under one signal; each lets go of it when it is done.
    setMaxListeners(0, signal);
    const known = this.#running.get(key);
    const shared = known ?? this.#start(key, compute);
    shared.waiters += 1;
    try {
      return { value: await untilAborted(() => shared.result, signal), joined: known !== undefined };
    } finally {
      shared.waiters -= 1;
      if (shared.waiters === 0) this.#leave(key, shared);
    }
  }

  #start(key: string, compute: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const controller = new AbortController();
    const result = Promise.resolve().then(() => compute(controller.signal));
    const shared: Shared<T> = { result, controller, waiters: 0 };
    this.#running.set(key, shared);
    const end = (): void => {
      if (this.#running.get(key) === shared) this.#running.delete(key);
    };
    result.then(end, end);
    return shared;
  }

  /** Nobody waits any more: whoever asks from now on begins anew. */
  #leave(key: string, shared: Shared<T>): void {
    if (this.#running.get(key) !== shared) return;
    this.#running.delete(key);
    shared.controller.abort(new AbortedError('nobody waits for the answer any more'));
  }
}
