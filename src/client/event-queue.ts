/** Hands values from the one who makes them to the one who reads them, in order, and ends. For one reader. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  /** Does nothing after `close`. */
  readonly push = (value: T): void => {
    if (this.#closed) return;
    this.#values.push(value);
    this.#wake?.();
  };

  /** What is in the queue can still be read. */
  readonly close = (): void => {
    this.#closed = true;
    this.#wake?.();
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift() as T;
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
