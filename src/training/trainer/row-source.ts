import { createRandom } from '../../core/random.js';
import type { Catalog } from '../../domain/index.js';
import {
  type EncodedCatalog,
  encodeAlert,
  encodeCatalog,
  encodeDemonstrationAlert,
  encodeDemonstrations,
  type Tokenizer,
} from '../../encoding/index.js';
import type { Example } from '../dataset/example.js';
import { phaseAt } from './schedule.js';
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
    const alert = encodeAlert(example.alert, tokenizer);
    const shown = (example.demonstrations ?? []).map((demonstration) => ({
      demonstration,
      alert: encodeDemonstrationAlert(demonstration, tokenizer),
    }));
    return { example, encoded: { alert, catalog, demonstrations: encodeDemonstrations(shown, alert, catalog) } };
  };
}

/** A row in work, as a checkpoint keeps it. */
interface PlaceState {
  /** The example's number among all that the run draws. */
  readonly example: number;
  /** Optimizer step at which it was drawn, which says the phase of the curriculum that it is of. */
  readonly drawnAt: number;
  /** Supervision steps done. */
  readonly done: number;
}

/** The rows in work and the number of the next example: with the carry, all that a resumed run needs of its batch. */
export interface BatchState {
  readonly next: number;
  readonly places: readonly PlaceState[];
}

interface Place extends PlaceState {
  readonly row: TrainingRow;
  /** Supervision steps before which q may not halt the row. */
  readonly minimum: number;
}

/** Makes the example of a number, as the phase of an optimizer step wants it. */
export type DrawRow = (example: number, drawnAt: number) => TrainingRow;

/** What a row costs to compute: micro-batches are padded to the longest of their rows. */
function sizeOfRow({ encoded: { alert, catalog, demonstrations = [] } }: TrainingRow): number {
  const shown = demonstrations.reduce((sum, demonstration) => sum + demonstration.alert.fields.length, 0);
  return catalog.functions.length + catalog.parameters.length + alert.fields.length + shown;
}

/**
 * The persistent batch of deep supervision (TRM.md 2): each place keeps its row, with its carry, until the row
 * halts; then a new example takes the place and starts from the initial state. Of the rows that come in together the
 * small ones take the first places, so that micro-batches hold rows of like size and little of them is padding.
 */
export class PersistentBatch {
  readonly #draw: DrawRow;
  readonly #sizeOf: (row: TrainingRow) => number;
  readonly #settings: TrainingSettings;
  readonly #places: Place[];
  #next: number;
  /** Rows that were drawn before a place was free, by the example's number. */
  readonly #ahead = new Map<number, { readonly drawnAt: number; readonly row: TrainingRow }>();

  /** @param state The batch of a checkpoint; without it the batch is filled with the first examples. */
  constructor(draw: DrawRow, settings: TrainingSettings, state?: BatchState, sizeOf = sizeOfRow) {
    this.#draw = draw;
    this.#sizeOf = sizeOf;
    this.#settings = settings;
    this.#next = state?.next ?? 0;
    this.#places = state?.places.map((place) => this.#place(place)) ?? this.#newPlaces(settings.batchSize, 1);
  }

  get rows(): TrainingRow[] {
    return this.#places.map(({ row }) => row);
  }

  /** 1 for rows that start from the initial state in the next step. */
  get reset(): Uint8Array {
    return Uint8Array.from(this.#places, ({ done }) => (done === 0 ? 1 : 0));
  }

  /** Supervision steps that each row has behind it. */
  get stepsDone(): number[] {
    return this.#places.map(({ done }) => done);
  }

  get state(): BatchState {
    const places = this.#places.map(({ example, drawnAt, done }) => ({ example, drawnAt, done }));
    return { next: this.#next, places };
  }

  /**
   * Draws the rows that the next step may need. It changes nothing but the time that `advance` takes: called while the
   * worker computes, drawing costs no time of its own. `step` is the optimizer step to come.
   */
  drawAhead(step: number): void {
    for (let example = this.#next; example < this.#next + this.#settings.batchSize; example++) {
      if (!this.#ahead.has(example)) this.#ahead.set(example, { drawnAt: step, row: this.#draw(example, step) });
    }
  }

  /** Counts a finished supervision step and replaces the rows that halt. `step` is the optimizer step to come. */
  advance(qHaltLogits: ArrayLike<number>, step: number): void {
    const free: number[] = [];
    for (const [index, place] of this.#places.entries()) {
      const done = place.done + 1;
      const wants = (qHaltLogits[index] ?? 0) > 0 && done >= place.minimum;
      if (wants || done >= this.#settings.haltMaxSteps) free.push(index);
      else this.#places[index] = { ...place, done };
    }
    for (const [at, place] of this.#newPlaces(free.length, step).entries()) this.#places[free[at] as number] = place;
  }

  /** The next examples, small ones first. */
  #newPlaces(count: number, drawnAt: number): Place[] {
    const places = Array.from({ length: count }, () => this.#place({ example: this.#next++, drawnAt, done: 0 }));
    return places.sort((left, right) => this.#sizeOf(left.row) - this.#sizeOf(right.row));
  }

  #place(state: PlaceState): Place {
    const { seed, haltMaxSteps, haltExploration } = this.#settings;
    const random = createRandom(`${seed}/halting/${state.example}`);
    const explores = haltMaxSteps > 1 && random.chance(haltExploration);
    const minimum = explores ? 2 + random.integer(haltMaxSteps - 1) : 0;
    return { ...state, row: this.#take(state), minimum };
  }

  /** The row that was drawn ahead, unless the curriculum has gone on since. */
  #take({ example, drawnAt }: PlaceState): TrainingRow {
    const ahead = this.#ahead.get(example);
    this.#ahead.delete(example);
    const isCurrent = ahead && phaseAt(ahead.drawnAt, this.#settings) === phaseAt(drawnAt, this.#settings);
    return isCurrent ? ahead.row : this.#draw(example, drawnAt);
  }
}
