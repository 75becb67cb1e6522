import { DisposedError, ModelLoadError } from '../../core/errors.js';
import { redactError } from '../../core/redact.js';
import { ServiceEmitter } from '../service-events.js';
import { probeModel } from './probe-model.js';
import type { LoadModel, ModelIdentity, ServiceModel } from './service-model.js';

export interface ModelHolderOptions {
  readonly load: LoadModel;
  /** Folder of the model; undefined for the one shipped with this package. */
  readonly path?: string | undefined;
  /** Milliseconds for the probe of a new model. Default 30,000. */
  readonly probeTimeoutMs?: number | undefined;
  /** Told of events from the first model on. */
  readonly events?: ServiceEmitter | undefined;
}

interface Held {
  readonly model: ServiceModel;
  /** Requests under way on it. */
  users: number;
  retired: boolean;
  /** Resolves when the model has given its last answer and its memory is free. */
  readonly released: Promise<void>;
  readonly markReleased: () => void;
}

const PROBE_TIMEOUT_MS = 30_000;

/**
 * Holds the model that answers, and replaces it while requests run: the new one is loaded beside it and has to answer a
 * probe before it gets a request; what was begun on the old one ends there, and then its memory is given back. A model
 * that cannot be loaded or does not answer changes nothing.
 */
export class ModelHolder implements AsyncDisposable {
  readonly events: ServiceEmitter;
  readonly #options: ModelHolderOptions;
  readonly #alive = new Set<Held>();
  #held: Held;
  #path: string | undefined;
  #generation = 1;
  #reload: { readonly path: string | undefined; readonly done: Promise<ModelIdentity> } | undefined;
  #disposal: Promise<void> | undefined;

  private constructor(options: ModelHolderOptions, model: ServiceModel) {
    this.#options = options;
    this.#path = options.path;
    this.#held = this.#hold(model);
    this.events = options.events ?? new ServiceEmitter();
  }

  /** Loads and probes the first model. Rejects with ModelLoadError or ExecutionProviderError. */
  static async open(options: ModelHolderOptions): Promise<ModelHolder> {
    const model = await loadProbed(options, options.path);
    const holder = new ModelHolder(options, model);
    holder.events.emit('model_switched', { model: model.identity, previous: undefined });
    return holder;
  }

  /** The model that gets the next request. */
  get identity(): ModelIdentity {
    return this.#held.model.identity;
  }

  /** Folder of that model; undefined for the one shipped with this package. */
  get path(): string | undefined {
    return this.#path;
  }

  /** Counts the models that have answered, so that answers of two models are never taken for one. */
  get generation(): number {
    return this.#generation;
  }

  get load(): ServiceModel['load'] {
    return this.#held.model.load;
  }

  /** Whether requests can be answered. */
  get ready(): boolean {
    return this.#disposal === undefined;
  }

  /** The reload that is going on. */
  get reloading(): { readonly path: string | undefined } | undefined {
    return this.#reload;
  }

  /** Runs work on the model of this moment, which lives at least until the work has ended. */
  async use<T>(work: (model: ServiceModel) => Promise<T>): Promise<T> {
    this.#check();
    const held = this.#held;
    held.users += 1;
    try {
      return await work(held.model);
    } finally {
      held.users -= 1;
      if (held.retired && held.users === 0) this.#release(held);
    }
  }

  /**
   * Takes another model, or the same folder anew. One reload runs at a time: the same asked for again joins it.
   *
   * @param path folder of the model; default the folder of the present one
   * @throws ModelLoadError or ExecutionProviderError when the new model cannot be used, and ModelLoadError while another
   *   folder is being loaded; the present model goes on answering
   */
  async reload(path: string | undefined = this.#path): Promise<ModelIdentity> {
    this.#check();
    if (this.#reload) {
      if (this.#reload.path === path) return this.#reload.done;
      throw new ModelLoadError('another model is being loaded at this moment; try again when it is done');
    }
    const done = this.#switchTo(path).finally(() => {
      this.#reload = undefined;
    });
    this.#reload = { path, done };
    return done;
  }

  /** Refuses new work, waits for what is under way, and gives all memory back. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#shutDown();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #switchTo(path: string | undefined): Promise<ModelIdentity> {
    let model: ServiceModel;
    try {
      model = await loadProbed(this.#options, path);
    } catch (error) {
      this.events.emit('model_refused', { error: redactError(error) });
      throw error;
    }
    if (this.#disposal) {
      await model.dispose();
      this.#check();
    }
    const old = this.#held;
    this.#held = this.#hold(model);
    this.#path = path;
    this.#generation += 1;
    this.events.emit('model_switched', { model: model.identity, previous: old.model.identity });
    this.#retire(old);
    return model.identity;
  }

  #hold(model: ServiceModel): Held {
    let markReleased = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      markReleased = resolve;
    });
    const held: Held = { model, users: 0, retired: false, released, markReleased };
    this.#alive.add(held);
    return held;
  }

  /** No request gets it any more. */
  #retire(held: Held): void {
    held.retired = true;
    if (held.users === 0) this.#release(held);
  }

  #release(held: Held): void {
    const { model } = held;
    const end = (): void => {
      this.#alive.delete(held);
      this.events.emit('model_released', { model: model.identity });
      held.markReleased();
    };
    // A model that cannot be given back is a leak, and no reason to fail: the next one answers already.
    Promise.resolve()
      .then(() => model.dispose())
      .then(end, (error: unknown) => {
        process.emitWarning(`a replaced model was not disposed: ${redactError(error).message}`, 'AgentTrmWarning');
        end();
      });
  }

  async #shutDown(): Promise<void> {
    await this.#reload?.done.catch(() => undefined);
    this.#retire(this.#held);
    await Promise.all([...this.#alive].map(({ released }) => released));
  }

  #check(): void {
    if (this.#disposal) throw new DisposedError('the model was used after dispose()');
  }
}

async function loadProbed(options: ModelHolderOptions, path: string | undefined): Promise<ServiceModel> {
  const model = await options.load(path);
  try {
    await probeModel(model, options.probeTimeoutMs ?? PROBE_TIMEOUT_MS);
    return model;
  } catch (error) {
    await model.dispose().catch(() => undefined);
    throw error;
  }
}
