import { DisposeGuard } from '../core/dispose-guard.js';
import { InferenceError, InvalidInputError } from '../core/errors.js';
import type { WorkerCalls } from './engine/protocol.js';
import { checkTensor, detachable } from './tensors.js';
import type { ExecutionProviderFallbackEvent, ExecutionProviderName, RunOptions, Session, Tensor } from './types.js';
import type { WorkerClient } from './worker-client.js';

/** What a Runtime knows about a graph that its worker has loaded. */
export interface SessionDescription {
  readonly id: number;
  readonly name: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly executionProvider: ExecutionProviderName;
  readonly fallbacks: readonly ExecutionProviderFallbackEvent[];
}

/** The Session that `Runtime.createSession` hands out. */
export class RuntimeSession implements Session {
  readonly name: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly executionProvider: ExecutionProviderName;
  readonly fallbacks: readonly ExecutionProviderFallbackEvent[];
  readonly #id: number;
  readonly #client: WorkerClient;
  readonly #generation: number;
  readonly #runtime: DisposeGuard;
  readonly #guard: DisposeGuard;

  constructor(description: SessionDescription, client: WorkerClient, runtime: DisposeGuard) {
    this.name = description.name;
    this.inputNames = description.inputNames;
    this.outputNames = description.outputNames;
    this.executionProvider = description.executionProvider;
    this.fallbacks = description.fallbacks;
    this.#id = description.id;
    this.#client = client;
    this.#generation = client.generation;
    this.#runtime = runtime;
    this.#guard = new DisposeGuard(`session "${description.name}"`);
  }

  get closed(): boolean {
    return this.#guard.disposed || this.#runtime.disposed || this.#lost;
  }

  async run(feeds: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<Record<string, Tensor>> {
    return this.#guard.run(() =>
      this.#runtime.run(() => {
        if (this.#lost) {
          throw new InferenceError(`session "${this.name}" was lost with its worker; create it again`);
        }
        const request = this.#request(feeds, options);
        const buffers = new Set(Object.values(request.feeds).map(({ data }) => data.buffer as ArrayBuffer));
        return this.#client.call('run', request, { buffers: [...buffers], signal: options.signal });
      }),
    );
  }

  dispose(): Promise<void> {
    return this.#guard.dispose(async () => {
      // A Runtime that is disposed, or a worker that was lost, has released it already.
      if (!this.#lost && !this.#runtime.disposed) await this.#client.call('release', { session: this.#id });
    });
  }

  get #lost(): boolean {
    return this.#generation !== this.#client.generation;
  }

  #request(feeds: Readonly<Record<string, Tensor>>, options: RunOptions): WorkerCalls['run']['request'] {
    const { inputs: residentInputs = {}, outputs: residentOutputs = {} } = options.resident ?? {};
    const outputs = options.outputs ?? this.outputNames.filter((name) => !(name in residentOutputs));
    this.#checkNames('feeds', Object.keys(feeds), this.inputNames);
    this.#checkNames('resident.inputs', Object.keys(residentInputs), this.inputNames);
    this.#checkNames('outputs', outputs, this.outputNames);
    this.#checkNames('resident.outputs', Object.keys(residentOutputs), this.outputNames);
    for (const name of this.inputNames) {
      const given = Number(name in feeds) + Number(name in residentInputs);
      if (given === 1) continue;
      throw new InvalidInputError(
        `feeds.${name}`,
        given === 0
          ? `input of session "${this.name}" is missing; it takes ${this.inputNames.join(', ')}`
          : 'is fed and bound to a resident tensor; give one of the two',
      );
    }
    if (outputs.length === 0 && Object.keys(residentOutputs).length === 0) {
      throw new InvalidInputError('outputs', 'nothing is asked for; name an output, or keep one resident');
    }
    const targets = Object.values(residentOutputs);
    if (new Set(targets).size !== targets.length) {
      throw new InvalidInputError('resident.outputs', 'two outputs are kept under one name');
    }
    const sent: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) {
      checkTensor(`feeds.${name}`, tensor);
      sent[name] = detachable(tensor, options.transfer === true);
    }
    return { session: this.#id, feeds: sent, outputs: [...outputs], residentInputs, residentOutputs };
  }

  #checkNames(path: string, given: readonly string[], known: readonly string[]): void {
    const unknown = given.find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw new InvalidInputError(
      `${path}.${unknown}`,
      `session "${this.name}" has no such name; it has ${known.join(', ')}`,
    );
  }
}
