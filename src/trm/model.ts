import { DisposeGuard } from '../core/dispose-guard.js';
import { ConfigurationError } from '../core/errors.js';
import {
  type ExecutionProviderName,
  Runtime,
  type RuntimeOptions,
  type Session,
  type Tensor,
} from '../runtime/index.js';
import { advanceCarry, checkCarry, type FloatTensor, initialCarry, type TRMCarry, takeNewData } from './carry.js';
import { parseTRMConfig, type TRMConfig } from './config.js';
import { buildReferenceStep } from './graph/reference-graph.js';
import { referenceParameters } from './reference/parameters.js';
import { deriveShapes, type TRMShapes } from './shapes.js';
import { checkData, type IntegerInput, type IntTensor, type TRMData } from './token-input.js';
import { readCheckpoint, type TensorMap } from './weights/index.js';

/** Number formats that a model can compute in. */
export type Precision = 'float32' | 'int8';

/** Options of a TRMModel beside those of the runtime. */
export interface TRMModelOptions extends RuntimeOptions {
  /**
   * `int8` stores the weights of the blocks as int8 with one scale an output column and quantises activations on the
   * fly: about a quarter of the memory and, on CPUs with int8 dot products, two to four times the speed, for answers
   * that differ a little. Default `float32`.
   */
  readonly precision?: Precision;
  /** Runs the model in a Runtime that the caller owns and disposes; the other runtime options are then not used. */
  readonly runtime?: Runtime;
}

/** Arguments of one supervision step. */
export interface TRMStepInput {
  /** What `initialCarry` or the last step returned; it stays as it is. */
  readonly carry: TRMCarry;
  /** Tokens [batch, seq_len], each in [0, vocab_size). Only rows that have halted take theirs. */
  readonly inputs: IntegerInput;
  /** Rows of the puzzle table [batch]. Only rows that have halted take theirs. Left out where there is no table. */
  readonly puzzleIdentifiers?: IntegerInput | undefined;
  /** Gives the step up; the promise rejects with AbortedError or DeadlineExceededError. */
  readonly signal?: AbortSignal | undefined;
}

/** Result of one supervision step. */
export interface TRMStepOutput {
  readonly carry: TRMCarry;
  /** [batch, seq_len, vocab_size]. */
  readonly logits: FloatTensor;
  /** [batch]; over 0 means that the model would halt. */
  readonly qHaltLogits: FloatTensor;
  /** [batch]; trained only without `no_ACT_continue`. */
  readonly qContinueLogits: FloatTensor;
}

/**
 * A reference Tiny Recursive Model: token grid in, token grid out, one supervision step a call (paper arXiv
 * 2510.04871; official code SamsungSAILMontreal/TinyRecursiveModels).
 *
 * @example
 * const model = await TRMModel.fromCheckpoint('step_65104', config);
 * let carry = await model.initialCarry(1);
 * do {
 *   const step = await model.step({ carry, inputs, puzzleIdentifiers });
 *   carry = step.carry;
 * } while (!carry.halted.every(Boolean));
 * await model.dispose();
 */
export class TRMModel implements AsyncDisposable {
  /** The configuration with its defaults filled in. */
  readonly config: TRMConfig;
  /** Sizes as the checkpoint has them. */
  readonly shapes: TRMShapes;
  readonly precision: Precision;
  readonly #session: Session;
  readonly #release: () => Promise<void>;
  readonly #guard = new DisposeGuard('the TRMModel');

  private constructor(parts: {
    readonly config: TRMConfig;
    readonly shapes: TRMShapes;
    readonly precision: Precision;
    readonly session: Session;
    readonly release: () => Promise<void>;
  }) {
    this.config = parts.config;
    this.shapes = parts.shapes;
    this.precision = parts.precision;
    this.#session = parts.session;
    this.#release = parts.release;
  }

  /**
   * Loads a checkpoint of the reference: safetensors, or a `step_<N>` file of torch.save, which is read without
   * running any code of it.
   *
   * @param path the file
   * @param config keys of the reference's configuration; sizes that the file tells may be left out
   * @throws ConfigurationError, CheckpointError (file or tensor at fault), ExecutionProviderError
   */
  static async fromCheckpoint(path: string, config: object, options: TRMModelOptions = {}): Promise<TRMModel> {
    const parsed = parseTRMConfig(config);
    return TRMModel.fromWeights(await readCheckpoint(path), parsed, options);
  }

  /** As `fromCheckpoint`, with tensors that are in memory already. */
  static async fromWeights(weights: TensorMap, config: object, options: TRMModelOptions = {}): Promise<TRMModel> {
    const { precision = 'float32', runtime: shared, ...runtimeOptions } = options;
    if (precision !== 'float32' && precision !== 'int8') {
      throw new ConfigurationError(`precision: expected float32 or int8, received "${String(precision)}"`);
    }
    const parsed = parseTRMConfig(config);
    const shapes = deriveShapes(weights, parsed);
    const graph = buildReferenceStep(parsed, shapes, referenceParameters(weights), precision);
    const runtime = shared ?? new Runtime(runtimeOptions);
    try {
      const session = await runtime.createSession(graph, { name: 'trm-step' });
      const release = (): Promise<void> => (shared ? session.dispose() : runtime.dispose());
      return new TRMModel({ config: parsed, shapes, precision, session, release });
    } catch (error) {
      if (!shared) await runtime.dispose();
      throw error;
    }
  }

