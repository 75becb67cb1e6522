/** A stretch of a text that begins like a JSON object, or like an array of them. */
export interface JsonStretch {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  /** Undefined where the stretch is no JSON, or where the text ends before it does. */
  readonly value: unknown;
}

/**
 * The end of an empty object, or the first key with its colon: any other brace is one of prose or of a template, and what
 * stands behind it may be JSON again. The key is bounded, since what follows each of many braces is looked at.
 */
const START = /(?:\[\s*)?\{\s*(?:\}|"(?:[^"\\\n]|\\.){0,256}"\s*:)/g;

/**
 * Finds the JSON objects of a text, and its arrays of them, in their order and without those within others. Every
 * character is looked at a fixed number of times, whatever braces and quotes a text has: nothing is read again within a
 * stretch that turns out to be no JSON.
 */
export function findJson(text: string): JsonStretch[] {
  const found: JsonStretch[] = [];
  START.lastIndex = 0;
  for (let start = START.exec(text)?.index; start !== undefined; start = START.exec(text)?.index) {
    const end = endOf(text, start);
    const value = end === undefined ? undefined : parseJson(text.slice(start, end));
    found.push({ start, end: end ?? text.length, value });
    START.lastIndex = end ?? text.length;
  }
  return found;
}

/** Behind the bracket that closes the one at `start`; undefined where the text ends first. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}

/** The quote that closes the one at `start`, or the end of its line, since a string of JSON has no further one. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"' && text[index] !== '\n') index += text[index] === '\\' ? 2 : 1;
  return index;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Braces of prose, or a template.
    return undefined;
  }
}
