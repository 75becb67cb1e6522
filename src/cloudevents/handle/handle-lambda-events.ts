import { ConfigurationError } from '../../core/errors.js';
import type { Catalog } from '../../domain/catalog/catalog.js';
import {
  createEventListener,
  type EventRequestListener,
  type EventRequestOptions,
  resolveListenerOptions,
} from '../http/event-listener.js';
import { ACCEPTED, type Reply, replyOf } from '../http/reply.js';
import type { EventMessage } from '../message/read-message.js';
import { createMemoryDedupeStore, type DedupeStore } from './dedupe-store.js';
import { type ReceivedCall, readCalls } from './lambda-call.js';
import { type LambdaHandler, type LambdaResult, runCall } from './run-call.js';

export interface LambdaEventsOptions extends Omit<EventRequestOptions, 'timeoutMs'> {
  /** Remembers which events were handled. Default the memory of this process. */
  readonly dedupe?: DedupeStore | undefined;
  /** Told of every event that was not refused: what became of it, and the outcome where a function ran. */
  readonly onOutcome?: ((result: LambdaResult) => unknown) | undefined;
  /** Milliseconds for one function. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for one request with all its events. Default `timeoutMs` and 30 000 more. */
  readonly requestTimeoutMs?: number | undefined;
  /** Checks the parameters of every call by the JSON Schema of its function. */
  readonly catalog?: Catalog | undefined;
  /** Milliseconds since the epoch, for `expirytime`. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** What a message with trigger events came to. */
export interface LambdaAnswer extends Reply {
  /** One an event, in order; none for a message that was refused. */
  readonly results: readonly LambdaResult[];
  /** Why the message was refused or could not be handled. */
  readonly error?: unknown;
}

/** The receiving side of trigger events. */
export interface LambdaEvents {
  /** For `createServer` and every framework that takes its listeners. */
  readonly listener: EventRequestListener;
  /** For servers of another kind. Never rejects: what is wrong stands in the answer. */
  handle(message: EventMessage, options?: { readonly signal?: AbortSignal | undefined }): Promise<LambdaAnswer>;
}

/**
 * Runs a function for every trigger event that is valid, not expired, and not handled yet.
 *
 * Answered is 202 for events that were handled, now or before, or came too late; 400, 413 or 415 for what is not valid,
 * names a function that is not handled here, or has parameters that break its schema; 409 for an event that is in work
 * already; 500 when a function failed or its time was up. A duplicate is not answered 202 while its first delivery is in
 * work, since that one may still fail, and not held open, since that would tie up a connection for each: a 409 is sent
 * again by Knative and by `createEventSink`, and then meets the end of the first.
 *
 * @throws ConfigurationError for an option out of its range, no function, and one that the catalog does not have
 */
export function handleLambdaEvents(
  handlers: Readonly<Record<string, LambdaHandler>>,
  options: LambdaEventsOptions = {},
): LambdaEvents {
  const { catalog, onOutcome, onError, now = Date.now, dedupe: store = createMemoryDedupeStore() } = options;
  const functions = Object.keys(handlers);
  const timeoutMs = readTimeout(options.timeoutMs);
  const listening = { ...options, timeoutMs: options.requestTimeoutMs ?? timeoutMs + 30_000 };
  const { maxBytes } = resolveListenerOptions(listening);
  checkFunctions(handlers, catalog);

  const tell = async (result: LambdaResult): Promise<LambdaResult> => {
    try {
      await onOutcome?.(result);
    } catch (error) {
      // The function has run; that nobody heard of it must not make it run again.
      onError?.(error);
    }
    return result;
  };
  const run = async (received: ReceivedCall, signal: AbortSignal | undefined): Promise<LambdaResult> =>
    tell(
      await runCall(handlers[received.call.lambdaFunction] as LambdaHandler, received, {
        store,
        timeoutMs,
        signal,
        onError,
      }),
    );

  const handle: LambdaEvents['handle'] = async (message, { signal } = {}) => {
    const results: LambdaResult[] = [];
    try {
      const calls = readCalls(message, { functions, catalog, now: now(), maxBytes });
      // One after the other, so that a batch takes no more than one event does.
      for (const received of calls) results.push(await run(received, signal));
      return { ...answerTo(results), results };
    } catch (error) {
      return { ...replyOf(error), results, error };
    }
  };
  const listener = createEventListener(listening, async (message, signal) => {
    const answer = await handle(message, { signal });
    const errors = [answer.error, ...answer.results.map(({ error }) => error)];
    for (const error of errors) if (error !== undefined) onError?.(error);
    return answer;
  });
  return { listener, handle };
}

function answerTo(results: readonly LambdaResult[]): Reply {
  if (results.some(({ disposition }) => disposition === 'failed')) return { status: 500, reason: 'failed' };
  if (results.some(({ disposition }) => disposition === 'running')) {
    return { status: 409, reason: 'running', headers: { 'retry-after': '1' } };
  }
  return ACCEPTED;
}

function readTimeout(timeoutMs = 60_000): number {
  if (Number.isSafeInteger(timeoutMs) && timeoutMs >= 1) return timeoutMs;
  throw new ConfigurationError(`timeoutMs: expected a whole number of 1 or more, received ${String(timeoutMs)}`);
}

function checkFunctions(handlers: Readonly<Record<string, LambdaHandler>>, catalog: Catalog | undefined): void {
  const names = Object.keys(handlers);
  if (names.length === 0) throw new ConfigurationError('handlers: expected at least one function');
  for (const name of names) {
    if (typeof handlers[name] !== 'function') {
      throw new ConfigurationError(`handlers: expected a function for ${JSON.stringify(name)}`);
    }
    if (catalog !== undefined && !catalog.some((definition) => definition.name === name)) {
      throw new ConfigurationError(`handlers: the catalog has no function ${JSON.stringify(name)}`);
    }
  }
}
