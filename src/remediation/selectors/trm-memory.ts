import { InvalidInputError } from '../../core/errors.js';
import { parseDemonstration } from '../../domain/decision/parse-demonstration.js';
import { describeValue } from '../../domain/describe.js';
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

/** An answered alert that was read. */
export interface Kept {
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
    this.#kept = [...this.#kept, ...this.read(demonstrations)];
  }

  forget(): void {
    this.#kept = [];
  }

  /**
   * Reads answered alerts without keeping them, for `beside`.
   *
   * @throws InvalidInputError naming the faulty one and its field, or for more than fit beside those that are kept
   */
  read(demonstrations: Iterable<unknown>): Kept[] {
    if (typeof demonstrations !== 'object' || demonstrations === null || !(Symbol.iterator in demonstrations)) {
      throw new InvalidInputError(
        'demonstrations',
        `expected an array of demonstrations, received ${describeValue(demonstrations)}`,
      );
    }
    const inputs: unknown[] = [];
    for (const input of demonstrations) {
      if (this.#kept.length + inputs.length >= MAX_KEPT) {
        throw new InvalidInputError(
          'demonstrations',
          `expected at most ${MAX_KEPT} in all, ${this.#kept.length} of them remembered, received more; forget() the old ones first`,
        );
      }
      inputs.push(input);
    }
    return inputs.map((input, index) => {
      const demonstration = parseDemonstration(input, ['demonstrations', index]);
      return { demonstration, alert: encodeDemonstrationAlert(demonstration, this.#tokenizer) };
    });
  }

  /** The likest of what is remembered and of `more`, as the model sees them beside the query. */
  beside(query: EncodedAlert, catalog: EncodedCatalog, more: readonly Kept[] = []): EncodedDemonstration[] {
    const offered = new Set(catalog.functions.map(({ definition }) => definition.name));
    // Before the likest are taken: what the catalog cannot answer with would stand in the place of what it can.
    const known = [...this.#kept, ...more].filter(
      ({ demonstration: { lambdaFunction } }) => lambdaFunction === null || offered.has(lambdaFunction),
    );
    return encodeDemonstrations(nearestDemonstrations(known, query), query, catalog);
  }
}
