import { redact } from '../core/redact.js';

/** Characters of the server's own words in a message. */
const LONGEST_TEXT = 300;

/** Characters that are looked at to find them. */
const LONGEST_INPUT = 16_384;

/**
 * The server's own words on what went wrong, for people: the `error` or `message` of a JSON body, else the body as it
 * is; on one line, without control characters and secrets, at most 300 characters. Empty for a web page.
 */
export function serverText(body: string, secrets: readonly string[]): string {
  return isHtml(body) ? '' : tidy(errorText(parse(body)) ?? body, secrets);
}

/** Any text of a server on one line, without control characters and secrets, at most 300 characters. */
export function tidy(text: string, secrets: readonly string[]): string {
  const line = text
    .slice(0, LONGEST_INPUT)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ')
    .trim();
  // Redacted before it is cut: half a secret would not be recognised.
  return [...redact(line, secrets)].slice(0, LONGEST_TEXT).join('');
}

/** The text of an error object, in the forms that chat servers use; undefined where there is none. */
export function errorText(value: unknown): string | undefined {
  const outer = fieldsOf(value);
  const fields = outer && (fieldsOf(outer['error']) ?? fieldsOf(outer['detail']) ?? outer);
  if (!fields) return undefined;
  const text = [fields['message'], fields['error'], fields['detail']].find(
    (candidate): candidate is string => typeof candidate === 'string' && candidate !== '',
  );
  if (text === undefined) return undefined;
  const { code } = fields;
  return typeof code === 'string' ? `${text} (${code})` : text;
}

/** Whether a body is a web page, such as that of a proxy or of a login. */
export function isHtml(body: string): boolean {
  return /^\s{0,100}(?:<!doctype|<html|<head|<body|<\?xml)/i.test(body);
}

function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // An error page need not be JSON; its text then speaks for itself.
    return undefined;
  }
}
