import { ConfigurationError } from '../core/errors.js';
import { redact } from '../core/redact.js';

/** A server, as requests and messages need it. */
export interface Endpoint {
  /** Scheme, host and port; holds no credentials. */
  readonly origin: string;
  /** Host without port and brackets. */
  readonly hostname: string;
  /** Headers that carry the credentials; none without credentials. */
  readonly authorization: Readonly<Record<string, string>>;
  /** What must never be shown. */
  readonly secrets: readonly string[];
  /** The path of a request with the base path before it and the base query behind it. */
  pathOf(path: string): string;
}

/** Everything that a header value may hold. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads a base URL. Credentials in it become an Authorization header, unless there is an API key.
 *
 * @param option name of the option, for messages
 * @throws ConfigurationError for a URL that is not http or https, or a key that does not fit into a header
 */
export function readEndpoint(option: string, baseUrl: string, apiKey?: string): Endpoint {
  const url = readUrl(option, baseUrl);
  const key = apiKey?.trim() ?? '';
  if (!HEADER_VALUE.test(key)) {
    throw new ConfigurationError('apiKey: holds characters that no HTTP header can carry; was it copied whole?');
  }
  const [user, password] = [decode(url.username), decode(url.password)];
  const basic = user === '' && password === '' ? '' : Buffer.from(`${user}:${password}`).toString('base64');
  const authorization = key !== '' ? `Bearer ${key}` : basic !== '' ? `Basic ${basic}` : '';
  const base = url.pathname.replace(/\/+$/, '');
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    authorization: authorization === '' ? {} : { authorization },
    secrets: [key, basic, password, url.password, ...url.searchParams.values()].filter((secret) => secret !== ''),
    pathOf: (path) => `${base}${path}${url.search}`,
  };
}

/** Whether a host is this machine, which no proxy stands in front of. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '::1' || /^127\./.test(hostname);
}

function readUrl(option: string, text: unknown): URL {
  const url = typeof text === 'string' && URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  const received = typeof text === 'string' ? JSON.stringify(redact(text)) : typeof text;
  throw new ConfigurationError(
    `${option}: expected a URL with its scheme, such as http://localhost:11434, received ${received}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % that stands for itself.
    return text;
  }
}
