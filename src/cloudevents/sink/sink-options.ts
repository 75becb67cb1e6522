import { ConfigurationError } from '../../core/errors.js';
import type { HttpOptions } from '../../http/options.js';
import type { SendMode } from '../message/write-message.js';
import type { OnDeadLetter } from './dead-letter.js';

/** How often an event is sent before it counts as lost. */
export interface SinkRetryOptions {
  /** Requests in all, 1 or more. Default 11, as Knative's brokers have it. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds before the first retry; each further wait is twice as long, at most 10 s. Default 200. */
  readonly delayMs?: number | undefined;
  /** Milliseconds for one request with its answer. Default 10 000. */
  readonly attemptTimeoutMs?: number | undefined;
}

export interface EventSinkOptions {
  /** Where events are posted to. Default BROKER_URL, else K_SINK. Credentials in it become an Authorization header. */
  readonly url?: string | undefined;
  /** Default `binary`. */
  readonly mode?: SendMode | undefined;
  /** Milliseconds for one event with all its attempts. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  readonly retry?: SinkRetryOptions | undefined;
  /** Ends every delivery. */
  readonly signal?: AbortSignal | undefined;
  /** Takes an event that could not be delivered. The delivery fails all the same, and says that the event was taken. */
  readonly onDeadLetter?: OnDeadLetter | undefined;
  /** Sent with every event; none of the event's own and none of the connection's. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Extension attributes that are set on every event, over its own. Default K_CE_OVERRIDES. */
  readonly overrides?: Readonly<Record<string, string>> | undefined;
  /** Connections, and whether to use the environment's proxy. */
  readonly http?: Pick<HttpOptions, 'connectTimeoutMs' | 'maxConnections' | 'proxy'> | undefined;
}

/** What holds when nothing is said. */
export interface SinkSettings {
  readonly mode: SendMode;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly attemptTimeoutMs: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that belong to the event, to the credentials or to the connection. */
const TAKEN =
  /^(?:ce-.*|content-(?:type|length|encoding)|authorization|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|prefer)$/;

/** The settings that hold. Throws ConfigurationError that names an option out of its range, and no header's value. */
export function resolveSinkOptions(options: EventSinkOptions): SinkSettings {
  const { mode = 'binary', timeoutMs = 60_000, retry = {}, headers = {} } = options;
  if (mode !== 'binary' && mode !== 'structured') {
    throw new ConfigurationError(`mode: expected binary or structured, received ${JSON.stringify(mode)}`);
  }
  const settings = {
    timeoutMs,
    maxAttempts: retry.maxAttempts ?? 11,
    delayMs: retry.delayMs ?? 200,
    attemptTimeoutMs: retry.attemptTimeoutMs ?? 10_000,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 0x7fffffff) {
      const option = name === 'timeoutMs' ? name : `retry.${name}`;
      throw new ConfigurationError(`${option}: expected a whole number of 1 or more, received ${String(value)}`);
    }
  }
  return { mode, ...settings, headers: readHeaders(headers) };
}

function readHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key) || TAKEN.test(key)) {
      throw new ConfigurationError(
        `headers: expected headers besides those of events and connections, received ${JSON.stringify(name)}`,
      );
    }
    if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new ConfigurationError(`headers: expected printable ASCII as value of ${key}`);
    }
    headers[key] = value;
  }
  return headers;
}
