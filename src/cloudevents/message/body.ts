import { EventError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';

/** Most bytes of a body that is received, unless the caller says otherwise: 2 MiB. */
export const LARGEST_BODY_BYTES = 2 * 1024 * 1024;

/**
 * The text of a body.
 *
 * @throws EventError `too-large` over the limit, `malformed` for bytes that are no UTF-8
 */
export function readText(body: unknown, maxBytes: number): string {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (!(bytes instanceof Uint8Array)) {
    throw new EventError('malformed', `body: expected text or bytes, received ${describeValue(body)}`);
  }
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return decodeUtf8(bytes);
}

export function tooLarge(maxBytes: number): EventError {
  return new EventError('too-large', `body: expected at most ${maxBytes} bytes, received more; send less at once`);
}

/** The value of a JSON text. Throws EventError `malformed` for what is none; the message holds nothing of the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the text; where it stopped says as much.
    const place = /position \d+/.exec(error instanceof Error ? error.message : '')?.[0] ?? 'the end';
    throw new EventError('malformed', `body: expected JSON, which breaks off at ${place} of ${text.length} characters`);
  }
}

/** The JSON value of a `data_base64` member. Throws EventError `malformed`. */
export function parseBase64Json(value: unknown): unknown {
  const valid = typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  if (!valid) throw new EventError('malformed', 'data_base64: expected text in base64');
  return parseJson(decodeUtf8(Buffer.from(value, 'base64')));
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new EventError('malformed', 'body: expected UTF-8, received bytes that are none', { cause: error });
  }
}
