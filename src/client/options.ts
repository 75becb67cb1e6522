import { type ClientConfig, type ClientConfigOptions, resolveClientConfig } from '../config/index.js';
import { ConfigurationError } from '../core/errors.js';
import { describeValue } from '../domain/describe.js';
import type { Embedder, TextProvider } from '../domain/index.js';
import { type ConfidenceMap, checkConfidenceMap, DEFAULT_CONFIDENCE_MAP } from './confidence/confidence-map.js';
import type { Verifier } from './confidence/score-answer.js';
import { createDefaultProviders } from './default-providers.js';

/** Makes the providers of a client that was given none, in the order in which they are to be asked. */
export type CreateProviders = (config: ClientConfig) => readonly TextProvider[] | Promise<readonly TextProvider[]>;

/**
 * Options of a TRMClient. What has an environment variable takes it when the option is left out.
 *
 * | option | variable | default |
 * |---|---|---|
 * | `modelName` | TRM_MODEL_NAME | the provider's |
 * | `modelPath` | TRM_MODEL_PATH | the bundled model |
 * | `executionProviders` | TRM_EXECUTION_PROVIDER, else DEVICE | `['auto']` |
 * | `threads` | TRM_THREADS | all cores |
 * | `useTrm` | USE_TRM | true |
 * | `useHfApi` | TRM_USE_HF_API | false |
 * | `hfApiToken` | HF_API_TOKEN | |
 * | `ollamaUrl` | OLLAMA_URL | http://127.0.0.1:11434 |
 * | `ollamaModel` | OLLAMA_MODEL | the provider's |
 * | `confidenceThreshold` | TRM_REFLECTION_THRESHOLD | 0.85 |
 * | `fallbackBelow` | TRM_FALLBACK_BELOW | 0 |
 * | `timeoutMs` | TRM_TIMEOUT_MS | 30,000 |
 * | `contextTokens` | TRM_CONTEXT_TOKENS | 2,048 |
 *
 * The first nine say which providers `createDefaultProviders` makes and how; given `providers`, they say nothing.
 * `modelName` is the chat model of the Hugging Face API.
 */
export interface TRMClientOptions extends ClientConfigOptions {
  /** Providers in the order in which they are asked. They stay the caller's: `dispose()` leaves them alone. */
  readonly providers?: readonly TextProvider[] | undefined;
  /** Providers that are asked after all others, which stay the caller's, too. */
  readonly fallbacks?: readonly TextProvider[] | undefined;
  /**
   * Called once, at the first use, when `providers` is left out or empty. What it makes is disposed with the client.
   * Default: the local TRM, the Hugging Face API where it is asked for and there is a token, Ollama.
   */
  readonly createDefaultProviders?: CreateProviders | undefined;
  /** Default: `DEFAULT_CONFIDENCE_MAP`, a prior that is fitted to nothing. See `fitConfidenceMap`. */
  readonly confidenceMap?: ConfidenceMap | undefined;
  /** Measures the agreement of answers by the cosine of their vectors. Default: token F1. */
  readonly embedder?: Embedder | undefined;
  /** Judges every answer of a provider without native recursion. */
  readonly verify?: Verifier | undefined;
}

/** Options that were checked. */
export interface ClientSettings {
  readonly config: ClientConfig;
  readonly providers: readonly TextProvider[] | undefined;
  readonly fallbacks: readonly TextProvider[];
  readonly createDefaultProviders: CreateProviders;
  readonly confidenceMap: ConfidenceMap;
  readonly embedder: Embedder | undefined;
  readonly verify: Verifier | undefined;
}

/** Throws ConfigurationError that names the option or variable. */
export function readOptions(options: TRMClientOptions): ClientSettings {
  const config = resolveClientConfig(options);
  const { providers, fallbacks = [], confidenceMap = DEFAULT_CONFIDENCE_MAP } = options;
  if (providers !== undefined) checkProviders('providers', providers);
  checkProviders('fallbacks', fallbacks);
  for (const name of ['createDefaultProviders', 'embedder', 'verify'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new ConfigurationError(`${name}: expected a function, received ${describeValue(options[name])}`);
    }
  }
  checkConfidenceMap(confidenceMap);
  return {
    config,
    // A copy: a list that the caller changes later must not change who is asked.
    providers: providers && providers.length > 0 ? [...providers] : undefined,
    fallbacks: [...fallbacks],
    createDefaultProviders: options.createDefaultProviders ?? createDefaultProviders,
    confidenceMap,
    embedder: options.embedder,
    verify: options.verify,
  };
}

/** Throws ConfigurationError for what is not a list of text providers. */
export function checkProviders(name: string, providers: readonly TextProvider[]): void {
  if (!Array.isArray(providers)) {
    throw new ConfigurationError(`${name}: expected an array of text providers, received ${describeValue(providers)}`);
  }
  for (const [index, provider] of (providers as readonly TextProvider[]).entries()) {
    if (typeof provider?.doGenerate !== 'function' || typeof provider.doHealth !== 'function') {
      throw new ConfigurationError(`${name}[${index}]: expected a text provider, received ${describeValue(provider)}`);
    }
    if (provider.specificationVersion !== 'v1') {
      const version = describeValue(provider.specificationVersion);
      throw new ConfigurationError(`${name}[${index}]: expected specificationVersion "v1", received ${version}`);
    }
  }
}
