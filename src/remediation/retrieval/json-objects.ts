import { isObject } from '../../core/is-object.js';

/** Objects that are read from one text. */
const MOST_OBJECTS = 16;
/** Braces that are tried as the beginning of one. */
const MOST_ATTEMPTS = 64;
/** Characters of one object. */
const LONGEST_OBJECT = 8_192;

/** The outermost JSON objects in a text, in order; what only looks like one is passed over. */
export function jsonObjectsOf(text: string): Record<string, unknown>[] {
  const objects: Record<string, unknown>[] = [];
  let start = text.indexOf('{');
  for (let attempt = 0; start >= 0 && attempt < MOST_ATTEMPTS && objects.length < MOST_OBJECTS; attempt++) {
    const end = endOfObject(text, start);
    const object = end === undefined ? undefined : parseObject(text.slice(start, end));
    if (object) objects.push(object);
    start = text.indexOf('{', object ? end : start + 1);
  }
  return objects;
}

/** Index behind the brace that closes the one at `start`; braces in strings do not count. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < Math.min(text.length, start + LONGEST_OBJECT); at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
