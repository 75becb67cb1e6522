import { type JsonRepairer, looksLikeObject, parseJson } from './json/repair-json.js';

/** Longest line that is read as a pair; a longer one is prose. */
const LONGEST_LINE = 2_048;

/** Most pairs that are read. */
const MOST_PAIRS = 128;

/** A bullet or number, then a key of up to three words in optional quotes or emphasis, then `:` or `=`. */
const PAIR =
  /^(\s*)((?:[-*•>]|\d{1,3}[.)])\s+)?[*_`"']{0,3}([A-Za-z][\w.-]{0,63}(?: [\w-]{1,63}){0,2})[*_`"']{0,3}\s{0,8}[:=](?!\/\/)(.*)$/;

interface Pair {
  readonly indent: number;
  readonly bulleted: boolean;
  readonly key: string;
  readonly text: string;
}

/**
 * Reads `key: value` lines, as models write them when they forget about JSON: bullets, emphasis and quotes are left
 * out, a key without a value takes the lines that are indented further, and a value may be JSON.
 *
 * @returns undefined when there are no pairs, or a single one among other lines
 */
export function readKeyValues(
  text: string,
  repairer: JsonRepairer,
  leastPairs = 2,
): Readonly<Record<string, unknown>> | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('```'));
  const pairs: Pair[] = [];
  for (const line of lines) {
    if (line.length > LONGEST_LINE) continue;
    const [, indent = '', bullet = '', key, value = ''] = PAIR.exec(line) ?? [];
    if (key === undefined) continue;
    // Emphasis that ends behind the colon: **Function:** pod-restart.
    const bare = value
      .trim()
      .replace(/^[*_]{1,3}(?=\s|$)/, '')
      .trim();
    pairs.push({ indent: indent.length, bulleted: bullet !== '', key, text: bare });
    if (pairs.length === MOST_PAIRS) break;
  }
  const enough = pairs.length >= leastPairs || (pairs.length === 1 && lines.length === 1);
  if (!enough || pairs.length === 0) return undefined;

  const result: Record<string, unknown> = {};
  let group: { readonly head: Pair; readonly values: Record<string, unknown> } | undefined;
  for (const pair of pairs) {
    const within = group && (pair.indent > group.head.indent || (pair.bulleted && !group.head.bulleted));
    const target = within && group ? group.values : result;
    if (!within) group = undefined;
    if (pair.text !== '') {
      target[pair.key] = readScalar(pair.text, repairer);
    } else if (!within) {
      group = { head: pair, values: {} };
      result[pair.key] = group.values;
    }
  }
  return result;
}

/** A value as it was meant: JSON, a switch, a number, nothing, else the text without quotes and emphasis. */
export function readScalar(text: string, repairer: JsonRepairer): unknown {
  const bare = text.replace(/[,;]$/, '').trim();
  if (/^[{[]/.test(bare)) {
    const json = parseJson(bare) ?? (looksLikeObject(bare) ? repairer.repair(bare) : undefined);
    if (json) return json.value;
  }
  const word = unquote(bare);
  if (word !== bare) return word;
  if (/^(?:true|false)$/i.test(word)) return word.toLowerCase() === 'true';
  if (/^(?:null|None)$/.test(word)) return null;
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(word) ? Number(word) : word;
}

const QUOTED = /^(?:"([^"]*)"|'([^']*)'|`([^`]*)`|“([^”]*)”|\*\*([^*]*)\*\*)$/u;

function unquote(text: string): string {
  const [, ...inner] = QUOTED.exec(text) ?? [];
  const found = inner.find((part) => part !== undefined);
  return found === undefined ? text : unquote(found.trim());
}
