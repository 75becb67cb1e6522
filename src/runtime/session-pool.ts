import { DisposeGuard } from '../core/dispose-guard.js';
import { memoizeAsync } from '../core/memoize-async.js';
import { Runtime } from './runtime.js';
import type { RuntimeOptions, Session } from './types.js';

/**
 * Loaded graphs, shared by those who ask for the same model with the same providers and options. Its creator owns
 * it: `dispose` waits for running work and ends the worker threads. There is one Runtime, so one thread, for each
 * different set of options.
 */
export class SessionPool implements AsyncDisposable {
  readonly #defaults: RuntimeOptions;
  readonly #guard = new DisposeGuard('the SessionPool');
  readonly #runtimes = new Map<string, Runtime>();
  readonly #sessions = memoizeAsync<string, Session>();

  /** @param defaults options of every session, unless `acquire` overrides them */
  constructor(defaults: RuntimeOptions = {}) {
    this.#defaults = defaults;
  }

  /**
   * The session of a model. The first caller loads it, those who come meanwhile share that load, and a load that
   * failed is tried again by the next caller. A session that was disposed or lost with its worker is loaded anew.
   * The session is shared: leave disposing it to `evict` and `dispose`.
   *
   * @param modelId names the model, for instance by the hash of its bytes
   * @param load reads the serialised ONNX model; called only when it is not loaded yet
   * @param options override the pool's defaults; `onEvent` of the first caller of a set of options hears its events
   */
  async acquire(
    modelId: string,
    load: () => Uint8Array | Promise<Uint8Array>,
    options: RuntimeOptions = {},
  ): Promise<Session> {
    return this.#guard.run(async () => {
      const merged = { ...this.#defaults, ...options };
      const key = sessionKey(modelId, merged);
      const create = async (): Promise<Session> => this.#runtime(merged).createSession(await load(), { name: modelId });
      const kept = this.#sessions.get(key, create);
      const session = await kept;
      if (!session.closed) return session;
      // Another caller may have seen the same and load it already: only the closed one is forgotten.
      this.#sessions.delete(key, kept);
      return this.#sessions.get(key, create);
    });
  }

  /** Releases a model after the runs that were asked for before; does nothing when it is not loaded. */
  async evict(modelId: string, options: RuntimeOptions = {}): Promise<void> {
    return this.#guard.run(async () => {
      const pending = this.#sessions.delete(sessionKey(modelId, { ...this.#defaults, ...options }));
      const session = await pending?.catch(() => undefined);
      await session?.dispose();
    });
  }

  /** Refuses new calls, waits for running work, releases all models and ends the worker threads. */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => {
      this.#sessions.clear();
      await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.dispose()));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #runtime(options: RuntimeOptions): Runtime {
    const key = optionsKey(options);
    const known = this.#runtimes.get(key);
    if (known) return known;
    const runtime = new Runtime(options);
    this.#runtimes.set(key, runtime);
    return runtime;
  }
}

function sessionKey(modelId: string, options: RuntimeOptions): string {
  return JSON.stringify([modelId, optionsKey(options)]);
}

function optionsKey(options: RuntimeOptions): string {
  const {
    executionProviders = ['auto'],
    strict = false,
    intraOpThreads = 0,
    optimization = 'all',
    deviceId = 0,
  } = options;
  return JSON.stringify([executionProviders, strict, intraOpThreads, optimization, deviceId]);
}
