import { parseJson, readText } from '../../cloudevents/message/body.js';
import { isJson, parseMediaType } from '../../cloudevents/message/media-type.js';
import { Problem } from './problem.js';

/**
 * The JSON value of a body.
 *
 * @throws Problem `malformed` for JSON that nests too deep or for no body at all; EventError `malformed` for bytes that
 *   are no UTF-8 and for what is no JSON
 */
export function parseBody(bytes: Uint8Array, maxDepth: number): unknown {
  const text = readText(bytes, Number.POSITIVE_INFINITY);
  if (text.trim() === '') throw new Problem('malformed', { detail: 'expected a body in JSON, received none' });
  checkDepth(text, maxDepth);
  return parseJson(text);
}

/** Throws Problem `unsupported-media-type` for anything but JSON in UTF-8. */
export function checkMediaType(contentType: string | null): void {
  const mediaType = contentType === null ? undefined : parseMediaType(contentType);
  const { essence = '', charset = 'utf-8' } = mediaType ?? {};
  if (!isJson(essence) || !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw new Problem('unsupported-media-type', { detail: 'expected the content-type application/json, in UTF-8' });
  }
}

/**
 * Refuses JSON whose objects and arrays lie too deep in each other, before anything that recurses sees it. Looks only at
 * brackets outside of strings; whether the rest is JSON is the parser's to say.
 *
 * @throws Problem `malformed`
 */
export function checkDepth(text: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) {
        throw new Problem('malformed', { detail: `expected JSON at most ${maxDepth} levels deep, received more` });
      }
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
