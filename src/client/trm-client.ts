import type { ClientConfig } from '../config/index.js';
import { DisposeGuard } from '../core/dispose-guard.js';
import { ConfigurationError } from '../core/errors.js';
import { memoizeAsync } from '../core/memoize-async.js';
import type { TextProvider } from '../domain/index.js';
import { answerRequest } from './answer-request.js';
import { type ClientHealth, checkHealth, type HealthOptions } from './attempts/check-health.js';
import { EventQueue } from './event-queue.js';
import { TRMClientEmitter, type TRMStreamEvent } from './events.js';
import { type ClientSettings, checkProviders, readOptions, type TRMClientOptions } from './options.js';
import { type ParsedRequest, parseRequest, type TRMRequest } from './request.js';
import type { TRMResponse } from './response.js';

/**
 * Answers questions with a Tiny Recursive Model or, where that cannot, with other text models: providers are asked in
 * order, each answer is reflected on, and every attempt is in the response. A provider with native recursion reflects
 * by itself; with any other one the client asks for a critique and a refined answer, and keeps the best by evidence.
 *
 * @example
 * await using client = new TRMClient({ providers: [ollama] });
 * const { answer, confidence } = await client.generate({
 *   prompt: 'Why does the pod restart?',
 *   context: { events: ['OOMKilled'] },
 *   reflectionMode: ReflectionMode.AUTO,
 * });
 */
export class TRMClient implements AsyncDisposable {
  /** What happens in the client, by name: see {@link TRMClientEvents}. */
  readonly events = new TRMClientEmitter();
  readonly #settings: ClientSettings;
  readonly #guard = new DisposeGuard('TRMClient');
  readonly #ready = memoizeAsync<'providers', readonly TextProvider[]>();
  #owned: readonly TextProvider[] = [];

  /** Starts nothing. Throws ConfigurationError that names the option or environment variable. */
  constructor(options: TRMClientOptions = {}) {
    this.#settings = readOptions(options);
  }

  /** The settings that hold, each with its source. */
  get config(): ClientConfig {
    return this.#settings.config;
  }

  /**
   * Makes the providers now, where the first request would. Calling it is never needed. Rejects with what
   * `createDefaultProviders` throws, or ConfigurationError when it makes none; the next call tries again.
   */
  async ready(): Promise<void> {
    await this.#guard.run(() => this.#providers());
  }

  /**
   * Answers a request. When the deadline (`timeoutMs`) strikes after a first answer, the best so far comes with
   * `stopReason` `deadline`.
   *
   * Rejects with InvalidInputError naming the field; AbortedError when the signal fires; DeadlineExceededError before
   * the first answer; NoProviderAvailableError when every provider failed; ConfigurationError; DisposedError.
   */
  async generate(request: TRMRequest): Promise<TRMResponse> {
    this.#guard.check();
    return this.#answer(parseRequest(request));
  }

  /**
   * Answers a request as `generate` does and tells what happens meanwhile. The last event is `response`; the same
   * response is the generator's return value. Nothing is asked before the first `next()`, which is also when a request
   * is refused; leaving the loop early ends the request. Throws as `generate` rejects.
   *
   * @example
   * for await (const event of client.stream({ prompt })) {
   *   if (event.type === 'answer-delta' && event.step === 0) process.stdout.write(event.text);
   * }
   */
  async *stream(request: TRMRequest): AsyncGenerator<TRMStreamEvent, TRMResponse, void> {
    this.#guard.check();
    const parsed = parseRequest(request);
    const left = new AbortController();
    const signal = parsed.signal ? AbortSignal.any([parsed.signal, left.signal]) : left.signal;
    const queue = new EventQueue<TRMStreamEvent>();
    const answer = this.#answer({ ...parsed, signal }, queue.push);
    // Read below; a failure before that must not count as unhandled.
    const settled = answer.then(queue.close, queue.close);
    try {
      yield* queue;
      const response = await answer;
      yield { type: 'response', response };
      return response;
    } finally {
      left.abort();
      await settled;
    }
  }

  /**
   * How each provider is, asked at once. Never rejects for a provider's sake: what goes wrong is an unhealthy result.
   * Rejects with AbortedError, DisposedError, or as `ready` does.
   */
  health(options: HealthOptions = {}): Promise<ClientHealth> {
    return this.#guard.run(async () => checkHealth(await this.#providers(), options));
  }

  /**
   * Refuses new requests, waits for those that run, and disposes the providers that this client made itself. Rejects
   * with AggregateError when some of them fail to dispose, after all have been told to.
   */
  dispose(): Promise<void> {
    return this.#guard.dispose(async () => {
      // A request may have given up on providers that are still being made.
      await Promise.allSettled(this.#ready.entries().map(([, providers]) => providers));
      const results = await Promise.allSettled(this.#owned.map(async (provider) => provider.dispose?.()));
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      if (failures.length > 0) throw new AggregateError(failures, 'providers could not be disposed');
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #answer(request: ParsedRequest, sink?: (event: TRMStreamEvent) => void): Promise<TRMResponse> {
    const providers = (): Promise<readonly TextProvider[]> => this.#providers();
    return this.#guard.run(() =>
      answerRequest(request, { settings: this.#settings, events: this.events, providers, sink }),
    );
  }

  #providers(): Promise<readonly TextProvider[]> {
    return this.#ready.get('providers', async () => {
      const { config, fallbacks } = this.#settings;
      const providers = [...(this.#settings.providers ?? (await this.#create())), ...fallbacks];
      if (providers.length === 0) {
        throw new ConfigurationError(
          'createDefaultProviders made no provider; check USE_TRM, TRM_USE_HF_API, HF_API_TOKEN and OLLAMA_URL',
        );
      }
      this.events.emit('trm_client_initialized', {
        modelName: config.modelName.value,
        providers: providers.map(({ name, modelId, capabilities }) => ({
          name,
          modelId,
          recursion: capabilities.recursion,
        })),
        confidenceThreshold: config.confidenceThreshold.value,
        fallbackBelow: config.fallbackBelow.value,
        timeoutMs: config.timeoutMs.value,
      });
      return providers;
    });
  }

  async #create(): Promise<readonly TextProvider[]> {
    const { config, createDefaultProviders } = this.#settings;
    const created = await createDefaultProviders(config);
    checkProviders('createDefaultProviders', created);
    this.#owned = [...created];
    return created;
  }
}
