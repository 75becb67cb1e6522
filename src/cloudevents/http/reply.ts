import type { ServerResponse } from 'node:http';
import {
  AbortedError,
  DeadlineExceededError,
  DeliveryError,
  EventError,
  type EventRefusal,
  OverloadedError,
} from '../../core/errors.js';

/** What a request is answered with. */
export interface Reply {
  readonly status: number;
  /** Machine-readable reason, for statuses of 400 and more. */
  readonly reason?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Done, or kept where it cannot be lost. A 202 is never taken for a reply event. */
export const ACCEPTED: Reply = { status: 202 };

/**
 * Only a 5xx makes an Alertmanager send again, and Knative sends again on it too, so this and no 429 is what both get
 * when there is no room.
 */
export const OVERLOADED: Reply = { status: 503, reason: 'overloaded', headers: { 'retry-after': '1' } };

/** What people read. Nothing of the request stands in it: answers end up in other systems' logs. */
const TITLES: Readonly<Record<string, string>> = {
  malformed: 'The request is not a valid CloudEvent or webhook.',
  'too-large': 'The request is too large.',
  'unsupported-media-type':
    'Only JSON in UTF-8 is read: application/json, application/cloudevents+json or -batch+json.',
  'unknown-type': 'Events of this type are not handled here.',
  'unknown-function': 'The function is not handled here.',
  'invalid-parameters': 'The parameters break the schema of the function.',
  'method-not-allowed': 'Events are sent by POST.',
  overloaded: 'There is no room for more requests at present; send it again.',
  running: 'The event is being handled; send it again to learn of its end.',
  unavailable: 'The event could not be handled at present; send it again.',
  failed: 'The event could not be handled; send it again.',
} satisfies Readonly<Record<EventRefusal, string>> & Readonly<Record<string, string>>;

/** The answer that an error stands for: 400, 413 or 415 where sending again is useless, else 503 or 500. */
export function replyOf(error: unknown): Reply {
  if (EventError.isInstance(error)) {
    return {
      status: error.status,
      reason: error.reason,
      // What is left of the request is not read.
      ...(error.reason === 'too-large' && { headers: { connection: 'close' } }),
    };
  }
  if (OverloadedError.isInstance(error)) return OVERLOADED;
  const passing =
    AbortedError.isInstance(error) || DeadlineExceededError.isInstance(error) || DeliveryError.isInstance(error);
  return passing ? { status: 503, reason: 'unavailable' } : { status: 500, reason: 'failed' };
}

/** Sends an answer, unless the client is gone or has one. */
export function sendReply(response: ServerResponse, { status, reason, headers }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  if (reason === undefined) {
    response.writeHead(status, { ...headers, 'content-length': '0' }).end();
    return;
  }
  const body = JSON.stringify({ type: 'about:blank', status, reason, title: TITLES[reason] ?? TITLES['failed'] });
  response
    .writeHead(status, {
      ...headers,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
    })
    .end(body);
}
