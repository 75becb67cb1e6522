import { EventError } from '../../core/errors.js';
import { isAttributeText } from './attribute-text.js';

/** Printable ASCII but for the space, the double quote and the percent sign. */
const PLAIN = /[^\x21\x23\x24\x26-\x7e]/gu;

/** Writes an attribute for a header: percent-encodes all but printable ASCII, and space, double quote and percent. */
export function encodeHeaderValue(text: string): string {
  return text.replace(PLAIN, (character) => encodeURIComponent(character));
}

/**
 * Reads an attribute from a header: undoes a quoted string first, then one round of percent-encoding.
 *
 * @param header name of the header, for errors
 * @throws EventError `malformed` for characters that no header may hold, an escape that is none, bytes that are no
 *   UTF-8 (overlong forms among them) and characters that no attribute may hold
 */
export function decodeHeaderValue(header: string, value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) {
    throw malformed(header, 'expected printable ASCII; every other character has to be percent-encoded as UTF-8');
  }
  const plain = unquote(value.trim());
  if (/%(?![0-9A-Fa-f]{2})/.test(plain)) {
    throw malformed(header, 'expected two hexadecimal digits after every percent sign; a percent sign itself is %25');
  }
  const text = plain.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => decodeEscapes(header, escapes));
  if (!isAttributeText(text)) throw malformed(header, 'expected no control characters and no noncharacters');
  return text;
}

/** A value that is one quoted string, as senders before CloudEvents 1.0.1 wrote it; other quotes are as they are. */
function unquote(value: string): string {
  return /^"(?:[^"\\]|\\.)*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

function decodeEscapes(header: string, escapes: string): string {
  const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw malformed(header, 'expected percent-encoded bytes that are valid UTF-8', error);
  }
}

function malformed(header: string, message: string, cause?: unknown): EventError {
  return new EventError('malformed', `${header}: ${message}`, cause === undefined ? undefined : { cause });
}
