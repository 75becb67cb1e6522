import { createRandom, type Random } from '../../core/random.js';
import type { Catalog } from '../../domain/index.js';
import { type EncodedCatalog, encodeAlert, encodeCatalog, type Tokenizer } from '../../encoding/index.js';
import type { Example } from '../dataset/example.js';
import type { TrainingSettings } from './settings.js';
import type { TrainingRow } from './targets.js';

/** Encodes examples; a catalog that is shown again and again is encoded once. */
export function createRowEncoder(tokenizer: Tokenizer): (example: Example) => TrainingRow {
  const catalogs = new WeakMap<Catalog, EncodedCatalog>();
  return (example) => {
    let catalog = catalogs.get(example.catalog);
    if (!catalog) {
      catalog = encodeCatalog(example.catalog, tokenizer);
      catalogs.set(example.catalog, catalog);
    }
    return { example, encoded: { alert: encodeAlert(example.alert, tokenizer), catalog } };
  };
}

interface Place {
  row: TrainingRow;
  /** Supervision steps done. */
  step: number;
  /** Steps before which q may not halt the row. */
  minimum: number;
  fresh: boolean;
}

/**
 * The persistent batch of deep supervision (TRM.md 2): each place keeps its row, with its carry, until the row
 * halts; then the next example takes the place and starts from the initial state.
 */
export class PersistentBatch {
  readonly #next: () => TrainingRow;
  readonly #settings: TrainingSettings;
  readonly #random: Random;
  readonly #places: Place[];

  constructor(next: () => TrainingRow, settings: TrainingSettings, startStep: number) {
    this.#next = next;
    this.#settings = settings;
    this.#random = createRandom(`${settings.seed}/halting/${startStep}`);
    this.#places = Array.from({ length: settings.batchSize }, () => this.#fill());
  }

  get rows(): TrainingRow[] {
    return this.#places.map(({ row }) => row);
  }

  /** 1 for rows that start from the initial state in the next step. */
  get reset(): Uint8Array {
    return Uint8Array.from(this.#places, ({ fresh }) => (fresh ? 1 : 0));
  }

  /** Counts a finished supervision step and replaces the rows that halt. */
  advance(qHaltLogits: ArrayLike<number>): void {
    for (const [index, place] of this.#places.entries()) {
      place.step += 1;
      place.fresh = false;
      const wants = (qHaltLogits[index] ?? 0) > 0 && place.step >= place.minimum;
      if (wants || place.step >= this.#settings.haltMaxSteps) this.#places[index] = this.#fill();
    }
  }

  #fill(): Place {
    const { haltMaxSteps, haltExploration } = this.#settings;
    const explores = haltMaxSteps > 1 && this.#random.chance(haltExploration);
    const minimum = explores ? 2 + this.#random.integer(haltMaxSteps - 1) : 0;
    return { row: this.#next(), step: 0, minimum, fresh: true };
  }
}
