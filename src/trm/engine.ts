import { abortError, createDeadline, type Deadline } from '../core/deadline.js';
import {
  ConfigurationError,
  DeadlineExceededError,
  DisposedError,
  InferenceError,
  InvalidInputError,
  OverloadedError,
} from '../core/errors.js';
import type { HaltRule } from './halting.js';
import type { RecurrentModel, RowCarry } from './recurrent-model.js';

/** Options of an Engine. */
export interface EngineOptions<Output> {
  /** Rows that step together, 1 or more. */
  readonly maxBatchSize: number;
  /** Asked after each supervision step of a request; true ends it. Whatever it says, `maxSteps` ends it. */
  readonly shouldHalt: HaltRule<Output>;
  /** Requests that may wait while a full batch is running, 0 or more. Default: no limit. */
  readonly maxQueue?: number;
  /**
   * Milliseconds that the first request of an idle engine waits for others to share its batch, 0 to 1,000; a full batch
   * does not wait. Default 0. Later requests join a running batch at its next step, so they never wait for this.
   */
  readonly maxWaitMs?: number;
  /** Told how many rows each step has. Must not throw. */
  readonly onBatch?: ((rows: number) => void) | undefined;
}

/** Options of one request. */
export interface SubmitOptions<Output = unknown> {
  /** Takes the place of the engine's rule for this request. */
  readonly shouldHalt?: HaltRule<Output> | undefined;
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the request may take, waiting included. Default: no limit. */
  readonly deadlineMs?: number | undefined;
}

/** What a request got. */
export interface EngineResult<Output> {
  /** One output a supervision step, the last one last. */
  readonly outputs: readonly Output[];
  /** Supervision steps done. */
  readonly steps: number;
}

interface Request<Input, Output> {
  readonly input: Input;
  readonly deadline: Deadline;
  readonly shouldHalt: HaltRule<Output>;
  readonly resolve: (result: EngineResult<Output>) => void;
  readonly reject: (error: unknown) => void;
  readonly outputs: Output[];
  carry: RowCarry | undefined;
  settled: boolean;
}

/**
 * Runs many requests through a recurrent model in shared batches. A batch is what is there: rows under way and those
 * that wait, oldest first. A row that halts leaves, and a waiting request takes its place at the next step, so a
 * request never waits for another one to finish while there is room.
 *
 * @example
 * const engine = new Engine(referenceRecurrentModel(model), { maxBatchSize: 32, shouldHalt: haltOnQ() });
 * const { outputs, steps } = await engine.submit({ inputs, puzzleIdentifier: 3 }, { deadlineMs: 500 });
 */
export class Engine<Input, Output> implements AsyncDisposable {
  readonly #model: RecurrentModel<Input, Output>;
  readonly #options: EngineOptions<Output>;
  readonly #capacity: number;
  readonly #waiting = new Set<Request<Input, Output>>();
  readonly #active = new Set<Request<Input, Output>>();
  #batch: { readonly rows: readonly Request<Input, Output>[]; readonly controller: AbortController } | undefined;
  #loop: Promise<void> | undefined;
  /** Ends the wait for others of the first request. */
  #gathered: (() => void) | undefined;
  #disposal: Promise<void> | undefined;

  /** Throws ConfigurationError for an option out of range. The caller keeps the model and disposes it afterwards. */
  constructor(model: RecurrentModel<Input, Output>, options: EngineOptions<Output>) {
    const { maxBatchSize, maxQueue = Number.POSITIVE_INFINITY, maxWaitMs = 0 } = options;
    checkWhole('maxBatchSize', maxBatchSize, 1);
    if (!(maxWaitMs >= 0 && maxWaitMs <= 1_000)) {
      throw new ConfigurationError(`maxWaitMs: expected 0 to 1000 milliseconds, received ${String(maxWaitMs)}`);
    }
    if (maxQueue !== Number.POSITIVE_INFINITY) checkWhole('maxQueue', maxQueue, 0);
    checkWhole('model.maxSteps', model.maxSteps, 1);
    this.#model = model;
    this.#options = { ...options };
    this.#capacity = maxBatchSize + maxQueue;
  }

  /** Requests in the batch. */
  get active(): number {
    return this.#active.size;
  }

