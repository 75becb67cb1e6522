import type { ProviderFailure } from '../core/errors.js';

/** What went wrong in one attempt, and what that means for the next. Never leaves this folder. */
export class FailedAttempt extends Error {
  readonly reason: ProviderFailure;
  readonly status: number | undefined;
  /** Another attempt is safe and may help. */
  readonly retryable: boolean;
  /** Milliseconds that the server asked to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** The server itself is in trouble, as opposed to the request. */
  readonly countsAgainstServer: boolean;

  constructor(
    reason: ProviderFailure,
    message: string,
    options: {
      cause?: unknown;
      status?: number | undefined;
      retryable?: boolean;
      retryAfterMs?: number | undefined;
      countsAgainstServer?: boolean;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.status = options.status;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.countsAgainstServer = options.countsAgainstServer ?? false;
  }
}

/** Answers after which the same request may well succeed. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export const isRetryableStatus = (status: number): boolean => RETRYABLE_STATUS.has(status);

/** 429 says that this caller is too fast, which the server can say only in good health. */
export const isServerTrouble = (status: number): boolean => status >= 500 || status === 408;

/** Error codes of servers whose status alone does not say that it is the model that is missing. */
const MODEL_CODES = /model_not_found|model_not_supported/i;

/** How servers say that they or their model cannot do what was asked; the latter two are vLLM's and llama.cpp's. */
const UNSUPPORTED = /does not support|requires? --enable-auto-tool-choice|requires? --jinja/i;

/** The failure that an HTTP status other than 2xx stands for; `text` is what the server wrote. */
export function failureOfStatus(status: number, text: string): ProviderFailure {
  if (status >= 300 && status < 400) return 'bad-response';
  if (status === 401 || status === 402 || status === 403) return 'unauthorized';
  if (status === 404) return /model/i.test(text) ? 'model-missing' : 'bad-request';
  if (status === 408) return 'timeout';
  if (status === 429 || status === 503) return 'overloaded';
  // llama.cpp refuses tools with a 500.
  if (status === 500 && UNSUPPORTED.test(text)) return 'unsupported';
  if (status === 410 || status === 424 || status >= 500) return 'unavailable';
  if (MODEL_CODES.test(text)) return 'model-missing';
  if (UNSUPPORTED.test(text)) return 'unsupported';
  return 'bad-request';
}

/** The failure that an error in the middle of a streamed answer stands for, of which there is only the text. */
export function failureOfText(text: string): ProviderFailure {
  if (UNSUPPORTED.test(text)) return 'unsupported';
  if (MODEL_CODES.test(text) || /model.*not found/i.test(text)) return 'model-missing';
  if (/server busy|overloaded|rate limit|too many requests/i.test(text)) return 'overloaded';
  return 'unavailable';
}

/** Connection errors after which nothing of the request can have been answered. */
const RETRYABLE_CODE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);

interface NetworkFailure {
  readonly reason: ProviderFailure;
  readonly message: string;
  readonly retryable: boolean;
}

/**
 * What an error of the connection means.
 *
 * @param phase whether the head of an answer had arrived
 */
export function failureOfNetwork(error: unknown, origin: string, phase: 'before-answer' | 'in-answer'): NetworkFailure {
  const { code, message } = codeOf(error);
  const retryable = phase === 'before-answer' && RETRYABLE_CODE.has(code);
  const failed = (reason: ProviderFailure, text: string): NetworkFailure => ({ reason, message: text, retryable });
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return failed('timeout', `no connection to ${origin} in time; is the server running and reachable?`);
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return failed('timeout', `${origin} did not begin to answer in time`);
  if (code === 'UND_ERR_BODY_TIMEOUT') return failed('timeout', `${origin} stopped in the middle of its answer`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return failed('unavailable', `the host of ${origin} has no address (${code}); is the name right?`);
  }
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return failed('bad-response', `${origin} does not answer in HTTP (${code})`);
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    return failed('unavailable', `no secure connection to ${origin} (${code}); NODE_EXTRA_CA_CERTS adds a certificate`);
  }
  if (phase === 'in-answer') {
    return failed('unavailable', `the connection to ${origin} broke off in the middle of the answer`);
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') {
    return failed('unavailable', `${origin} closed the connection without an answer (${code})`);
  }
  const detail = code === '' ? message : code;
  return failed('unavailable', `no connection to ${origin} (${detail}); is the server running at ${origin}?`);
}

function codeOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const { code } = error as { code?: unknown };
  // undici gives its parser's errors a code only where the parser had one.
  if (error.name === 'HTTPParserError') return { code: 'HPE_INVALID', message: error.message };
  if (typeof code === 'string') return { code, message: error.message };
  return error.cause instanceof Error ? codeOf(error.cause) : { code: '', message: error.message };
}
