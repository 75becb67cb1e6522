/** A part of a text that a model sets apart from its prose. */
export interface Region {
  readonly kind: 'fence' | 'tool-call';
  /** Of what is inside. */
  readonly start: number;
  readonly end: number;
}

/** Most regions of one kind; each search for an end that is missing reads the rest of the text. */
const MOST_REGIONS = 32;

const FENCE = '```';

/** Tags in which models wrap the JSON of a call. */
const TAGS = ['tool_call', 'function_call', 'tool_code'] as const;

/** Text without what reasoning models think before they answer; a thought that never ends leaves nothing. */
export function withoutThoughts(text: string): string {
  let answer = text;
  for (const name of ['think', 'thinking', 'thought']) {
    const close = `</${name}>`;
    const end = answer.lastIndexOf(close);
    // The opening tag is often part of the prompt, so only the closing one is sure to be there.
    if (end >= 0) answer = answer.slice(end + close.length);
    const start = answer.indexOf(`<${name}>`);
    if (start >= 0) answer = answer.slice(0, start);
  }
  return answer;
}

/** Fenced blocks and tagged calls in the order of the text; one that is not closed reaches to the end. */
export function findRegions(text: string): readonly Region[] {
  const regions = [...findFences(text), ...TAGS.flatMap((tag) => findTagged(text, tag))];
  return regions.sort((left, right) => left.start - right.start);
}

function findFences(text: string): Region[] {
  const fences: Region[] = [];
  let open = text.indexOf(FENCE);
  while (open >= 0 && fences.length < MOST_REGIONS) {
    let start = open + FENCE.length;
    // The name of the language stands behind the fence, on the same line.
    while (start < text.length && /[\w+-]/.test(text.charAt(start))) start += 1;
    const close = text.indexOf(FENCE, start);
    fences.push({ kind: 'fence', start, end: close < 0 ? text.length : close });
    open = close < 0 ? -1 : text.indexOf(FENCE, close + FENCE.length);
  }
  return fences;
}

function findTagged(text: string, tag: string): Region[] {
  const opening = `<${tag}>`;
  const closing = `</${tag}>`;
  const found: Region[] = [];
  let open = text.indexOf(opening);
  while (open >= 0 && found.length < MOST_REGIONS) {
    const start = open + opening.length;
    const close = text.indexOf(closing, start);
    const next = text.indexOf(opening, start);
    const end = [close, next].filter((at) => at >= 0).reduce((least, at) => Math.min(least, at), text.length);
    found.push({ kind: 'tool-call', start, end });
    open = next;
  }
  return found;
}
