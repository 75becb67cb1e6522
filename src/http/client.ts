import { remainingMsOf, throwIfAborted } from '../core/deadline.js';
import { DisposeGuard } from '../core/dispose-guard.js';
import { ProviderError, type ProviderFailure } from '../core/errors.js';
import { memoizeAsync } from '../core/memoize-async.js';
import { redact } from '../core/redact.js';
import { untilAborted } from '../core/until-aborted.js';
import { readParts, readText } from './body.js';
import { type Breaker, type BreakerState, createBreaker } from './breaker.js';
import { createDispatcher } from './dispatcher.js';
import { isLoopback, readEndpoint } from './endpoint.js';
import { exchange, type HttpAnswer, type HttpRequest } from './exchange.js';
import { FailedAttempt, failureOfText } from './failure.js';
import { type HttpLibraries, lazyLibraries } from './libraries.js';
import { cutEvents, cutLines, type TextCutter } from './lines.js';
import { type HttpOptions, resolveHttpOptions } from './options.js';
import { planRetry, withRetries } from './retry.js';
import { isHtml, tidy } from './server-text.js';

export interface HttpClientOptions {
  /** Name of the provider, for errors. */
  readonly provider: string;
  /** Scheme, host, port and base path. Credentials in it become an Authorization header. */
  readonly baseUrl: string;
  /** Name of the option that holds the base URL, for errors. Default `baseUrl`. */
  readonly baseUrlOption?: string | undefined;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string | undefined;
  readonly http?: HttpOptions | undefined;
  /** Told of every change of the circuit breaker, which is closed at first. */
  readonly onBreaker?: ((state: BreakerState) => void) | undefined;
  /** What to do about a failure, as a clause that is put behind the message. */
  readonly advise?: ((failure: ProviderFailure, status: number | undefined) => string | undefined) | undefined;
}

/**
 * HTTP to one server: pooled connections, time limits, retries, a circuit breaker. All methods reject with
 * ProviderError for what the server does wrong, DeadlineExceededError or AbortedError when the signal fires,
 * DisposedError after `dispose`; no message holds a secret.
 */
export interface HttpClient {
  /** Scheme, host and port of the server; holds no credentials. */
  readonly origin: string;
  /** The text of a 2xx answer. */
  text(request: HttpRequest): Promise<string>;
  /** The JSON of a 2xx answer. */
  json(request: HttpRequest): Promise<unknown>;
  /**
   * Newline-delimited JSON, value by value as it arrives, until the end or until `onValue` returns `true`. There is
   * no retry once a value was handed out.
   */
  lines(request: HttpRequest, onValue: (value: unknown) => boolean): Promise<void>;
  /**
   * Server-sent events, the JSON of the `data` of each, until `[DONE]`, the end, or until `onValue` returns `true`.
   * An answer that is plain JSON, from a server that does not stream, is one value.
   *
   * @returns whether `[DONE]` came
   */
  events(request: HttpRequest, onValue: (value: unknown) => boolean): Promise<boolean>;
  /** The error for an answer of the right form that says or holds something wrong; `text` may be the server's. */
  failure(reason: ProviderFailure, text: string): ProviderError;
  /** The error for what the server reports within an answer that began well. */
  reportedFailure(text: string): ProviderError;
  /** Waits for running requests and closes the connections. */
  dispose(): Promise<void>;
}

interface Connection extends HttpLibraries {
  readonly dispatcher: ReturnType<typeof createDispatcher>;
  readonly breaker: Breaker;
}

type Read<T> = (answer: HttpAnswer) => Promise<{ readonly value: T; readonly stopped: boolean }>;
type Take = (part: string) => boolean;

/** What follows the last event of a chat completion. */
const DONE = '[DONE]';

