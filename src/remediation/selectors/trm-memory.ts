import { InvalidInputError } from '../../core/errors.js';
import { parseDemonstration } from '../../domain/decision/parse-demonstration.js';
import type { Demonstration } from '../../domain/index.js';
import {
  type EncodedAlert,
  type EncodedCatalog,
  type EncodedDemonstration,
  encodeDemonstrationAlert,
  encodeDemonstrations,
  nearestDemonstrations,
  type Tokenizer,
} from '../../encoding/index.js';

/** Answered alerts that are kept. */
const MAX_KEPT = 10_000;

interface Kept {
  readonly demonstration: Demonstration;
  readonly alert: EncodedAlert;
}

/** What a selector was told about alerts of the past; the likest ones stand beside a query. */
export class TrmMemory {
  readonly #tokenizer: Tokenizer;
  #kept: readonly Kept[] = [];

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  get size(): number {
    return this.#kept.length;
  }

  /** Adds all of them or, where one is faulty or there are too many, none. */
  remember(demonstrations: Iterable<unknown>): void {
    const added = Array.from(demonstrations, (input) => this.#encode(input));
    if (this.#kept.length + added.length > MAX_KEPT) {
      throw new InvalidInputError(
        'demonstrations',
        `expected at most ${MAX_KEPT} in all, received ${this.#kept.length + added.length}; forget() the old ones first`,
      );
    }
    this.#kept = [...this.#kept, ...added];
  }

  forget(): void {
    this.#kept = [];
  }

  /** The likest of what is remembered and of `more`, as the model sees them beside the query. */
  beside(query: EncodedAlert, catalog: EncodedCatalog, more: readonly unknown[] = []): EncodedDemonstration[] {
    const known = more.length === 0 ? this.#kept : [...this.#kept, ...more.map((input) => this.#encode(input))];
    return encodeDemonstrations(nearestDemonstrations(known, query), query, catalog);
  }

  #encode(input: unknown): Kept {
    const demonstration = parseDemonstration(input);
    return { demonstration, alert: encodeDemonstrationAlert(demonstration, this.#tokenizer) };
  }
}
