import { CloudEvent, type CloudEventV1, HTTP } from 'cloudevents';
import { InvalidInputError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import { isAttributeText } from './attribute-text.js';
import { encodeHeaderValue } from './header-value.js';
import { isJson, parseMediaType } from './media-type.js';

/** How an event goes out: attributes as headers and data as body, or all of it as one JSON body. */
export type SendMode = 'binary' | 'structured';

/** An event as HTTP carries it. */
export interface OutgoingMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/**
 * Writes an event for HTTP. The SDK's binary mode writes headers as they are; here they are percent-encoded as the
 * specification wants it, and JSON data that is no object is written as JSON.
 *
 * @throws InvalidInputError for an event that is not valid, or whose attributes no header can carry
 */
export function writeMessage<T>(event: CloudEventV1<T>, mode: SendMode): OutgoingMessage {
  const checked = checkedEvent(event);
  const written = mode === 'structured' ? HTTP.structured(checked) : HTTP.binary(checked);
  const headers: Record<string, string> = {};
  for (const [given, value] of Object.entries(written.headers)) {
    const name = given.toLowerCase();
    if (value !== undefined) headers[name] = name.startsWith('ce-') ? encodeHeaderValue(String(value)) : String(value);
  }
  return { headers, body: mode === 'structured' ? String(written.body) : bodyOf(checked) };
}

/** Bytes of a message on the wire, without the request line. */
export function messageBytes({ headers, body }: OutgoingMessage): number {
  const head = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  return head + Buffer.byteLength(body);
}

function checkedEvent<T>(event: CloudEventV1<T>): CloudEvent<T> {
  for (const [name, value] of Object.entries(event)) {
    if (name !== 'data' && typeof value === 'string' && !isAttributeText(value)) {
      throw new InvalidInputError(name, 'expected no control characters and no lone surrogates');
    }
  }
  for (const name of ['id', 'source', 'type'] as const) {
    // The SDK makes up what is missing.
    if (typeof event[name] !== 'string' || event[name] === '') {
      throw new InvalidInputError(name, `expected text that is not empty, received ${describeValue(event[name])}`);
    }
  }
  try {
    return new CloudEvent<T>({ ...event }, true);
  } catch (error) {
    throw new InvalidInputError('', 'expected a valid CloudEvent 1.0', { cause: error });
  }
}

function bodyOf<T>({ data, datacontenttype }: CloudEvent<T>): string | Uint8Array {
  if (data === undefined) return '';
  if (data instanceof Uint8Array) return data;
  const json = datacontenttype === undefined || isJson(parseMediaType(datacontenttype)?.essence ?? '');
  if (json) return JSON.stringify(data);
  if (typeof data === 'string') return data;
  throw new InvalidInputError('data', `expected text or bytes for ${datacontenttype}, received ${describeValue(data)}`);
}
