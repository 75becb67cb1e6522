import type { Dispatcher } from 'undici';
import { abortError } from '../core/deadline.js';
import { redactError } from '../core/redact.js';
import { type ByteStream, readStart } from './body.js';
import type { Endpoint } from './endpoint.js';
import { FailedAttempt, failureOfNetwork, failureOfStatus, isRetryableStatus, isServerTrouble } from './failure.js';
import type { HttpSettings } from './options.js';
import { parseRetryAfter } from './retry.js';
import { isHtml, serverText } from './server-text.js';

/** Bytes of an error answer that are read for what it says. */
const LONGEST_ERROR_BYTES = 16_384;

/** After the last part of an answer the server may take this long to end it, so that the connection can serve again. */
const END_GRACE_MS = 100;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path below the base URL, such as `/api/chat`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** Milliseconds; override those of the client. */
  readonly headersTimeoutMs?: number | undefined;
  readonly bodyTimeoutMs?: number | undefined;
}

/** A 2xx answer whose body is still to be read. */
export interface HttpAnswer {
  /** Lower case, without parameters; empty when the server names none. */
  readonly contentType: string;
  readonly body: ByteStream;
}

/**
 * One attempt: sends the request, checks the head of the answer and lets `read` consume it; `read` says whether it
 * stopped before the end. Throws FailedAttempt for everything that the server or the connection does wrong, and
 * DeadlineExceededError or AbortedError when the signal fires.
 */
export async function exchange<T>(
  dispatcher: Dispatcher,
  endpoint: Endpoint,
  settings: HttpSettings,
  request: HttpRequest,
  read: (answer: HttpAnswer) => Promise<{ readonly value: T; readonly stopped: boolean }>,
): Promise<T> {
  const failed = (error: unknown, phase: 'before-answer' | 'in-answer'): Error => {
    if (request.signal.aborted) return abortError(request.signal);
    const { reason, message, retryable } = failureOfNetwork(error, endpoint.origin, phase);
    const countsAgainstServer = reason === 'unavailable' || reason === 'timeout';
    const cause = redactError(error, endpoint.secrets);
    return new FailedAttempt(reason, message, { cause, retryable, countsAgainstServer });
  };
  const response = await send(dispatcher, endpoint, settings, request).catch((error: unknown) => {
    throw error instanceof FailedAttempt ? error : failed(error, 'before-answer');
  });
  const { statusCode: status, body } = response;
  // A destroyed body emits errors that nobody may be waiting for any more.
  body.on('error', () => undefined);
  const bytes = bytesOf(body, (error) => failed(error, 'in-answer'));
  try {
    if (status < 200 || status > 299) throw await refusal(response, bytes, endpoint);
    const { value, stopped } = await read({ contentType: contentTypeOf(response, endpoint), body: bytes });
    if (stopped) letEnd(body);
    return value;
  } catch (error) {
    body.destroy();
    throw error;
  }
}

async function* bytesOf(
  body: Dispatcher.ResponseData['body'],
  failed: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  try {
    // Who stops early leaves the stream as it is, so that its connection can serve again.
    yield* body.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>;
  } catch (error) {
    throw failed(error);
  }
}

async function send(
  dispatcher: Dispatcher,
  endpoint: Endpoint,
  settings: HttpSettings,
  request: HttpRequest,
): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = {
    accept: 'application/json, application/x-ndjson, text/event-stream',
    // Compressed answers are not asked for: the size limit then holds for what is kept in memory.
    'accept-encoding': 'identity',
    'user-agent': 'agent-trm',
    ...endpoint.authorization,
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
  };
  return dispatcher.request({
    origin: endpoint.origin,
    path: endpoint.pathOf(request.path),
    method: request.method,
    headers,
    body: request.body === undefined ? null : toJson(request.body),
    signal: request.signal,
    headersTimeout: request.headersTimeoutMs ?? settings.headersTimeoutMs,
    bodyTimeout: request.bodyTimeoutMs ?? settings.bodyTimeoutMs,
  });
}

function toJson(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    throw new FailedAttempt('bad-request', `the request cannot be written as JSON: ${(error as Error).message}`);
  }
}

/** The failure that an answer other than 2xx stands for. */
async function refusal(
  response: Dispatcher.ResponseData,
  bytes: ByteStream,
  endpoint: Endpoint,
): Promise<FailedAttempt> {
  const { statusCode: status } = response;
  if (status >= 300 && status < 400) {
    return new FailedAttempt(
      'bad-response',
      `${endpoint.origin} answered ${status}, a redirect, which is not followed; set the base URL to where the server is`,
      { status },
    );
  }
  const body = await readStart(bytes, LONGEST_ERROR_BYTES);
  const text = serverText(body, endpoint.secrets);
  const says = text === '' ? (isHtml(body) ? ' with a web page' : '') : `: ${text}`;
  const retryAfter = header(response, 'retry-after');
  return new FailedAttempt(failureOfStatus(status, body), `${endpoint.origin} answered ${status}${says}`, {
    status,
    retryable: isRetryableStatus(status),
    retryAfterMs: parseRetryAfter(retryAfter, Date.now()),
    countsAgainstServer: isServerTrouble(status),
  });
}

function contentTypeOf(response: Dispatcher.ResponseData, endpoint: Endpoint): string {
  const encoding = header(response, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new FailedAttempt('bad-response', `${endpoint.origin} compressed its answer, which was not asked for`);
  }
  return header(response, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
}

function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function letEnd(body: Dispatcher.ResponseData['body']): void {
  const done = (): undefined => undefined;
  body.dump({ limit: LONGEST_ERROR_BYTES, signal: AbortSignal.timeout(END_GRACE_MS) }).then(done, done);
}