  /** The execution provider that runs the model. */
  get executionProvider(): ExecutionProviderName {
    return this.#session.executionProvider;
  }

  /**
   * A carry of which every row has halted: the first step resets all rows and takes its data.
   *
   * @param batchSize rows, 1 or more
   * @throws InvalidInputError for a batch size out of range
   */
  async initialCarry(batchSize: number): Promise<TRMCarry> {
    return initialCarry(this.shapes, batchSize);
  }

  /**
   * Checks a batch as `step` does, without computing anything.
   *
   * @throws InvalidInputError naming the field
   */
  checkData(data: Pick<TRMStepInput, 'inputs' | 'puzzleIdentifiers'>, batchSize: number): TRMData {
    return checkData(data, batchSize, this.shapes);
  }

  /**
   * One supervision step in evaluation mode. Rows that have halted are reset and take the new data; the others go on
   * with what the carry holds, and the new data of their row is checked but not used. Every row counts one step more
   * and halts at `halt_max_steps`; q is reported, not obeyed. Rows do not influence each other.
   *
   * @throws InvalidInputError naming the field, AbortedError, DeadlineExceededError, InferenceError, DisposedError
   */
  async step({ carry, inputs, puzzleIdentifiers, signal }: TRMStepInput): Promise<TRMStepOutput> {
    return this.#guard.run(async () => {
      const batch = checkCarry(carry, this.shapes);
      const currentData = takeNewData(carry, checkData({ inputs, puzzleIdentifiers }, batch, this.shapes));
      const feeds = stepFeeds(carry, currentData, this.shapes);
      const outputs = await this.#compute(feeds, batch, signal);
      const float = (name: string): FloatTensor => ({
        data: outputs[name]?.data as Float32Array,
        dims: outputs[name]?.dims as readonly number[],
      });
      const next = { zH: float('z_H_out'), zL: float('z_L_out'), currentData };
      return {
        carry: advanceCarry(carry, next, this.config.halt_max_steps),
        logits: float('logits'),
        qHaltLogits: float('q_halt_logits'),
        qContinueLogits: float('q_continue_logits'),
      };
    });
  }

  /** Refuses new steps, waits for running ones and releases the model, with its worker thread if it is its own. */
  dispose(): Promise<void> {
    return this.#guard.dispose(this.#release);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #compute(
    feeds: Record<string, Tensor>,
    batch: number,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, Tensor>> {
    const options = signal ? { signal } : {};
    if (this.precision === 'float32' || batch === 1) return this.#session.run(feeds, options);
    // Quantising on the fly finds one range for a whole tensor, so rows in one call would shift each other's rounding.
    const rows = Array.from({ length: batch }, (_, row) => this.#session.run(pickRow(feeds, row, batch), options));
    return stackRows(await Promise.all(rows));
  }
}

/** Inputs of the step graph. The carry's arrays are copied on their way to the worker. */
export function stepFeeds(carry: TRMCarry, data: TRMData, shapes: TRMShapes): Record<string, Tensor> {
  const integers = ({ data: numbers, dims }: IntTensor): Tensor => ({ type: 'int32', data: numbers, dims });
  return {
    inputs: integers(data.inputs),
    ...(shapes.prefixLength > 0 ? { puzzle_identifiers: integers(data.puzzleIdentifiers) } : {}),
    z_H: { type: 'float32', data: carry.zH.data, dims: carry.zH.dims },
    z_L: { type: 'float32', data: carry.zL.data, dims: carry.zL.dims },
    halted: {
      type: 'bool',
      data: Uint8Array.from(carry.halted, (halted) => (halted ? 1 : 0)),
      dims: [carry.halted.length],
    },
  };
}

function pickRow(feeds: Record<string, Tensor>, row: number, batch: number): Record<string, Tensor> {
  const entries = Object.entries(feeds).map(([name, { type, data, dims }]) => {
    const length = data.length / batch;
    return [name, { type, data: data.subarray(row * length, (row + 1) * length), dims: [1, ...dims.slice(1)] }];
  });
  return Object.fromEntries(entries) as Record<string, Tensor>;
}

function stackRows(rows: readonly Record<string, Tensor>[]): Record<string, Tensor> {
  const first = rows[0] as Record<string, Tensor>;
  const entries = Object.entries(first).map(([name, { type, data, dims }]) => {
    const stacked = new Float32Array(data.length * rows.length);
    for (const [row, outputs] of rows.entries()) stacked.set(outputs[name]?.data as Float32Array, row * data.length);
    return [name, { type, data: stacked, dims: [rows.length, ...dims.slice(1)] }];
  });
  return Object.fromEntries(entries) as Record<string, Tensor>;
}
