import { REDACTED } from '../../core/redact.js';
import { plainText } from './plain-text.js';

export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

const LONGEST_TEXT = 500;
const LONGEST_KEY = 64;
const MOST_ENTRIES = 64;
const DEEPEST = 4;

/** Keys whose text is a secret whatever it looks like, in the spelling of snake case. */
const SECRET_KEY =
  /(?:^|_)(?:pass(?:word|wd|phrase)?|secret|token|authorization|api_?key|private_?key|credentials?|cookie)$/;

/**
 * Fields as they may stand in a log line: texts plain and bounded, at most 64 entries, four levels deep; values of keys
 * such as `password` and `hfApiToken` blanked out; errors as name, code and message, without a stack. Values that JSON
 * has no form for come as text.
 */
export function plainFields(
  fields: Readonly<Record<string, unknown>>,
  secrets: readonly string[] = [],
): Record<string, PlainValue> {
  return plainObject(fields, secrets, 1);
}

function plainObject(value: object, secrets: readonly string[], depth: number): Record<string, PlainValue> {
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .slice(0, MOST_ENTRIES)
    .map(([key, entry]): [string, PlainValue] => [
      plainText(key, LONGEST_KEY, secrets),
      typeof entry === 'string' && SECRET_KEY.test(snakeCase(key)) ? REDACTED : plainValue(entry, secrets, depth),
    ]);
  // Not by assignment, which a key such as __proto__ would turn into something else.
  return Object.fromEntries(entries);
}

function plainValue(value: unknown, secrets: readonly string[], depth: number): PlainValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return plainText(value, LONGEST_TEXT, secrets);
  if (value instanceof Error) return plainError(value, secrets);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (typeof value !== 'object') return plainText(String(value), LONGEST_TEXT, secrets);
  if (depth >= DEEPEST) return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ENTRIES).map((entry: unknown) => plainValue(entry, secrets, depth + 1));
  }
  return plainObject(value, secrets, depth + 1);
}

/** What of an error may be told: the class, the stable code, the message. */
export function plainError(error: unknown, secrets: readonly string[] = []): Record<string, string> {
  const { code } = (error ?? {}) as { code?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  return {
    name: plainText(error instanceof Error ? String(error.name) : typeof error, LONGEST_KEY, secrets),
    ...(typeof code === 'string' && { code: plainText(code, LONGEST_KEY, secrets) }),
    message: plainText(String(message), LONGEST_TEXT, secrets),
  };
}

function snakeCase(key: string): string {
  return key
    .slice(0, 4 * LONGEST_KEY)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-.\s]/g, '_')
    .toLowerCase();
}
