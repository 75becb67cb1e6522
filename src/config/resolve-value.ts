import type { Reader } from './readers.js';

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value came from: an option, the environment variable of that name, or the default. */
export type ConfigSource = 'option' | `environment ${string}` | 'default';

export interface ConfigValue<T> {
  readonly value: T;
  readonly source: ConfigSource;
}

/**
 * The option, else the first variable that is set, else the default. A variable that is empty or blank counts as not
 * set.
 */
export function resolveValue<T, D extends T | undefined>(
  option: T | undefined,
  fallback: D,
  env: Environment,
  variables: readonly (readonly [name: string, read: Reader<T>])[],
): ConfigValue<T | D> {
  if (option !== undefined) return { value: option, source: 'option' };
  for (const [name, read] of variables) {
    const text = env[name]?.trim();
    if (text) return { value: read(name, text), source: `environment ${name}` };
  }
  return { value: fallback, source: 'default' };
}
