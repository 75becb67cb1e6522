import type { ConfigValue } from '../../config/index.js';
import { type Endpoint, readEndpoint } from '../../http/endpoint.js';

/** Where a sink listens, with what must be sent along and must not be shown. */
export interface SinkAddress extends Endpoint {
  /** Path and query as the URL has them: a slash at the end may make another sink. */
  readonly path: string;
  /** The URL without credentials and query, for people and dead letters. */
  readonly shown: string;
}

/**
 * @param headers sent with every event; the values of those that carry credentials count as secrets
 * @throws ConfigurationError for a URL that is not http or https, or a token that does not fit into a header
 */
export function readSinkAddress(
  { value, source }: ConfigValue<string>,
  token: string | undefined,
  headers: Readonly<Record<string, string>>,
): SinkAddress {
  const endpoint = readEndpoint(source === 'option' ? 'url' : source.replace('environment ', ''), value, token);
  const { pathname, search } = new URL(value.trim());
  const secrets = Object.entries(headers)
    .filter(([name]) => /auth|key|token|secret|cookie|password/.test(name))
    .map(([, text]) => text);
  return {
    ...endpoint,
    secrets: [...endpoint.secrets, ...secrets],
    path: `${pathname}${search}`,
    shown: `${endpoint.origin}${pathname}`,
  };
}
