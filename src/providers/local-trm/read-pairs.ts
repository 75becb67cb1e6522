/** A label, an annotation or a reading as it is written. */
export type Pair = readonly [name: string, value: string];

// Prompts come from outside: no pattern here has two ways to match the same run of characters.
/** `name:` or `name =`, as an item of a list or not, the name being quoted, in bold or neither. */
const NAME = /[-*•]?\s*["'`*]*([^"'`*:=\s]+)["'`*]*\s*[:=](?:\*\*(?=\s))?\s*/suy;
/** Behind a comma: the name of another pair, and no address such as `https://`. */
const NEXT_NAME = /\s*["'`]?[\w./-]+["'`]?\s*[:=](?!\/\/)/uy;
const QUOTES = '"\'`';
/** What stands before a quote that opens; one behind anything else is an apostrophe. */
const BEFORE_QUOTE = /[\s:=,[({]/;

/** Whether a line begins with the name of a pair. */
export function beginsWithPair(line: string): boolean {
  NAME.lastIndex = 0;
  return NAME.test(line);
}

/** The pairs of a line, separated by commas; a comma in quotes, or with no name behind it, is part of a value. */
export function readPairs(line: string): Pair[] {
  const pairs: Pair[] = [];
  for (let start = 0; start < line.length; ) {
    NAME.lastIndex = start;
    const name = NAME.exec(line)?.[1];
    const value = name === undefined ? start : NAME.lastIndex;
    const end = endOfValue(line, value);
    if (name !== undefined) pairs.push([name, trimValue(line.slice(value, end))]);
    start = end + 1;
  }
  return pairs;
}

/** The one pair that a line is, whatever commas its value has. */
export function readPair(line: string): Pair[] {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[1];
  return name === undefined ? [] : [[name, trimValue(line.slice(NAME.lastIndex))]];
}

/**
 * The pairs of an object or array in brackets: JSON, whose nested values become their JSON, or what other languages write
 * (`{pod="a", namespace="b"}`, `{'pod': 'a'}`, `['pod=a', 'namespace=b']`).
 */
export function readBracketed(text: string): Pair[] {
  return (
    readJson(text) ??
    text
      .slice(1, -1)
      .split('\n')
      .flatMap((line) => readPairs(line.trim()))
  );
}

/**
 * Follows the brackets of one kind in a line, from `start` on and within `depth` of them. `end` is behind the bracket that
 * closes the outermost, undefined where that is on a later line.
 */
export function followBrackets(
  line: string,
  start: number,
  depth: number,
  [open, close]: readonly [open: string, close: string],
): { depth: number; end: number | undefined } {
  let left = depth;
  for (let index = start; index < line.length; index = behindQuoted(line, index)) {
    if (line[index] === open) left += 1;
    else if (line[index] === close) left -= 1;
    if (left === 0) return { depth: 0, end: index + 1 };
  }
  return { depth: left, end: undefined };
}

/** The comma behind a value, or the end of the line. */
function endOfValue(line: string, start: number): number {
  for (let index = start; index < line.length; index = behindQuoted(line, index)) {
    if (line[index] !== ',') continue;
    NEXT_NAME.lastIndex = index + 1;
    if (NEXT_NAME.test(line)) return index;
  }
  return line.length;
}

/** Behind the quoted run that begins at an index; behind the one character where none does, or where none ends. */
function behindQuoted(line: string, index: number): number {
  const quote = line[index] as string;
  const opens = QUOTES.includes(quote) && (index === 0 || BEFORE_QUOTE.test(line[index - 1] as string));
  if (!opens) return index + 1;
  let end = index + 1;
  while (end < line.length && line[end] !== quote) end += line[end] === '\\' ? 2 : 1;
  return end < line.length ? end + 1 : index + 1;
}

function trimValue(text: string): string {
  return text
    .trim()
    .replace(/,$/, '')
    .trimEnd()
    .replaceAll(/^["'`]|["'`]$/g, '');
}

function readJson(text: string): Pair[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.flatMap((entry) => readPair(String(entry)));
    return Object.entries(value as object).map(([key, entry]) => [
      key,
      typeof entry === 'string' ? entry : JSON.stringify(entry),
    ]);
  } catch {
    // No JSON, or nested too deeply to be written again.
    return undefined;
  }
}
