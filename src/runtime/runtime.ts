import { availableParallelism } from 'node:os';
import { DisposeGuard } from '../core/dispose-guard.js';
import { ConfigurationError } from '../core/errors.js';
import { loadError } from './engine/failure.js';
import type { WorkerSessionOptions } from './engine/protocol.js';
import { AUTO_PROVIDERS, checkPreferences, resolveExecutionProviders } from './execution-providers.js';
import { probeModel } from './probe-model.js';
import { RuntimeSession } from './session.js';
import { startWorker } from './start-worker.js';
import { checkTensor, detachable } from './tensors.js';
import type {
  ExecutionProviderFallbackEvent,
  ExecutionProviderName,
  RuntimeEvent,
  RuntimeOptions,
  Session,
  SupportedExecutionProvider,
  Tensor,
} from './types.js';
import { WorkerClient } from './worker-client.js';

/** Newest events that `Runtime.events` keeps. */
const KEPT_EVENTS = 100;

/**
 * Runs ONNX graphs in a worker thread of its own, so that the caller's event loop never waits for a computation.
 * The thread starts with the first call and does not keep the process alive while nothing is asked of it.
 *
 * @example
 * const runtime = new Runtime({ executionProviders: ['cuda', 'cpu'] });
 * const session = await runtime.createSession(bytes, { name: 'policy' });
 * const { y } = await session.run({ x: { type: 'float32', data, dims: [1, 4] } });
 * await runtime.dispose();
 */
export class Runtime implements AsyncDisposable {
  readonly #options: RuntimeOptions;
  readonly #guard = new DisposeGuard('the Runtime');
  readonly #client = new WorkerClient(startWorker, (reason) => this.#record({ type: 'worker-lost', reason }));
  readonly #events: RuntimeEvent[] = [];
  #candidates: Promise<readonly ExecutionProviderName[]> | undefined;
  #nextSession = 1;

  /**
   * Starts nothing.
   * @throws ConfigurationError for an option out of range
   */
  constructor(options: RuntimeOptions = {}) {
    checkOptions(options);
    this.#options = { ...options };
  }

