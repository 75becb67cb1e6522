import { DisposedError } from './errors.js';

/**
 * The life of something that must be disposed: refuses calls after `dispose`, counts the work that is still
 * running, and lets `dispose` wait for it. Disposing twice is one disposal.
 */
export class DisposeGuard {
  readonly #name: string;
  readonly #running = new Set<Promise<unknown>>();
  #disposal: Promise<void> | undefined;

  /** @param name how error messages call the thing, such as `Runtime` or `session "policy"` */
  constructor(name: string) {
    this.#name = name;
  }

  get disposed(): boolean {
    return this.#disposal !== undefined;
  }

  /** Throws DisposedError after `dispose` was called. */
  check(): void {
    if (this.disposed) throw new DisposedError(`${this.#name} was used after dispose(); create a new one`);
  }

  /** Runs work that `dispose` waits for. Rejects with DisposedError after `dispose` was called. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.check();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Refuses new work, waits until running work has settled, then releases. Later calls return the same promise. */
  dispose(release: () => Promise<void>): Promise<void> {
    this.#disposal ??= Promise.allSettled([...this.#running]).then(release);
    return this.#disposal;
  }
}
