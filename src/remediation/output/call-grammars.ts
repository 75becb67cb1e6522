import { parseJson } from './json/repair-json.js';

/** A call in a grammar of its own, which is no JSON. */
export interface GrammarCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** Most calls that are read from one text. */
const MOST_CALLS = 32;

/** Most levels of objects and lists in the arguments. */
const MOST_LEVELS = 16;

const START = '<start_function_call>';
const ESCAPE = '<escape>';

/** `call:name{`, behind its tag or, from a decoder that leaves special tokens out, at the beginning of the text. */
const CALL = /\s{0,64}call:\s?([\w.-]{1,128})\s?\{/y;

/**
 * Reads FunctionGemma's calls, `<start_function_call>call:name{key:<escape>text<escape>,count:3}<end_function_call>`;
 * one that was cut off gives what had come.
 */
export function readGemmaCalls(text: string): readonly GrammarCall[] {
  const calls: GrammarCall[] = [];
  let position = text.indexOf(START);
  if (position < 0) {
    const [call] = readGemmaCall(text, 0);
    return call ? [call] : [];
  }
  while (position >= 0 && calls.length < MOST_CALLS) {
    const [call, end] = readGemmaCall(text, position + START.length);
    if (call) calls.push(call);
    position = text.indexOf(START, end);
  }
  return calls;
}

function readGemmaCall(text: string, start: number): [call: GrammarCall | undefined, end: number] {
  CALL.lastIndex = start;
  const name = CALL.exec(text)?.[1];
  if (name === undefined) return [undefined, start];
  const reader = new GemmaReader(text, CALL.lastIndex);
  return [{ name, arguments: reader.fields(1) }, reader.position];
}

/** Reads the arguments of one call; every step goes forward, so it takes linear time. */
class GemmaReader {
  position: number;
  readonly #text: string;

  constructor(text: string, position: number) {
    this.#text = text;
    this.position = position;
  }

  /** What stands between the braces, of which the opening one has been read. */
  fields(level: number): Record<string, unknown> {
    const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    while (!this.#ends('}')) {
      const key = this.#until(/[:,}]/g).trim();
      if (!this.#takes(':')) continue;
      fields[key.replaceAll(ESCAPE, '')] = this.#value(level);
    }
    return fields;
  }

  #list(level: number): unknown[] {
    const items: unknown[] = [];
    while (!this.#ends(']')) {
      const before = this.position;
      items.push(this.#value(level));
      // A bracket that fits nowhere must not hold the reader up.
      if (this.position === before) this.position += 1;
    }
    return items;
  }

  #value(level: number): unknown {
    if (this.#text.startsWith(ESCAPE, this.position)) {
      const start = this.position + ESCAPE.length;
      const end = this.#text.indexOf(ESCAPE, start);
      this.position = end < 0 ? this.#text.length : end + ESCAPE.length;
      return this.#text.slice(start, end < 0 ? undefined : end);
    }
    if (level < MOST_LEVELS && this.#takes('{')) return this.fields(level + 1);
    if (level < MOST_LEVELS && this.#takes('[')) return this.#list(level + 1);
    const word = this.#until(/[,}\]]/g).trim();
    const json = parseJson(word);
    return json ? json.value : word;
  }

  /** Whether the closing bracket, a comma before it or the end of the text is next; takes it. */
  #ends(bracket: string): boolean {
    while (/[\s,]/.test(this.#text.charAt(this.position))) this.position += 1;
    return this.position >= this.#text.length || this.#takes(bracket);
  }

  #takes(character: string): boolean {
    if (this.#text.charAt(this.position) !== character) return false;
    this.position += 1;
    return true;
  }

  #until(stop: RegExp): string {
    const start = this.position;
    stop.lastIndex = start;
    this.position = stop.exec(this.#text)?.index ?? this.#text.length;
    return this.#text.slice(start, this.position);
  }
}

const FUNCTION_TAG = /<function=([\w.-]{1,128})>/g;
const PARAMETER_TAG = /<parameter=([\w.-]{1,128})>/g;

/** Reads `<function=name>{...}</function>` and `<function=name><parameter=key>value</parameter></function>`. */
export function readTaggedCalls(text: string): readonly GrammarCall[] {
  const tags = [...text.matchAll(FUNCTION_TAG)].slice(0, MOST_CALLS);
  return tags.flatMap((tag, index) => {
    const next = tags[index + 1]?.index ?? text.length;
    const inside = before(text.slice(tag.index + tag[0].length, next), '</function>');
    const json = parseJson(inside);
    const call = { name: tag[1] as string, arguments: json ? json.value : readParameterTags(inside) };
    return [call];
  });
}

function readParameterTags(text: string): unknown {
  const tags = [...text.matchAll(PARAMETER_TAG)];
  // What holds neither is left as it is, for whoever takes the call to repair.
  if (tags.length === 0) return text.trim();
  return Object.fromEntries(
    tags.map((tag, index) => {
      const value = text.slice(tag.index + tag[0].length, tags[index + 1]?.index);
      return [tag[1] as string, before(value, '</parameter>').trim()];
    }),
  );
}

function before(text: string, mark: string): string {
  const end = text.indexOf(mark);
  return end < 0 ? text : text.slice(0, end);
}
