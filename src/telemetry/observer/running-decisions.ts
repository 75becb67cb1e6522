/** What an alert is called, by which logs and traces of one decision are found again. */
export interface AlertName {
  readonly alertname: string;
  readonly fingerprint: string;
}

interface Running<T> {
  /** Undefined when several share the correlation id. */
  readonly told: T | undefined;
  readonly count: number;
}

/** Decisions that are under way; older ones are forgotten, and end without a name. */
const MOST = 10_000;

/**
 * Remembers from the start of a decision to its end what was told at its start. When several decisions share a
 * correlation id at the same time, nothing is known of any of them, since it could be of the wrong one.
 */
export class RunningDecisions<T> {
  readonly #running = new Map<string, Running<T>>();

  started(correlationId: string, told: T): void {
    const known = this.#running.get(correlationId);
    this.#running.set(correlationId, known ? { told: undefined, count: known.count + 1 } : { told, count: 1 });
    if (this.#running.size > MOST) this.#running.delete(this.#running.keys().next().value as string);
  }

  get(correlationId: string): T | undefined {
    return this.#running.get(correlationId)?.told;
  }

  ended(correlationId: string): T | undefined {
    const known = this.#running.get(correlationId);
    if (known === undefined) return undefined;
    if (known.count > 1) this.#running.set(correlationId, { told: undefined, count: known.count - 1 });
    else this.#running.delete(correlationId);
    return known.told;
  }
}
