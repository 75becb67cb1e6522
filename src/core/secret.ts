const HIDDEN = '[secret]';

/**
 * A token or password that is not shown by accident: as text, as JSON and under `console.log` it reads `[secret]`.
 * Only `reveal()` gives the value, so that every place that uses it can be found.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; for the request that needs it and nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}
