import { type DecodedAnswer, decodeAnswer, type EncodedRow, Tokenizer } from '../../encoding/index.js';
import { Runtime, type RuntimeOptions } from '../../runtime/index.js';
import { Engine, type SubmitOptions } from '../engine.js';
import type { RecurrentModel, RecurrentRow } from '../recurrent-model.js';
import { calibratedConfidence } from './calibration.js';
import { RemediationModel } from './model.js';
import type { ModelFolder } from './model-folder.js';

/** What the model would answer after one H cycle. */
export interface ReasoningStep {
  /** Supervision step, from 1. */
  readonly step: number;
  /** H cycle within it, from 1. */
  readonly hCycle: number;
  readonly answer: DecodedAnswer;
  /** Calibrated probability in [0, 1] that the answer is right. */
  readonly confidence: number;
}

export interface ReasonerOptions {
  readonly runtime?: RuntimeOptions;
  readonly precision?: 'float32' | 'int8';
  /** Rows that step together. Default 32. */
  readonly maxBatchSize?: number;
  /** Supervision steps at most; default: what the model was trained with. */
  readonly maxSteps?: number;
  /** Requests that may wait. Default: no limit. */
  readonly maxQueue?: number;
  /** Milliseconds that the first alert of an idle reasoner waits for others. Default 0. */
  readonly maxWaitMs?: number;
  /** Told how many rows each step has. Must not throw. */
  readonly onBatch?: ((rows: number) => void) | undefined;
}

/**
 * A loaded remediation model that answers many alerts in shared batches. A row halts when its own head says that the
 * answer is right (q > 0, as in the reference), or at the last step.
 */
export class RemediationReasoner implements AsyncDisposable {
  readonly tokenizer: Tokenizer;
  readonly #runtime: Runtime;
  readonly #model: RemediationModel;
  readonly #engine: Engine<EncodedRow, readonly ReasoningStep[]>;

  private constructor(
    tokenizer: Tokenizer,
    runtime: Runtime,
    model: RemediationModel,
    folder: ModelFolder,
    options: ReasonerOptions,
  ) {
    this.tokenizer = tokenizer;
    this.#runtime = runtime;
    this.#model = model;
    this.#engine = new Engine(reasoningModel(model, folder, options.maxSteps), {
      maxBatchSize: options.maxBatchSize ?? 32,
      ...(options.maxQueue !== undefined && { maxQueue: options.maxQueue }),
      ...(options.maxWaitMs !== undefined && { maxWaitMs: options.maxWaitMs }),
      onBatch: options.onBatch,
      shouldHalt: isSettled,
    });
  }

  static async create(folder: ModelFolder, options: ReasonerOptions = {}): Promise<RemediationReasoner> {
    const runtime = new Runtime(options.runtime);
    try {
      const model = await RemediationModel.create(folder.manifest.config, folder.weights, runtime, {
        haltMaxSteps: folder.manifest.haltMaxSteps,
        ...(options.precision && { precision: options.precision }),
      });
      return new RemediationReasoner(new Tokenizer(folder.vocabulary), runtime, model, folder, options);
    } catch (error) {
      await runtime.dispose();
      throw error;
    }
  }

  get executionProvider(): RemediationModel['executionProvider'] {
    return this.#model.executionProvider;
  }

  /** Rows in the batch, and rows that wait for a place in it. */
  get load(): { readonly active: number; readonly waiting: number } {
    return { active: this.#engine.active, waiting: this.#engine.waiting };
  }

  /** Reasons until the row halts; all steps, the final answer last. Rejects as `Engine.submit` does. */
  async reason(row: EncodedRow, options: SubmitOptions<readonly ReasoningStep[]> = {}): Promise<ReasoningStep[]> {
    const { outputs } = await this.#engine.submit(row, options);
    return outputs.flat();
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
    await this.#model.dispose();
    await this.#runtime.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

function reasoningModel(
  model: RemediationModel,
  { manifest, calibration }: ModelFolder,
  maxSteps = manifest.haltMaxSteps,
): RecurrentModel<EncodedRow, readonly ReasoningStep[]> {
  return {
    maxSteps,
    step: async (rows: readonly RecurrentRow<EncodedRow>[], signal) => {
      const results = await model.step(rows, signal);
      return results.map(({ carry, output }, row) => {
        const { input, carry: before } = rows[row] as RecurrentRow<EncodedRow>;
        const answers = output.map((raw) => decodeAnswer(raw, input, manifest.causes));
        const settledAt = before?.settledAt ?? (saysDone(answers.at(-1)) ? carry.step : undefined);
        // Steps that a caller forces beyond the one where the head is sure say nothing against the answer.
        const step = settledAt ?? carry.step;
        return {
          carry: { ...carry, settledAt },
          output: answers.map(
            (answer, cycle): ReasoningStep => ({
              step: carry.step,
              hCycle: cycle + 1,
              answer,
              confidence: calibratedConfidence({ ...answer.features, step }, calibration),
            }),
          ),
        };
      });
    },
  };
}

/** The halting head says that the last answer is right (q > 0). */
export function isSettled(cycles: readonly ReasoningStep[]): boolean {
  return saysDone(cycles.at(-1)?.answer);
}

function saysDone(answer: DecodedAnswer | undefined): boolean {
  return answer === undefined || answer.features.qHaltLogit > 0;
}
