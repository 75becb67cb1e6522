import { ConfigurationError } from '../core/errors.js';
import type { ExecutionProviderPreference } from '../core/execution-provider.js';
import { Secret } from '../core/secret.js';
import { readFlag, readProbability, readSecret, readText, readUrl, readWhole } from './readers.js';
import { type ModelConfig, resolveModelConfig } from './resolve-config.js';
import { type ConfigValue, type Environment, resolveValue } from './resolve-value.js';

/** Settings of a TRMClient given in code; each wins over the environment. */
export interface ClientConfigOptions {
  readonly modelName?: string | undefined;
  readonly modelPath?: string | undefined;
  readonly executionProviders?: readonly ExecutionProviderPreference[] | undefined;
  readonly threads?: number | undefined;
  readonly useTrm?: boolean | undefined;
  readonly useHfApi?: boolean | undefined;
  readonly hfApiToken?: string | undefined;
  readonly ollamaUrl?: string | undefined;
  readonly ollamaModel?: string | undefined;
  readonly confidenceThreshold?: number | undefined;
  readonly fallbackBelow?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly contextTokens?: number | undefined;
}

/** The settings of a TRMClient, each with its source. */
export interface ClientConfig extends ModelConfig {
  /** Name of the model to ask for: TRM_MODEL_NAME; undefined leaves it to the provider. */
  readonly modelName: ConfigValue<string | undefined>;
  /** Whether the local model is among the default providers: USE_TRM; default true. */
  readonly useTrm: ConfigValue<boolean>;
  /** Whether the Hugging Face API is among them: TRM_USE_HF_API; default false. */
  readonly useHfApi: ConfigValue<boolean>;
  /** HF_API_TOKEN; never shown by messages, JSON or `console.log`. */
  readonly hfApiToken: ConfigValue<Secret | undefined>;
  /** OLLAMA_URL; default http://127.0.0.1:11434, where Ollama listens unless it is told otherwise. */
  readonly ollamaUrl: ConfigValue<string>;
  /** OLLAMA_MODEL; undefined leaves it to the provider. */
  readonly ollamaModel: ConfigValue<string | undefined>;
  /** Confidence, 0 to 1, over which reflection stops: TRM_REFLECTION_THRESHOLD; default 0.85. */
  readonly confidenceThreshold: ConfigValue<number>;
  /** Confidence, 0 to 1, under which the next provider is asked: TRM_FALLBACK_BELOW; default 0, never. */
  readonly fallbackBelow: ConfigValue<number>;
  /** Milliseconds for one request with all its calls, 1 to 3,600,000: TRM_TIMEOUT_MS; default 30,000. */
  readonly timeoutMs: ConfigValue<number>;
  /** Tokens that prompt and answer share in a model's window, 1,024 to 1,048,576: TRM_CONTEXT_TOKENS; default 2,048. */
  readonly contextTokens: ConfigValue<number>;
}

const DEFAULTS = {
  ollamaUrl: 'http://127.0.0.1:11434',
  confidenceThreshold: 0.85,
  fallbackBelow: 0,
  timeoutMs: 30_000,
  contextTokens: 2_048,
} as const;

const readTimeout = readWhole(1, 3_600_000);
const readContextTokens = readWhole(1_024, 1_048_576);

/**
 * The settings of a TRMClient: option, else environment, else default. A variable that is empty or blank counts as
 * not set.
 *
 * @throws ConfigurationError that names the option or variable and its allowed values, and shows no secret
 */
export function resolveClientConfig(options: ClientConfigOptions = {}, env: Environment = process.env): ClientConfig {
  const { modelPath, executionProviders, threads } = options;
  checkOptions(options);
  const model = resolveModelConfig({ modelPath, executionProviders, threads }, env);
  const token = options.hfApiToken === undefined ? undefined : new Secret(options.hfApiToken);
  return {
    ...model,
    modelName: resolveValue(options.modelName, undefined, env, [['TRM_MODEL_NAME', readText]]),
    useTrm: resolveValue<boolean, boolean>(options.useTrm, true, env, [['USE_TRM', readFlag]]),
    useHfApi: resolveValue<boolean, boolean>(options.useHfApi, false, env, [['TRM_USE_HF_API', readFlag]]),
    hfApiToken: resolveValue(token, undefined, env, [['HF_API_TOKEN', readSecret]]),
    ollamaUrl: resolveValue<string, string>(options.ollamaUrl, DEFAULTS.ollamaUrl, env, [['OLLAMA_URL', readUrl]]),
    ollamaModel: resolveValue(options.ollamaModel, undefined, env, [['OLLAMA_MODEL', readText]]),
    confidenceThreshold: resolveValue<number, number>(options.confidenceThreshold, DEFAULTS.confidenceThreshold, env, [
      ['TRM_REFLECTION_THRESHOLD', readProbability],
    ]),
    fallbackBelow: resolveValue<number, number>(options.fallbackBelow, DEFAULTS.fallbackBelow, env, [
      ['TRM_FALLBACK_BELOW', readProbability],
    ]),
    timeoutMs: resolveValue<number, number>(options.timeoutMs, DEFAULTS.timeoutMs, env, [
      ['TRM_TIMEOUT_MS', readTimeout],
    ]),
    contextTokens: resolveValue<number, number>(options.contextTokens, DEFAULTS.contextTokens, env, [
      ['TRM_CONTEXT_TOKENS', readContextTokens],
    ]),
  };
}

function checkOptions(options: ClientConfigOptions): void {
  const check = (names: readonly (keyof ClientConfigOptions)[], expected: string, type: string): void => {
    for (const name of names) {
      const value: unknown = options[name];
      const wrong = value !== undefined && (typeof value !== type || (typeof value === 'string' && !value.trim()));
      // The type alone: the value may be a token.
      if (wrong) throw new ConfigurationError(`${name}: expected ${expected}, received ${typeName(value)}`);
    }
  };
  check(['modelName', 'ollamaModel'], 'the name of a model', 'string');
  check(['useTrm', 'useHfApi'], 'true or false', 'boolean');
  check(['hfApiToken'], 'a token', 'string');
  check(['ollamaUrl'], 'a URL', 'string');
  check(['confidenceThreshold', 'fallbackBelow', 'timeoutMs', 'contextTokens'], 'a number', 'number');

  // The readers know the allowed values, so what is left goes through them as text.
  if (options.hfApiToken !== undefined) readSecret('hfApiToken', options.hfApiToken);
  if (options.ollamaUrl !== undefined) readUrl('ollamaUrl', options.ollamaUrl);
  for (const name of ['confidenceThreshold', 'fallbackBelow'] as const) {
    if (options[name] !== undefined) readProbability(name, String(options[name]));
  }
  if (options.timeoutMs !== undefined) readTimeout('timeoutMs', String(options.timeoutMs));
  if (options.contextTokens !== undefined) readContextTokens('contextTokens', String(options.contextTokens));
}

function typeName(value: unknown): string {
  if (typeof value === 'string') return 'blank text';
  return value === null ? 'null' : `a ${typeof value}`;
}
