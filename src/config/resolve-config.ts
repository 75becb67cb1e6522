import { ConfigurationError } from '../core/errors.js';
import type { ExecutionProviderPreference } from '../core/execution-provider.js';
import { readCount, readDevice, readProbability, readProviders, readText } from './readers.js';
import { type ConfigValue, type Environment, resolveValue } from './resolve-value.js';

/** Settings given in code; each wins over the environment. */
export interface ConfigOptions {
  readonly executionProviders?: readonly ExecutionProviderPreference[] | undefined;
  readonly modelPath?: string | undefined;
  readonly confidenceThreshold?: number | undefined;
  readonly threads?: number | undefined;
}

export interface Config {
  /** Execution providers in order of preference: TRM_EXECUTION_PROVIDER, else DEVICE; default `['auto']`. */
  readonly executionProviders: ConfigValue<readonly ExecutionProviderPreference[]>;
  /** Folder of the model: TRM_MODEL_PATH; undefined stands for the bundled model. */
  readonly modelPath: ConfigValue<string | undefined>;
  /** Least confidence, 0 to 1, of an accepted decision: TRM_CONFIDENCE_THRESHOLD; default 0.7. */
  readonly confidenceThreshold: ConfigValue<number>;
  /** Threads of one operator, 1 or more: TRM_THREADS; undefined stands for all cores. */
  readonly threads: ConfigValue<number | undefined>;
}

/** The settings of a model alone, for those who accept no decisions. */
export type ModelConfig = Pick<Config, 'executionProviders' | 'modelPath' | 'threads'>;
export type ModelConfigOptions = Pick<ConfigOptions, 'executionProviders' | 'modelPath' | 'threads'>;

/** Confidence threshold that is used when nothing else is said. */
const DEFAULT_CONFIDENCE_THRESHOLD = 0.7;

/**
 * The settings that hold, each with its source: option, else environment, else default. An environment variable
 * that is empty or blank counts as not set. Only this folder reads `process.env`.
 *
 * @throws ConfigurationError that names the option or variable and its allowed values
 */
export function resolveConfig(options: ConfigOptions = {}, env: Environment = process.env): Config {
  const { confidenceThreshold, ...model } = options;
  if (confidenceThreshold !== undefined) readProbability('confidenceThreshold', String(confidenceThreshold));
  return {
    ...resolveModelConfig(model, env),
    confidenceThreshold: resolveValue(confidenceThreshold, DEFAULT_CONFIDENCE_THRESHOLD, env, [
      ['TRM_CONFIDENCE_THRESHOLD', readProbability],
    ]),
  };
}

/** As `resolveConfig`, without the threshold: a wrong value of a variable that is not used is no reason to fail. */
export function resolveModelConfig(options: ModelConfigOptions = {}, env: Environment = process.env): ModelConfig {
  checkOptions(options);
  return {
    executionProviders: resolveValue(options.executionProviders, ['auto'], env, [
      ['TRM_EXECUTION_PROVIDER', readProviders],
      ['DEVICE', readDevice],
    ]),
    modelPath: resolveValue(options.modelPath, undefined, env, [['TRM_MODEL_PATH', readText]]),
    threads: resolveValue(options.threads, undefined, env, [['TRM_THREADS', readCount]]),
  };
}

function checkOptions({ executionProviders, modelPath, threads }: ModelConfigOptions): void {
  // The readers know the allowed values, so options go through them as text; each message names the option.
  if (executionProviders !== undefined) {
    const names: unknown = executionProviders;
    const text = Array.isArray(names) ? names.join(',') : '';
    readProviders('executionProviders', text);
  }
  if (modelPath !== undefined && (typeof modelPath !== 'string' || modelPath === '')) {
    throw new ConfigurationError(
      `modelPath: expected the path of a model folder, received ${JSON.stringify(modelPath)}`,
    );
  }
  if (threads !== undefined) readCount('threads', String(threads));
}
