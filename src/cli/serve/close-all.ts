/** Things that are closed in the order opposite to that in which they were made, each once. */
export class CloseAll {
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];

  /** Remembers how something is closed, and gives it back. */
  add<T>(made: T, close: (made: T) => Promise<unknown> | unknown): T {
    this.#closers.push(() => close(made));
    return made;
  }

  /** Closes everything, also when closing one of them fails; rejects with an AggregateError then. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'parts of the service could not be closed');
  }
}
