import { delimiter } from 'node:path';
import { ConfigurationError } from '../core/errors.js';
import { type Reader, readFlag, readProbability, readText, readUrl, readWhole } from './readers.js';
import { type ConfigValue, type Environment, resolveValue } from './resolve-value.js';

/** Settings of a remediation chain given in code; each wins over the environment. */
export interface ChainConfigOptions {
  readonly useTrm?: boolean | undefined;
  readonly confidenceThreshold?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly runbooks?: readonly string[] | undefined;
  readonly incidents?: string | undefined;
  readonly rules?: string | undefined;
  readonly ollamaUrl?: string | undefined;
  readonly ollamaModel?: string | undefined;
}

/** The settings of a remediation chain, each with its source. */
export interface ChainConfig {
  /** Whether the TRM is asked: USE_TRM; default true. */
  readonly useTrm: ConfigValue<boolean>;
  /** Least confidence, 0 to 1, at which a phase is taken: TRM_CONFIDENCE_THRESHOLD; default 0.7. */
  readonly confidenceThreshold: ConfigValue<number>;
  /** Milliseconds for one alert with all its phases, 1 to 3,600,000: TRM_CHAIN_TIMEOUT_MS; default 30,000. */
  readonly timeoutMs: ConfigValue<number>;
  /** Files and folders of runbooks: TRM_RUNBOOKS, separated as in PATH; default none. */
  readonly runbooks: ConfigValue<readonly string[]>;
  /** File of past incidents (JSONL): TRM_INCIDENTS; undefined for none. */
  readonly incidents: ConfigValue<string | undefined>;
  /** File of rules (YAML): TRM_RULES; undefined for the rules of this package. */
  readonly rules: ConfigValue<string | undefined>;
  /** Ollama server for function calling: OLLAMA_URL; undefined for none. */
  readonly ollamaUrl: ConfigValue<string | undefined>;
  /** Model of that server: OLLAMA_MODEL; undefined leaves function calling out. */
  readonly ollamaModel: ConfigValue<string | undefined>;
}

const DEFAULTS = { confidenceThreshold: 0.7, timeoutMs: 30_000 } as const;

const readTimeout = readWhole(1, 3_600_000);

/** Paths, separated as in PATH. */
const readPaths: Reader<readonly string[]> = (_variable, text) =>
  text
    .split(delimiter)
    .map((path) => path.trim())
    .filter((path) => path !== '');

/**
 * The settings of a remediation chain: option, else environment, else default. A variable that is empty or blank counts
 * as not set.
 *
 * @throws ConfigurationError that names the option or variable and its allowed values
 */
export function resolveChainConfig(options: ChainConfigOptions = {}, env: Environment = process.env): ChainConfig {
  checkOptions(options);
  return {
    useTrm: resolveValue<boolean, boolean>(options.useTrm, true, env, [['USE_TRM', readFlag]]),
    confidenceThreshold: resolveValue<number, number>(options.confidenceThreshold, DEFAULTS.confidenceThreshold, env, [
      ['TRM_CONFIDENCE_THRESHOLD', readProbability],
    ]),
    timeoutMs: resolveValue<number, number>(options.timeoutMs, DEFAULTS.timeoutMs, env, [
      ['TRM_CHAIN_TIMEOUT_MS', readTimeout],
    ]),
    runbooks: resolveValue<readonly string[], readonly string[]>(options.runbooks, [], env, [
      ['TRM_RUNBOOKS', readPaths],
    ]),
    incidents: resolveValue(options.incidents, undefined, env, [['TRM_INCIDENTS', readText]]),
    rules: resolveValue(options.rules, undefined, env, [['TRM_RULES', readText]]),
    ollamaUrl: resolveValue(options.ollamaUrl, undefined, env, [['OLLAMA_URL', readUrl]]),
    ollamaModel: resolveValue(options.ollamaModel, undefined, env, [['OLLAMA_MODEL', readText]]),
  };
}

function checkOptions(options: ChainConfigOptions): void {
  const wrong = (name: string, expected: string, value: unknown): ConfigurationError =>
    new ConfigurationError(`${name}: expected ${expected}, received ${value === null ? 'null' : typeof value}`);
  const { useTrm, confidenceThreshold, timeoutMs, runbooks } = options;
  if (useTrm !== undefined && typeof useTrm !== 'boolean') throw wrong('useTrm', 'true or false', useTrm);
  if (runbooks !== undefined && !(Array.isArray(runbooks) && runbooks.every((path) => typeof path === 'string'))) {
    throw wrong('runbooks', 'a list of paths', runbooks);
  }
  for (const name of ['incidents', 'rules', 'ollamaModel', 'ollamaUrl'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== 'string' || value.trim() === '')) throw wrong(name, 'a text', value);
  }
  // The readers know the allowed values, so what is left goes through them as text.
  if (options.ollamaUrl !== undefined) readUrl('ollamaUrl', options.ollamaUrl);
  if (confidenceThreshold !== undefined) readProbability('confidenceThreshold', String(confidenceThreshold));
  if (timeoutMs !== undefined) readTimeout('timeoutMs', String(timeoutMs));
}
