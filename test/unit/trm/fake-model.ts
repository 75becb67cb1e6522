import type { RecurrentModel } from '../../../src/trm/index.js';

/** What the fake model is asked: to be recognised, and to want so many steps. */
export interface FakeInput {
  readonly id: number;
  readonly steps: number;
}

/** What it says: whose row this is, at which step, and what came of the row's state. */
export interface FakeOutput {
  readonly id: number;
  readonly step: number;
  readonly state: number;
  readonly done: boolean;
}

/** The state of a request after a step, when nothing disturbs it. */
export function fakeState(id: number, step: number): number {
  return id * 1000 + step;
}

/**
 * A model without mathematics. It notes the ids of each batch; a state counts up from what the row brought with it, so
 * that rows which get each other's state show it.
 */
export class FakeModel implements RecurrentModel<FakeInput, FakeOutput> {
  readonly maxSteps: number;
  readonly batches: number[][] = [];
  readonly #before: (signal: AbortSignal, batch: readonly number[]) => unknown;
  #running = 0;

  /** @param before runs, and is awaited, inside of each step */
  constructor(maxSteps = 16, before: (signal: AbortSignal, batch: readonly number[]) => unknown = () => undefined) {
    this.maxSteps = maxSteps;
    this.#before = before;
  }

  async step(...[rows, signal]: Parameters<RecurrentModel<FakeInput, FakeOutput>['step']>) {
    if (this.#running > 0) throw new Error('two steps at once');
    this.#running++;
    try {
      const ids = rows.map(({ input }) => input.id);
      this.batches.push(ids);
      await this.#before(signal, ids);
      return rows.map(({ input: { id, steps }, carry }) => {
        const step = (carry?.step ?? 0) + 1;
        const state = (carry?.zH[0] ?? id * 1000) + 1;
        const next = { zH: Float32Array.of(state), zL: Float32Array.of(state), step };
        return { carry: next, output: { id, step, state, done: step >= steps } };
      });
    } finally {
      this.#running--;
    }
  }
}
