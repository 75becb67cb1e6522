import type { IncomingEvent } from './read-message.js';
import { parseTimestamp } from './timestamp.js';

/** Where an event comes from and what it belongs to. `source` and `id` together are its identity. */
export interface EventOrigin {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  /** RFC 3339. */
  readonly time?: string | undefined;
  /** RFC 3339; the event is of no use after it. */
  readonly expirytime?: string | undefined;
  /** Names the work that this event is part of. */
  readonly correlationid?: string | undefined;
  /** Id of the event that caused this one. */
  readonly causationid?: string | undefined;
  /** W3C trace context. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]*)?$/;

/** The origin of an event. A trace context that is not valid is left out, as W3C wants it. */
export function originOf(event: IncomingEvent): EventOrigin {
  const { id, source, type, subject, time, extensions } = event;
  const traceparent = validTraceparent(textOf(extensions['traceparent']));
  return {
    id,
    source,
    type,
    subject,
    time,
    expirytime: textOf(extensions['expirytime']),
    correlationid: textOf(extensions['correlationid']),
    causationid: textOf(extensions['causationid']),
    traceparent,
    tracestate: traceparent === undefined ? undefined : validTracestate(textOf(extensions['tracestate'])),
  };
}

/** Whether the `expirytime` of an event has come. */
export function isExpired(origin: Pick<EventOrigin, 'expirytime'>, now: number): boolean {
  const end = origin.expirytime === undefined ? undefined : parseTimestamp(origin.expirytime);
  return end !== undefined && end <= now;
}

/** The text when it is a `traceparent` by W3C Trace Context. */
export function validTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= 256 && TRACE_PARENT.test(text) ? text : undefined;
}

/** The text when it may stand in a `tracestate`: at most 512 printable ASCII characters. */
export function validTracestate(text: string | undefined): string | undefined {
  return text !== undefined && /^[\x20-\x7e]{1,512}$/.test(text) ? text : undefined;
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}