  /** Requests that wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs one request until it halts. Requests of the same turn of the event loop meet in one batch.
   *
   * Rejects with what the model's `check` throws, InvalidInputError (a `deadlineMs` out of range), OverloadedError
   * (the queue is full), AbortedError, DeadlineExceededError, DisposedError, or what the model's step failed with.
   */
  async submit(input: Input, options: SubmitOptions<Output> = {}): Promise<EngineResult<Output>> {
    if (this.#disposal) throw new DisposedError('the Engine was used after dispose(); create a new one');
    const { signal, deadlineMs, shouldHalt = this.#options.shouldHalt } = options;
    checkDeadline(deadlineMs);
    if (signal?.aborted) throw abortError(signal);
    if (deadlineMs === 0) throw new DeadlineExceededError('not done within 0 ms');
    this.#model.check?.(input);
    if (this.#active.size + this.#waiting.size >= this.#capacity) {
      throw new OverloadedError(
        `the queue is full: ${this.#active.size} requests are running and ${this.#waiting.size} wait; try again later`,
      );
    }
    const deadline = createDeadline({ signal, timeoutMs: deadlineMs });
    return new Promise((resolve, reject) => {
      const request = { input, deadline, shouldHalt, resolve, reject, outputs: [], carry: undefined, settled: false };
      this.#waiting.add(request);
      deadline.signal.addEventListener('abort', () => this.#fail(request, abortError(deadline.signal)), { once: true });
      this.#loop ??= this.#run();
      if (this.#waiting.size >= this.#options.maxBatchSize) this.#gathered?.();
    });
  }

  /**
   * Refuses new requests, rejects those that wait with DisposedError and waits for the running step; requests that
   * halt with it still get their result, the others of its batch are rejected as well.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#shutDown();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #shutDown(): Promise<void> {
    this.#failAll(this.#waiting);
    this.#gathered?.();
    await this.#loop;
  }

  /** Steps until nobody is left. Does not reject. */
  async #run(): Promise<void> {
    // A turn of the event loop before each batch lets requests that were made together, and those that a finished
    // request led to, come into it.
    await this.#gather();
    for (await nextTurn(); this.#active.size + this.#waiting.size > 0; await nextTurn()) {
      if (this.#disposal) {
        this.#failAll(this.#active);
        this.#failAll(this.#waiting);
        break;
      }
      this.#fillBatch();
      await this.#stepBatch([...this.#active]);
    }
    this.#loop = undefined;
  }

  /** Gives others the time to come into the first batch. */
  async #gather(): Promise<void> {
    const { maxWaitMs = 0, maxBatchSize } = this.#options;
    if (maxWaitMs === 0 || this.#waiting.size >= maxBatchSize) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxWaitMs);
      this.#gathered = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#gathered = undefined;
  }

  #fillBatch(): void {
    for (const request of this.#waiting) {
      if (this.#active.size >= this.#options.maxBatchSize) break;
      this.#waiting.delete(request);
      this.#active.add(request);
    }
  }

  async #stepBatch(rows: readonly Request<Input, Output>[]): Promise<void> {
    const controller = new AbortController();
    this.#batch = { rows, controller };
    if (rows.length > 0) this.#options.onBatch?.(rows.length);
    try {
      const results = await this.#model.step(
        rows.map(({ input, carry }) => ({ input, carry })),
        controller.signal,
      );
      if (results.length !== rows.length) {
        throw new InferenceError(`the model was given ${rows.length} rows and returned ${results.length}`);
      }
      for (const [index, request] of rows.entries()) {
        const result = results[index];
        if (result) this.#advance(request, result.carry, result.output);
      }
    } catch (error) {
      for (const request of rows) this.#fail(request, error);
    } finally {
      this.#batch = undefined;
    }
  }

  #advance(request: Request<Input, Output>, carry: RowCarry, output: Output): void {
    if (request.settled) return;
    const previousCarry = request.carry;
    request.carry = carry;
    request.outputs.push(output);
    const steps = request.outputs.length;
    try {
      const halts = request.shouldHalt(output, steps, { carry, previousCarry });
      if (!halts && steps < this.#model.maxSteps) return;
    } catch (error) {
      this.#fail(request, error);
      return;
    }
    this.#leave(request);
    request.resolve({ outputs: request.outputs, steps });
  }

  #fail(request: Request<Input, Output>, error: unknown): void {
    if (request.settled) return;
    this.#leave(request);
    request.reject(error);
    if (this.#batch?.rows.every(({ settled }) => settled)) this.#batch.controller.abort(error);
  }

  #failAll(requests: Iterable<Request<Input, Output>>): void {
    const error = new DisposedError('the Engine was disposed before the request was done');
    for (const request of [...requests]) this.#fail(request, error);
  }

  #leave(request: Request<Input, Output>): void {
    request.settled = true;
    request.deadline.dispose();
    this.#waiting.delete(request);
    this.#active.delete(request);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new ConfigurationError(`${name}: expected a whole number of ${least} or more, received ${String(value)}`);
}

function checkDeadline(deadlineMs: number | undefined): void {
  if (deadlineMs === undefined || (typeof deadlineMs === 'number' && deadlineMs >= 0)) return;
  throw new InvalidInputError('deadlineMs', `expected milliseconds of 0 or more, received ${String(deadlineMs)}`);
}
