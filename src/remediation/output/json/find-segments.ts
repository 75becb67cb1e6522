/** A stretch of a text that may be a JSON object or array. */
export interface Segment {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
  /** Whether its bracket is closed; one that is not reaches to the end of the text. */
  readonly closed: boolean;
  /** More levels than are read. */
  readonly tooDeep: boolean;
}

interface Frame {
  readonly bracket: string;
  readonly start: number;
  /** Closed segments directly within; what is left of them when the frame itself is never closed. */
  children: Segment[] | undefined;
  tooDeep: boolean;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** What stands before a value or a key, where a quote other than the double one begins a text and is no apostrophe. */
const BEFORE_TEXT = /[{[,:(=]/;
const AFTER_TEXT = /[,}\]:)]/;

/** Quotes besides the plain double one; a text ends with one of its own kind. */
const OTHER_QUOTES: readonly string[] = ["'`‘’‚", '“”„‟'];

/**
 * Finds the outermost bracketed stretches of a text in one pass, heeding texts in quotes of all kinds and comments
 * within them. A bracket that is never closed gives a segment to the end of the text, and the closed ones within it as
 * well, since it may be prose. Takes time and memory linear in the length of the text, whatever is in it.
 *
 * @param maxDepth most levels of brackets that are told apart
 */
export function findSegments(text: string, maxDepth: number): readonly Segment[] {
  const found: Segment[] = [];
  const stack: Frame[] = [];
  /** Brackets opened beyond `maxDepth` and not closed yet. */
  let beyond = 0;
  let before = '';
  let position = 0;

  const open = (bracket: string): void => {
    if (stack.length < maxDepth) {
      stack.push({ bracket, start: position, children: undefined, tooDeep: false });
      return;
    }
    beyond += 1;
    // Those below a marked one are marked as well.
    if (stack.at(-1)?.tooDeep === false) for (const frame of stack) frame.tooDeep = true;
  };
  const close = (bracket: string): void => {
    if (beyond > 0) {
      beyond -= 1;
      return;
    }
    // One bracket may close several when the ones in between were forgotten.
    const level = stack.findLastIndex((frame) => CLOSING[frame.bracket] === bracket);
    const frame = stack[level];
    if (!frame) return;
    stack.length = level;
    const segment = { start: frame.start, end: position + 1, closed: true, tooDeep: frame.tooDeep };
    const parent = stack.at(-1);
    if (!parent) found.push(segment);
    else if (parent.children) parent.children.push(segment);
    else parent.children = [segment];
  };

  while (position < text.length) {
    const character = text.charAt(position);
    if (character === '{' || character === '[') open(character);
    else if (stack.length > 0) {
      const behind = skipWithin(text, position, before);
      if (behind > position) {
        position = behind;
        if (character !== '/') before = '"';
        continue;
      }
      if (character === '}' || character === ']') close(character);
    }
    if (character.trim() !== '') before = character;
    position += 1;
  }

  const [outermost] = stack;
  if (outermost) found.push({ start: outermost.start, end: text.length, closed: false, tooDeep: outermost.tooDeep });
  for (const { children } of stack) found.push(...(children ?? []));
  return found;
}

/** Where a text in quotes or a comment that begins here ends; the position itself when none begins. */
function skipWithin(text: string, position: number, before: string): number {
  const character = text.charAt(position);
  if (character === '\\' && text.charAt(position + 1) === '"') return endOfEscaped(text, position + 2);
  if (character === '"') return endOfQuoted(text, position + 1);
  if (character === '/') return endOfComment(text, position);
  const quotes = OTHER_QUOTES.find((kind) => kind.includes(character));
  return quotes !== undefined && BEFORE_TEXT.test(before) ? endOfOtherQuotes(text, position + 1, quotes) : position;
}

function endOfQuoted(text: string, start: number): number {
  for (let index = start; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') index += 1;
    else if (character === '"') return index + 1;
  }
  return text.length;
}

/** A text in JSON that was escaped as a whole: `{\"name\": \"x\"}`. */
function endOfEscaped(text: string, start: number): number {
  const end = text.indexOf('\\"', start);
  return end < 0 ? text.length : end + 2;
}

/** A quote that may be an apostrophe ends a text only where something follows that can follow a text. */
function endOfOtherQuotes(text: string, start: number, quotes: string): number {
  for (let index = start; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') {
      index += 1;
      continue;
    }
    if (!quotes.includes(character)) continue;
    let next = index + 1;
    while (next < text.length && text.charAt(next).trim() === '') next += 1;
    if (next >= text.length || AFTER_TEXT.test(text.charAt(next))) return index + 1;
  }
  return text.length;
}

/** A line comment must not be the middle of a URL. */
function endOfComment(text: string, position: number): number {
  const next = text.charAt(position + 1);
  if (next === '*') {
    const end = text.indexOf('*/', position + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (next !== '/' || text.charAt(position - 1) === ':') return position;
  const end = text.indexOf('\n', position);
  return end < 0 ? text.length : end + 1;
}
