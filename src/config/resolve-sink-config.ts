import { ConfigurationError } from '../core/errors.js';
import { readEventOverrides, readSecret, readUrl } from './readers.js';
import { type ConfigValue, type Environment, resolveValue } from './resolve-value.js';

/** Settings of an event sink given in code; each wins over the environment. */
export interface SinkConfigOptions {
  readonly url?: string | undefined;
  /** Extension attributes by name. */
  readonly overrides?: Readonly<Record<string, string>> | undefined;
  readonly token?: string | undefined;
}

/** Where events go and what is added to them, each with its source. */
export interface SinkConfig {
  /** BROKER_URL, else K_SINK, which Knative sets; undefined without any of them. */
  readonly url: ConfigValue<string | undefined>;
  /** Extension attributes that are set on every event: K_CE_OVERRIDES; default none. */
  readonly overrides: ConfigValue<Readonly<Record<string, string>>>;
}

/**
 * The settings of an event sink: option, else environment, else default. A variable that is empty or blank counts as
 * not set.
 *
 * @throws ConfigurationError that names the option or variable and shows no secret
 */
export function resolveSinkConfig(options: SinkConfigOptions = {}, env: Environment = process.env): SinkConfig {
  const { url, overrides, token } = options;
  if (url !== undefined) {
    if (typeof url !== 'string') throw new ConfigurationError('url: expected the URL of a sink as text');
    readUrl('url', url);
  }
  if (overrides !== undefined) readEventOverrides('overrides', JSON.stringify({ extensions: overrides }));
  if (token !== undefined) readSecret('token', String(token));
  return {
    url: resolveValue(url, undefined, env, [
      ['BROKER_URL', readUrl],
      ['K_SINK', readUrl],
    ]),
    overrides: resolveValue<Readonly<Record<string, string>>, Readonly<Record<string, string>>>(overrides, {}, env, [
      ['K_CE_OVERRIDES', readEventOverrides],
    ]),
  };
}
