import { EventError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import { checkAttributes, type EventAttributes } from './attributes.js';
import { LARGEST_BODY_BYTES, parseBase64Json, parseJson, readText } from './body.js';
import { decodeHeaderValue } from './header-value.js';
import { contentModeOf, isJson, parseMediaType } from './media-type.js';

/** An HTTP request as far as events need it. */
export interface EventMessage {
  /** By name in any case, as `IncomingMessage.headers` or `headersDistinct` hold them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it came; text is taken as UTF-8. */
  readonly body: string | Uint8Array;
}

/** A valid CloudEvent with JSON data. */
export interface IncomingEvent extends EventAttributes {
  /** Undefined without data. */
  readonly data: unknown;
}

/** What a message holds. A plain body is JSON without any sign of a CloudEvent. */
export type MessageContent =
  | { readonly mode: 'binary' | 'structured' | 'batch'; readonly events: readonly IncomingEvent[] }
  | { readonly mode: 'plain'; readonly body: unknown };

/** The same, with the events of a batch still to be read, one by one. */
export type OpenedMessage =
  | { readonly mode: 'binary' | 'structured'; readonly event: IncomingEvent }
  | { readonly mode: 'batch'; readonly items: readonly unknown[] }
  | { readonly mode: 'plain'; readonly body: unknown };

/**
 * Reads CloudEvents 1.0 in binary, structured or batch mode, or plain JSON. It is all or nothing: one faulty event of a
 * batch refuses the batch.
 *
 * @param maxBytes most bytes of the body; default 2 MiB
 * @throws EventError, whose `status` is the one to answer with
 */
export function readMessage(message: EventMessage, maxBytes: number = LARGEST_BODY_BYTES): MessageContent {
  const opened = openMessage(message, maxBytes);
  if (opened.mode === 'plain') return opened;
  if (opened.mode === 'batch') return { mode: opened.mode, events: opened.items.map(readBatchItem) };
  return { mode: opened.mode, events: [opened.event] };
}

/**
 * Reads the same, and leaves the items of a batch to {@link readBatchItem}.
 *
 * @throws EventError, whose `status` is the one to answer with
 */
export function openMessage(message: EventMessage, maxBytes: number = LARGEST_BODY_BYTES): OpenedMessage {
  const headers = readHeaders(message.headers);
  const mode = contentModeOf(headers);
  const body = readText(message.body, maxBytes);
  if (mode === 'binary') return { mode, event: readBinary(headers, body) };
  const value = parseJson(body);
  if (mode === 'structured') return { mode, event: readStructured(value, '') };
  if (mode === 'plain') return { mode, body: value };
  if (!Array.isArray(value)) {
    throw new EventError('malformed', `body: expected an array of events, received ${describeValue(value)}`);
  }
  return { mode, items: value };
}

/** Reads one event of a batch. Throws EventError. */
export function readBatchItem(item: unknown, index: number): IncomingEvent {
  return readStructured(item, `[${index}].`);
}

/** Headers by lower-case name. One that comes twice is refused where two values would contradict each other. */
function readHeaders(given: EventMessage['headers']): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    const values = typeof value === 'string' ? [value] : (value ?? []);
    const [first] = values;
    if (first === undefined) continue;
    const counts = key.startsWith('ce-') || key === 'content-type' || key === 'content-encoding';
    if (counts && (values.length > 1 || headers.has(key))) {
      throw new EventError('malformed', `headers: expected ${name.slice(0, 40)} once, received it several times`);
    }
    headers.set(key, first);
  }
  return headers;
}

function readBinary(headers: ReadonlyMap<string, string>, body: string): IncomingEvent {
  const attributes = new Map<string, unknown>();
  for (const [header, value] of headers) {
    if (!header.startsWith('ce-')) continue;
    const name = header.slice(3);
    if (name === 'datacontenttype') {
      throw new EventError('malformed', 'ce-datacontenttype: expected content-type in its place');
    }
    if (name === 'data') throw new EventError('malformed', 'ce-data: expected the data in the body');
    attributes.set(name, decodeHeaderValue(header.slice(0, 40), value));
  }
  const contentType = headers.get('content-type');
  if (contentType !== undefined) attributes.set('datacontenttype', contentType);
  const checked = checkAttributes(attributes);
  return { ...checked, data: body === '' ? undefined : parseJson(body) };
}

function readStructured(value: unknown, where: string): IncomingEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EventError('malformed', `${where}expected a CloudEvent, received ${describeValue(value)}`);
  }
  const { data, data_base64: base64, ...attributes } = value as Record<string, unknown>;
  const checked = checkAttributes(Object.entries(attributes), where);
  const given = checked.datacontenttype === undefined ? undefined : parseMediaType(checked.datacontenttype);
  if (given !== undefined && !isJson(given.essence) && (data ?? base64 ?? null) !== null) {
    throw new EventError('unsupported-media-type', `${where}datacontenttype: expected data in JSON`);
  }
  if (base64 === undefined || base64 === null) return { ...checked, data };
  if (data !== undefined) {
    throw new EventError('malformed', `${where}expected data or data_base64, received both`);
  }
  return { ...checked, data: parseBase64Json(base64) };
}
