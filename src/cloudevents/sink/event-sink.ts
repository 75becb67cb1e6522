import type { CloudEventV1 } from 'cloudevents';
import { resolveSinkConfig } from '../../config/index.js';
import { abortError, createDeadline, type Deadline, throwIfAborted } from '../../core/deadline.js';
import { DisposeGuard } from '../../core/dispose-guard.js';
import { ConfigurationError, DeliveryError, type DeliveryFailure } from '../../core/errors.js';
import { memoizeAsync } from '../../core/memoize-async.js';
import { redact } from '../../core/redact.js';
import { untilAborted } from '../../core/until-aborted.js';
import { createDispatcher } from '../../http/dispatcher.js';
import { isLoopback } from '../../http/endpoint.js';
import { lazyLibraries } from '../../http/libraries.js';
import { resolveHttpOptions } from '../../http/options.js';
import { withRetries } from '../../http/retry.js';
import { type OutgoingMessage, writeMessage } from '../message/write-message.js';
import { deadLetterOf } from './dead-letter.js';
import { postEvent } from './post-event.js';
import { FailedDelivery, planDelivery } from './retry-plan.js';
import { readSinkAddress } from './sink-address.js';
import { type EventSinkOptions, resolveSinkOptions } from './sink-options.js';

/** An event that the sink accepted. */
export interface Delivery {
  readonly id: string;
  /** HTTP status, 200 to 299. */
  readonly status: number;
  /** Requests that were sent. */
  readonly attempts: number;
  readonly durationMs: number;
}

/** Where events go. */
export interface EventSink extends AsyncDisposable {
  /** Scheme, host and port; holds no credentials. */
  readonly origin: string;
  /**
   * Delivers an event at least once: it resolves when the sink has accepted it, so whoever passes events on acknowledges
   * them upstream after this. 404, 408, 409, 429, 5xx and failures of the connection are tried again, with waits that
   * double and honour Retry-After.
   *
   * @throws DeliveryError when the sink did not accept it, after the dead-letter callback; AbortedError or
   *   DeadlineExceededError when a signal fires, without that callback, since the caller has given up and not the sink;
   *   InvalidInputError for an event that is not valid; DisposedError
   */
  send(event: CloudEventV1<unknown>, options?: { readonly signal?: AbortSignal | undefined }): Promise<Delivery>;
  /** Waits for deliveries and closes the connections. */
  dispose(): Promise<void>;
}

/** How far a delivery has come. */
interface Progress {
  attempts: number;
  last: FailedDelivery | undefined;
}

/** @throws ConfigurationError for an option that cannot be used, and when neither option nor environment names a sink */
export function createEventSink(options: EventSinkOptions = {}): EventSink {
  const { url, overrides, token, onDeadLetter, signal: life } = options;
  const config = resolveSinkConfig({ url, overrides, token });
  if (config.url.value === undefined) {
    throw new ConfigurationError('url: expected the URL of a sink; set the option url, BROKER_URL or K_SINK');
  }
  const settings = resolveSinkOptions(options);
  const http = resolveHttpOptions(options.http);
  const address = readSinkAddress({ value: config.url.value, source: config.url.source }, token, settings.headers);
  const guard = new DisposeGuard('event sink');
  const loadLibraries = lazyLibraries();
  const connect = async () => {
    const libraries = await loadLibraries();
    return { ...libraries, dispatcher: createDispatcher(libraries.undici, http, isLoopback(address.hostname)) };
  };
  const connections = memoizeAsync<string, Awaited<ReturnType<typeof connect>>>();

  const deliver = async (given: CloudEventV1<unknown>, signal: AbortSignal | undefined): Promise<Delivery> => {
    throwIfAborted(signal);
    const event = { ...given, ...config.overrides.value };
    const written = writeMessage(event, settings.mode);
    const headers = { 'user-agent': 'agent-trm', ...settings.headers, ...address.authorization, ...written.headers };
    const started = performance.now();
    const deadline = createDeadline({ signal, timeoutMs: settings.timeoutMs });
    const progress: Progress = { attempts: 0, last: undefined };
    try {
      const status = await attemptAll({ headers, body: written.body }, deadline, progress);
      return { id: event.id, status, attempts: progress.attempts, durationMs: performance.now() - started };
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      if (error instanceof FailedDelivery) {
        const reason = error.verdict === 'refused' ? 'refused' : 'unavailable';
        throw await bury(event, error, reason, progress.attempts, signal);
      }
      if (!deadline.signal.aborted) throw error;
      throw await bury(event, outOfTime(settings.timeoutMs, progress.last), 'timeout', progress.attempts, signal);
    } finally {
      deadline.dispose();
    }
  };

  const attemptAll = async (message: OutgoingMessage, deadline: Deadline, progress: Progress): Promise<number> => {
    const { cockatiel, dispatcher } = await connections.get(address.origin, connect);
    const { signal } = deadline;
    const plan = (failure: unknown, retry: number): number | undefined =>
      planDelivery(failure, retry, {
        delayMs: settings.delayMs,
        remainingMs: deadline.remainingMs(),
        random: Math.random(),
      });
    return withRetries(cockatiel, settings.maxAttempts, plan, signal, async () => {
      progress.attempts += 1;
      try {
        return await postEvent({ dispatcher, address, message, signal, timeoutMs: settings.attemptTimeoutMs });
      } catch (error) {
        if (error instanceof FailedDelivery) progress.last = error;
        throw error;
      }
    });
  };

  /** Hands an event to the dead-letter callback and gives the error to throw. */
  const bury = async (
    event: CloudEventV1<unknown>,
    failure: FailedDelivery,
    reason: DeliveryFailure,
    attempts: number,
    signal: AbortSignal | undefined,
  ): Promise<DeliveryError> => {
    const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
    const make = (more: string, deadLettered: boolean, cause: unknown): DeliveryError => {
      const text = `event ${event.id.slice(0, 80)} was not delivered: ${failure.message}${tried}${more}`;
      const details = { reason, status: failure.status, attempts, deadLettered };
      return new DeliveryError(redact(text, address.secrets), cause === undefined ? details : { ...details, cause });
    };
    const error = make('', false, failure.cause);
    if (onDeadLetter === undefined) return error;
    const deadline = createDeadline({ signal, timeoutMs: settings.timeoutMs });
    try {
      await untilAborted(async () => onDeadLetter(deadLetterOf(event, address, failure), error), deadline.signal);
      return make('; it was dead-lettered', true, failure.cause);
    } catch (cause) {
      return make('; the dead-letter callback failed too', false, cause);
    } finally {
      deadline.dispose();
    }
  };

  const send: EventSink['send'] = (event, { signal } = {}) =>
    guard.run(() => deliver(event, life && signal ? AbortSignal.any([life, signal]) : (signal ?? life)));
  const dispose = (): Promise<void> =>
    guard.dispose(async () => {
      for (const [, connection] of connections.entries()) await (await connection).dispatcher.destroy();
    });
  return { origin: address.origin, send, dispose, [Symbol.asyncDispose]: dispose };
}

function outOfTime(timeoutMs: number, last: FailedDelivery | undefined): FailedDelivery {
  const before = last === undefined ? '' : `; before, ${last.message}`;
  return new FailedDelivery('retry', `it took longer than ${timeoutMs} ms${before}`, {
    ...(last?.status !== undefined && { status: last.status }),
    text: last?.text ?? '',
  });
}
