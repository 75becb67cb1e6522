import { ConfigurationError } from '../core/errors.js';

/** How a provider talks to its server. The total time of a call is that of its signal. */
export interface HttpOptions {
  /** Milliseconds for a connection, TLS included. Default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds from the request to the first bytes of the answer; a cold model loads in this time. Default 120 000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Milliseconds between two pieces of the answer. Default 60 000. */
  readonly bodyTimeoutMs?: number | undefined;
  /** Most bytes of one answer. Default 8 388 608 (8 MiB). */
  readonly maxResponseBytes?: number | undefined;
  /** Most characters of one line of a streamed answer. Default 1 048 576. */
  readonly maxLineLength?: number | undefined;
  /** Connections to one server; further requests wait. Default 64. */
  readonly maxConnections?: number | undefined;
  /** Most attempts of a call, 1 or more, of which 1 means no retry. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds before the first retry; each further wait is twice as long. Default 200. */
  readonly retryDelayMs?: number | undefined;
  /** Failures in a row after which a server is left alone. Default 5. */
  readonly breakerThreshold?: number | undefined;
  /** Milliseconds for which a server is left alone before one call tries it again. Default 10 000. */
  readonly breakerResetMs?: number | undefined;
  /**
   * `environment` follows HTTP_PROXY, HTTPS_PROXY and NO_PROXY, except for servers on this machine; `none` never uses
   * a proxy. Default `environment`.
   */
  readonly proxy?: 'environment' | 'none' | undefined;
}

/** HttpOptions with every value in place. */
export type HttpSettings = { readonly [K in keyof HttpOptions]-?: NonNullable<HttpOptions[K]> };

const DEFAULTS: HttpSettings = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 120_000,
  bodyTimeoutMs: 60_000,
  maxResponseBytes: 8 * 1024 * 1024,
  maxLineLength: 1024 * 1024,
  maxConnections: 64,
  maxAttempts: 3,
  retryDelayMs: 200,
  breakerThreshold: 5,
  breakerResetMs: 10_000,
  proxy: 'environment',
};

/** Timers beyond this many milliseconds fire at once. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** The settings that hold. Throws ConfigurationError that names an option out of its range. */
export function resolveHttpOptions(options: HttpOptions = {}): HttpSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(DEFAULTS, name)) throw new ConfigurationError(`http.${name}: there is no such option`);
    if (name === 'proxy') {
      if (value !== 'environment' && value !== 'none') {
        throw new ConfigurationError(`http.proxy: expected environment or none, received ${JSON.stringify(value)}`);
      }
    } else if (!Number.isSafeInteger(value) || value < 1 || (name.endsWith('Ms') && value > LONGEST_TIMER_MS)) {
      throw new ConfigurationError(`http.${name}: expected a whole number of 1 or more, received ${String(value)}`);
    }
  }
  return { ...DEFAULTS, ...(Object.fromEntries(given) as Partial<HttpSettings>) };
}
