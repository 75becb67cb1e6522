import type { TrainingSettings } from './settings.js';

/** Means over the steps since the last report. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Share of rows whose function is acceptable, [0, 1]. */
  readonly functionAccuracy: number;
  /** Share of rows whose function and pointers are all acceptable, [0, 1]. */
  readonly callAccuracy: number;
  /** The same for rows in their first supervision step, their second, and so on. */
  readonly callAccuracyPerStep: readonly number[];
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly H_cycles: number;
  readonly L_cycles: number;
  /** Rows times supervision steps a second. */
  readonly rowStepsPerSecond: number;
  readonly etaSeconds: number;
}

/** What one optimizer step came to. */
export interface StepResults {
  readonly loss: number;
  readonly functionAccuracy: number;
  /** 1 or 0 for every row. */
  readonly callCorrect: readonly number[];
  /** Supervision steps that every row had behind it before this one. */
  readonly stepsDone: readonly number[];
  readonly qHaltLogits: readonly number[];
}

/** Averages what the steps say between two reports. */
export class Meter {
  readonly #settings: TrainingSettings;
  readonly #started = performance.now();
  readonly #startedAt: number;
  #sums = { loss: 0, functionAccuracy: 0, callAccuracy: 0, gradientNorm: 0 };
  #count = 0;
  /** Rows and right calls by supervision step. */
  #steps: { rows: number; right: number }[] = [];

  constructor(done: number, settings: TrainingSettings) {
    this.#settings = settings;
    this.#startedAt = done;
  }

  add(results: Omit<StepResults, 'qHaltLogits'> & { readonly gradientNorm: number }): void {
    this.#sums = {
      loss: this.#sums.loss + results.loss,
      functionAccuracy: this.#sums.functionAccuracy + results.functionAccuracy,
      callAccuracy: this.#sums.callAccuracy + mean(results.callCorrect),
      gradientNorm: this.#sums.gradientNorm + results.gradientNorm,
    };
    this.#count += 1;
    for (const [row, done] of results.stepsDone.entries()) {
      const before = this.#steps[done] ?? { rows: 0, right: 0 };
      this.#steps[done] = { rows: before.rows + 1, right: before.right + (results.callCorrect[row] ?? 0) };
    }
  }

  report(step: number, learningRate: number, depth: { H_cycles: number; L_cycles: number }): TrainingProgress {
    const seconds = (performance.now() - this.#started) / 1000;
    const stepsDone = step - this.#startedAt;
    const share = (sum: number): number => sum / this.#count;
    const { loss, functionAccuracy, callAccuracy, gradientNorm } = this.#sums;
    const means = {
      loss: share(loss),
      functionAccuracy: share(functionAccuracy),
      callAccuracy: share(callAccuracy),
      gradientNorm: share(gradientNorm),
    };
    this.#sums = { loss: 0, functionAccuracy: 0, callAccuracy: 0, gradientNorm: 0 };
    this.#count = 0;
    const callAccuracyPerStep = Array.from(this.#steps, (step) => (step ? step.right / step.rows : 0));
    this.#steps = [];
    return {
      step,
      steps: this.#settings.steps,
      ...means,
      callAccuracyPerStep,
      learningRate,
      ...depth,
      rowStepsPerSecond: (stepsDone * this.#settings.batchSize) / seconds,
      etaSeconds: (seconds / stepsDone) * (this.#settings.steps - step),
    };
  }
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return values.length === 0 ? 0 : sum / values.length;
}