  /** What happened, oldest first; the newest 100 are kept. */
  get events(): readonly RuntimeEvent[] {
    return [...this.#events];
  }

  /**
   * Loads a graph with the first execution provider of the list that can start it.
   *
   * @param model a serialised ONNX model; copied
   * @param options.name how events and errors call the session; default `graph-<n>`
   * Rejects with ExecutionProviderError (no provider could start, or onnxruntime-node cannot be loaded) or
   * InferenceError (the graph is not valid, or the worker was lost).
   */
  async createSession(model: Uint8Array, options: { readonly name?: string } = {}): Promise<Session> {
    return this.#guard.run(async () => {
      const id = this.#nextSession++;
      const name = options.name ?? `graph-${id}`;
      const strict = this.#options.strict === true;
      const copy = new Uint8Array(model);
      const all = await this.#executionProviders();
      const candidates = strict ? all.slice(0, 1) : all;
      const request = { session: id, model: copy, candidates, options: this.#sessionOptions() };
      const answer = await this.#client.call('create', request, { buffers: [copy.buffer] });
      if (!answer.provider) throw loadError(name, answer.failures, strict);
      const chain = [...answer.failures.map(({ provider }) => provider), answer.provider];
      const fallbacks = answer.failures.map(
        ({ provider: from, reason }, index): ExecutionProviderFallbackEvent => ({
          type: 'execution-provider-fallback',
          session: name,
          from,
          to: chain[index + 1]!,
          reason,
        }),
      );
      for (const event of fallbacks) this.#record(event);
      const { provider: executionProvider, inputNames, outputNames } = answer;
      const description = { id, name, inputNames, outputNames, executionProvider, fallbacks };
      return new RuntimeSession(description, this.#client, this.#guard);
    });
  }

  /**
   * Puts a tensor into the worker under a name that all sessions of this Runtime can read and write. It replaces
   * one of the same name. Its array is copied.
   */
  async setResident(name: string, tensor: Tensor): Promise<void> {
    return this.#guard.run(async () => {
      checkTensor(`resident "${name}"`, tensor);
      const copy = detachable(tensor, false);
      await this.#client.call('setResident', { name, tensor: copy }, { buffers: [copy.data.buffer as ArrayBuffer] });
    });
  }

  /** A copy of a resident tensor. Rejects with InvalidInputError when there is none of that name. */
  async getResident(name: string): Promise<Tensor> {
    return this.#guard.run(() => this.#client.call('getResident', { name }));
  }

  /** Frees a resident tensor. Rejects with InvalidInputError when there is none of that name. */
  async deleteResident(name: string): Promise<void> {
    return this.#guard.run(() => this.#client.call('deleteResident', { name }));
  }

  /** The execution providers that the installed onnxruntime binary was built with, as the binary says. */
  async listSupportedExecutionProviders(): Promise<readonly SupportedExecutionProvider[]> {
    return this.#guard.run(() => this.#client.call('supported', {}));
  }

  /** Refuses new calls, waits for those that were made before, releases all sessions and ends the worker. */
  dispose(): Promise<void> {
    return this.#guard.dispose(() => this.#client.stop());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** The providers to try, with `auto` expanded to what was seen to start here; found out once. */
  #executionProviders(): Promise<readonly ExecutionProviderName[]> {
    this.#candidates ??= this.#resolve().catch((error: unknown) => {
      this.#candidates = undefined;
      throw error;
    });
    return this.#candidates;
  }

  async #resolve(): Promise<readonly ExecutionProviderName[]> {
    const preferences = this.#options.executionProviders ?? ['auto'];
    if (!preferences.includes('auto')) return resolveExecutionProviders(preferences, []);
    const supported = (await this.#client.call('supported', {})).map(({ name }) => name);
    const candidates = AUTO_PROVIDERS.filter((name) => supported.includes(name));
    if (candidates.length === 0) return resolveExecutionProviders(preferences, []);
    const request = { model: probeModel(), candidates, options: this.#sessionOptions() };
    const { usable, failures } = await this.#client.call('probe', request);
    for (const failure of failures) this.#record({ type: 'execution-provider-skipped', ...failure });
    return resolveExecutionProviders(preferences, usable);
  }

  #sessionOptions(): WorkerSessionOptions {
    const { intraOpThreads = availableParallelism(), optimization = 'all', deviceId = 0 } = this.#options;
    return { intraOpThreads, optimization, deviceId };
  }

  #record(event: RuntimeEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEPT_EVENTS) this.#events.shift();
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A listener that fails must not fail the work it listens to; the event is kept above all the same.
    }
  }
}

/**
 * The execution providers that the installed onnxruntime binary was built with. Asks the binary, in a worker that
 * is ended afterwards. Rejects with ExecutionProviderError when onnxruntime-node cannot be loaded.
 */
export async function listSupportedExecutionProviders(): Promise<readonly SupportedExecutionProvider[]> {
  const runtime = new Runtime();
  try {
    return await runtime.listSupportedExecutionProviders();
  } finally {
    await runtime.dispose();
  }
}

function checkOptions(options: RuntimeOptions): void {
  if (options.executionProviders !== undefined) checkPreferences(options.executionProviders);
  checkWhole('intraOpThreads', options.intraOpThreads, 1);
  checkWhole('deviceId', options.deviceId, 0);
  const levels = ['disabled', 'basic', 'extended', 'all'];
  if (options.optimization !== undefined && !levels.includes(options.optimization)) {
    throw new ConfigurationError(
      `optimization: expected one of ${levels.join(', ')}, received "${options.optimization}"`,
    );
  }
}

function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new ConfigurationError(`${name}: expected a whole number of ${least} or more, received ${value}`);
}