/** @throws ConfigurationError for a base URL, key or option that cannot be used */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { provider, advise } = options;
  const endpoint = readEndpoint(options.baseUrlOption ?? 'baseUrl', options.baseUrl, options.apiKey);
  const settings = resolveHttpOptions(options.http);
  const { origin, secrets } = endpoint;
  const guard = new DisposeGuard(`provider ${provider}`);
  const loadLibraries = lazyLibraries();
  const connections = memoizeAsync<string, Connection>();

  const connect = (): Promise<Connection> =>
    connections.get(origin, async () => {
      const libraries = await loadLibraries();
      const dispatcher = createDispatcher(libraries.undici, settings, isLoopback(endpoint.hostname));
      const breaker = createBreaker(libraries.cockatiel, origin, settings, Date.now, options.onBreaker);
      return { ...libraries, dispatcher, breaker };
    });

  const attemptAll = async <T>(request: HttpRequest, read: Read<T>): Promise<T> => {
    throwIfAborted(request.signal);
    const { cockatiel, dispatcher, breaker } = await connect();
    const plan = (failure: unknown, retry: number): number | undefined =>
      planRetry(failure, retry, {
        retryDelayMs: settings.retryDelayMs,
        remainingMs: remainingMsOf(request.signal),
        random: Math.random(),
      });
    let attempts = 0;
    try {
      return await withRetries(cockatiel, settings.maxAttempts, plan, request.signal, () =>
        breaker.run(() => {
          attempts += 1;
          return exchange(dispatcher, endpoint, settings, request, read);
        }),
      );
    } catch (error) {
      throw error instanceof FailedAttempt ? toProviderError(error, attempts) : error;
    }
  };

  /** Ends with the signal, even if a library would not listen to it. */
  const run = <T>(request: HttpRequest, read: Read<T>): Promise<T> =>
    guard.run(() => untilAborted(() => attemptAll(request, read), request.signal));

  const toProviderError = (failure: FailedAttempt, attempts: number): ProviderError => {
    const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
    const advice = advise?.(failure.reason, failure.status);
    const message = `${redact(failure.message, secrets)}${tried}${advice ? `; ${advice}` : ''}`;
    return new ProviderError(provider, failure.reason, message, {
      status: failure.status,
      ...(failure.cause !== undefined && { cause: failure.cause }),
    });
  };

  const failure = (reason: ProviderFailure, text: string): ProviderError =>
    toProviderError(new FailedAttempt(reason, tidy(text, secrets)), 1);

  const parse = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      const what = isHtml(text)
        ? `a web page instead of JSON; is the base URL that of the API, and is there a proxy or login in between?`
        : `malformed JSON (${placeOf(error)} of ${text.length} characters)`;
      throw new FailedAttempt('bad-response', `${origin} answered with ${what}`);
    }
  };

  const readJson = async ({ body }: HttpAnswer): Promise<unknown> =>
    parse(await readText(body, settings.maxResponseBytes));

  /** Reads an answer part by part; nothing is handed out once the signal has fired. */
  const readEach = async (
    request: HttpRequest,
    { body }: HttpAnswer,
    cutter: TextCutter,
    take: Take,
  ): Promise<boolean> =>
    readParts(body, settings.maxResponseBytes, cutter, (part) => {
      throwIfAborted(request.signal);
      return take(part);
    });

  return {
    origin,
    text: (request) =>
      run(request, async ({ body }) => ({ value: await readText(body, settings.maxResponseBytes), stopped: false })),
    json: (request) => run(request, async (answer) => ({ value: await readJson(answer), stopped: false })),
    lines: (request, onValue) =>
      run(request, async (answer) => {
        // A web page has lines too, none of which would say what is wrong.
        if (answer.contentType === 'text/html') await readJson(answer);
        const take: Take = (line) => onValue(parse(line));
        return { value: undefined, stopped: await readEach(request, answer, cutLines(settings.maxLineLength), take) };
      }),
    events: (request, onValue) =>
      run(request, async (answer) => {
        if (/json|html/.test(answer.contentType)) {
          onValue(await readJson(answer));
          return { value: false, stopped: false };
        }
        let done = false;
        const take: Take = (data) => {
          done = data.trim() === DONE;
          return done || onValue(parse(data));
        };
        const stopped = await readEach(request, answer, cutEvents(settings.maxLineLength), take);
        return { value: done, stopped };
      }),
    failure,
    reportedFailure: (text) => failure(failureOfText(text), `${origin} reported: ${text}`),
    dispose: () =>
      guard.dispose(async () => {
        for (const [, connection] of connections.entries()) {
          await (await connection).dispatcher.destroy();
        }
      }),
  };
}

/** Where JSON is malformed. The rest of the parser's message quotes the text, which may cut a secret in half. */
function placeOf(error: unknown): string {
  return /position \d+/.exec(error instanceof Error ? error.message : '')?.[0] ?? 'at the end';
}
