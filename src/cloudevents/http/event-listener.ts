import type { IncomingMessage, ServerResponse } from 'node:http';
import { createDeadline } from '../../core/deadline.js';
import { ConfigurationError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';
import { LARGEST_BODY_BYTES } from '../message/body.js';
import type { EventMessage } from '../message/read-message.js';
import { readBody } from './read-body.js';
import { OVERLOADED, type Reply, replyOf, sendReply } from './reply.js';

/** A request listener of `node:http`, which needs no framework and fits into most. */
export type EventRequestListener = (request: IncomingMessage, response: ServerResponse) => void;

export interface EventRequestOptions {
  /** Most bytes of a request's body. Default 2 097 152 (2 MiB). */
  readonly maxBytes?: number | undefined;
  /** Requests that may be handled at once; more are answered 503. Default 64. */
  readonly maxInFlight?: number | undefined;
  /** Milliseconds for one request, reading and handling. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Ends what is in work, and answers further requests with 503. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What went wrong with a request, in full; the answer to the client holds nothing of it. Called for every refusal
   * and every failure, and must not throw.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Every setting in place. */
export type ListenerSettings = {
  readonly [K in 'maxBytes' | 'maxInFlight' | 'timeoutMs']: NonNullable<EventRequestOptions[K]>;
};

/** What `answer` gives: the reply, and work that goes on behind it and still takes room. */
export interface Handled extends Reply {
  readonly rest?: Promise<unknown> | undefined;
}

/** The settings that hold. Throws ConfigurationError that names an option out of its range. */
export function resolveListenerOptions(options: EventRequestOptions): ListenerSettings {
  const settings = {
    maxBytes: options.maxBytes ?? LARGEST_BODY_BYTES,
    maxInFlight: options.maxInFlight ?? 64,
    timeoutMs: options.timeoutMs ?? 60_000,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ConfigurationError(`${name}: expected a whole number of 1 or more, received ${String(value)}`);
    }
  }
  return settings;
}

/**
 * A listener around a function from message to reply. It bounds bodies, requests at once and time, and answers in a way
 * that Knative and Alertmanager both understand: 2xx done; 400, 413, 415 final; 5xx to be sent again.
 *
 * @throws ConfigurationError for an option out of its range
 */
export function createEventListener(
  options: EventRequestOptions,
  answer: (message: EventMessage, signal: AbortSignal) => Promise<Handled>,
): EventRequestListener {
  const { maxBytes, maxInFlight, timeoutMs } = resolveListenerOptions(options);
  const { signal, onError } = options;
  let inFlight = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (reply: Reply): void => {
      request.on('error', () => undefined).resume();
      sendReply(response, reply);
    };
    if (request.method !== 'POST') {
      return refuse({ status: 405, reason: 'method-not-allowed', headers: { allow: 'POST' } });
    }
    if (inFlight >= maxInFlight)
      return refuse({ ...OVERLOADED, headers: { ...OVERLOADED.headers, connection: 'close' } });
    inFlight += 1;
    const release = (): void => {
      inFlight -= 1;
    };
    const deadline = createDeadline({ signal, timeoutMs });
    let work: Promise<Handled> | undefined;
    try {
      const body = await readBody(request, maxBytes, deadline.signal);
      const headers = request.headersDistinct;
      work = answer({ headers, body }, deadline.signal);
      const pending = work;
      sendReply(response, await untilAborted(() => pending, deadline.signal));
    } catch (error) {
      onError?.(error);
      sendReply(response, replyOf(error));
    } finally {
      deadline.dispose();
      // Work that does not end with its signal keeps its room until it does.
      if (work === undefined) release();
      else work.then(({ rest }) => rest).then(release, release);
    }
  };
  return (request, response) => {
    // Whatever fails here fails because the callback for errors did.
    serve(request, response).catch((error: Error) => response.destroy(error));
  };
}
