/** State of one request between two supervision steps, as a value. */
export interface RowCarry {
  readonly zH: Float32Array;
  readonly zL: Float32Array;
  /** Supervision steps done, 1 or more. */
  readonly step: number;
  /** The step after which the model first said that it is done; undefined before. */
  readonly settledAt?: number | undefined;
}

/** One request's part of a batch. */
export interface RecurrentRow<Input> {
  readonly input: Input;
  /** Undefined before the request's first step. */
  readonly carry: RowCarry | undefined;
}

/** A model that goes one supervision step at a time over rows that do not influence each other. */
export interface RecurrentModel<Input, Output> {
  /** Supervision steps after which a request halts in any case, 1 or more. */
  readonly maxSteps: number;
  /** Throws for an input that `step` could not take, so that it is refused before it meets others in a batch. */
  check?(input: Input): void;
  /**
   * One supervision step for each row, results in the order of the rows.
   *
   * @param signal fires when nobody waits for any row of the batch any more
   */
  step(
    rows: readonly RecurrentRow<Input>[],
    signal: AbortSignal,
  ): Promise<readonly { readonly carry: RowCarry; readonly output: Output }[]>;
}
