import { jsonrepair } from 'jsonrepair';

/**
 * Characters that are repaired for one text, in all. The repair goes back and copies what it has written at many of
 * its steps, so its time grows with the square of the length or worse (seconds of a slow core for 16 384 characters of
 * `{'{'`); a call of a function is a fraction of this.
 */
export const REPAIR_LIMIT = 4_096;

/** What follows the brace of an object; prose and templates in braces (`{{ $labels.pod }}`, `{job="x"}`) do not. */
const OBJECT = /^\{\s*(?:["'“”„‘’`\\}]|\/[/*]|[\p{L}_$][\w$ .-]{0,63}\s*:|$)/u;

/** The beginning of a list of objects, as tool calls come in. */
const OBJECTS = /^\[\s*(?:\{|$)/;

/** Whether a text begins like a JSON object, or a list of them, that somebody wrote by hand. */
export function looksLikeObject(text: string): boolean {
  return OBJECT.test(text) || OBJECTS.test(text);
}

/** What follows the bracket of a list; words in brackets are prose. */
const LIST = /^\[\s*(?:["'“”„‘’`{[\d\]-]|true|false|null|True|False|None|$)/;

/** Whether a text begins like a JSON list that somebody wrote by hand. */
export function looksLikeList(text: string): boolean {
  return LIST.test(text);
}

/** Repairs JSON with a budget of characters that all attempts share. */
export interface JsonRepairer {
  /** The value of a faulty JSON text; undefined when it cannot be repaired, or not within what is left. */
  repair(text: string): { readonly value: unknown } | undefined;
  /** Whether a text was left as it was because of the budget. */
  readonly exhausted: boolean;
}

/** A repairer for one text. */
export function createJsonRepairer(limit: number = REPAIR_LIMIT): JsonRepairer {
  let left = limit;
  let exhausted = false;
  return {
    repair(text) {
      if (text.length > left) {
        exhausted = true;
        return undefined;
      }
      left -= text.length;
      try {
        return { value: JSON.parse(jsonrepair(text)) };
      } catch {
        // Most text is no JSON at all, which its caller expects.
        return undefined;
      }
    },
    get exhausted() {
      return exhausted;
    },
  };
}

/** The value of JSON as it stands. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // A text that is no JSON is the ordinary case here.
    return undefined;
  }
}
