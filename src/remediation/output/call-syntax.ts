import { createJsonRepairer } from './json/repair-json.js';
import { readScalar } from './key-value.js';
import type { ReadCall } from './read-call.js';

/** Longest line that may be a call. */
const LONGEST_LINE = 2_048;

/** Most lines with calls. */
const MOST_CALLS = 32;

/** A whole line of `name(...)`, in brackets, backticks or `print(...)` as code-minded models write it. */
const CALL = /^(?:print\()?([A-Za-z_][\w.-]{0,127})\((.*)\)$/;

/** `key=value` or `key: value`, the value in quotes, in brackets or bare, then a comma or the end. */
const ARGUMENT =
  /\s{0,16}([A-Za-z_][\w.-]{0,63})\s{0,16}[=:]\s{0,16}("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'(),=][^"'(),=]{0,255})\s{0,16}(?:,|$)/y;

/**
 * Reads calls written like code, one to a line: `pod-restart(name="shop-0", namespace="shop")`. With `functions` only
 * those that exist; a line that is anything else besides is prose.
 */
export function readCallSyntax(text: string, functions: ReadonlySet<string> | undefined): readonly ReadCall[] {
  const calls: ReadCall[] = [];
  for (const line of text.split('\n')) {
    if (calls.length === MOST_CALLS) break;
    if (line.length > LONGEST_LINE || !line.includes('(')) continue;
    const bare = line.trim().replace(/^(?:[-*>]\s{1,8})?[[`\s]{0,4}|[\]`;.\s]{0,4}$/g, '');
    const [, lambdaFunction, inside = ''] = CALL.exec(bare) ?? [];
    if (lambdaFunction === undefined || (functions && !functions.has(lambdaFunction))) continue;
    const parameters = readArguments(bare.startsWith('print(') ? inside.replace(/\)$/, '') : inside);
    if (parameters) calls.push({ lambdaFunction, parameters });
  }
  return calls;
}

function readArguments(text: string): Record<string, unknown> | undefined {
  const entries: [string, unknown][] = [];
  const repairer = createJsonRepairer();
  let position = 0;
  while (position < text.trimEnd().length) {
    ARGUMENT.lastIndex = position;
    const match = ARGUMENT.exec(text);
    if (!match) return undefined;
    const [whole, key = '', value = ''] = match;
    entries.push([key, readScalar(value.trim(), repairer)]);
    position += whole.length;
  }
  return Object.fromEntries(entries);
}
