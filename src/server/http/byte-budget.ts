import { Problem } from './problem.js';

/** Bytes that all requests together may hold. */
export class ByteBudget {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  /** Throws Problem `overloaded` when there is no room for so many more. */
  take(bytes: number): void {
    if (this.#held + bytes > this.#limit) {
      throw new Problem('overloaded', {
        detail: 'the bodies of the requests under way fill the memory that is set aside for them',
        retryAfterSeconds: 1,
        headers: { connection: 'close' },
      });
    }
    this.#held += bytes;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }
}
