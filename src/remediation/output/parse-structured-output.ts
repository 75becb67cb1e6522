import { describeValue } from '../../domain/describe.js';
import { readGemmaCalls, readTaggedCalls } from './call-grammars.js';
import { findRegions, type Region, withoutThoughts } from './json/find-regions.js';
import { findSegments, type Segment } from './json/find-segments.js';
import { type PlainValue, toPlainValue } from './json/plain-value.js';
import {
  createJsonRepairer,
  type JsonRepairer,
  looksLikeList,
  looksLikeObject,
  parseJson,
  REPAIR_LIMIT,
} from './json/repair-json.js';
import { readKeyValues } from './key-value.js';
import { OUTPUT_LIMITS, type OutputForm, type ParsedOutput, type ParseOutputOptions } from './parsed-output.js';

interface Found {
  readonly value: unknown;
  readonly how: OutputForm;
  readonly warning?: string;
}

/** Deepest nesting that an option may ask for, which bounds the recursion of every reader. */
const DEEPEST = 64;

/**
 * Reads the value that a model's text holds, in whatever form it comes: JSON, alone, fenced, tagged or in prose; JSON
 * with comments, trailing commas, single or typographic quotes, Python's literals, or cut off; calls in a grammar of
 * their own; lines of `key: value`. What reasoning models think before they answer is left out. Never throws, takes
 * time linear in the length of the text, and drops keys such as `__proto__`.
 */
export function parseStructuredOutput(text: string, options: ParseOutputOptions = {}): ParsedOutput {
  const { maxLength = OUTPUT_LIMITS.length, accept = () => true } = options;
  const maxDepth = Math.min(options.maxDepth ?? OUTPUT_LIMITS.depth, DEEPEST);
  if (typeof text !== 'string') return failed('empty', `expected a text, received ${describeValue(text)}`);
  if (text.length > maxLength) {
    return failed('too-long', `expected at most ${maxLength} characters, received ${text.length}`);
  }
  if (text.trim() === '') return failed('empty', 'expected a text, received nothing but white space');

  const limits: Limits = { maxDepth, repairer: createJsonRepairer(), tooDeep: false };
  const others: unknown[] = [];
  let taken: (Found & { readonly dropped: readonly string[] }) | undefined;
  for (const found of findValues(text, limits)) {
    const plain = toPlainValue(found.value, maxDepth);
    if (!plain) {
      limits.tooDeep = true;
      continue;
    }
    if (!taken && accept(plain.value, found.how)) taken = { ...found, value: plain.value, dropped: plain.dropped };
    else if (others.length < OUTPUT_LIMITS.others) others.push(plain.value);
    if (taken && others.length >= OUTPUT_LIMITS.others) break;
  }
  // The lines of faulty or unexpected JSON look like pairs as well, so these come last.
  const pairs = taken ? undefined : readPairs(text, limits);
  if (pairs && accept(pairs.value, 'key-value')) {
    taken = { ...pairs, how: 'key-value', warning: 'the value was read from lines of key: value' };
  }
  if (!taken) return nothingTaken(others.length, limits);
  const { value, how, warning, dropped } = taken;
  const warnings = [
    ...(warning === undefined ? [] : [warning]),
    ...(dropped.length > 0 ? [`reserved keys were left out: ${dropped.join(', ')}`] : []),
    ...(others.length > 0 ? [`the text holds ${others.length} more value${others.length > 1 ? 's' : ''}`] : []),
  ];
  return { ok: true, value, how, others, warnings };
}

interface Limits {
  readonly maxDepth: number;
  readonly repairer: JsonRepairer;
  /** Whether something was passed over because it is too deep. */
  tooDeep: boolean;
}

/** Every value of a text, the likeliest to be meant first. */
function* findValues(text: string, limits: Limits): Generator<Found> {
  const answer = withoutThoughts(text);
  const whole = parseJson(text.trim()) ?? parseJson(answer.trim());
  if (whole) {
    yield { value: whole.value, how: 'json' };
    const inner = typeof whole.value === 'string' ? parseJson(whole.value) : undefined;
    if (typeof inner?.value === 'object') {
      yield { value: inner.value, how: 'json', warning: 'the value was JSON within a JSON text' };
    }
    return;
  }
  const calls = [...readGemmaCalls(answer), ...readTaggedCalls(answer)];
  for (const value of calls) yield { value, how: 'function-call' };
  // The brackets of such a call would be taken for faulty JSON.
  if (calls.length > 0) return;
  const regions = findRegions(answer);
  const segments = findSegments(answer, limits.maxDepth);
  yield* readSegments(answer, segments, regions, limits);
  for (const { start, end } of regions) {
    if (segments.some((segment) => segment.start >= start && segment.start < end)) continue;
    const scalar = parseJson(answer.slice(start, end).trim());
    if (scalar) yield { value: scalar.value, how: 'fenced' };
  }
}

function readPairs(text: string, { maxDepth, repairer }: Limits): PlainValue | undefined {
  const pairs = readKeyValues(withoutThoughts(text), repairer);
  return pairs && toPlainValue(pairs, maxDepth);
}

interface Candidate {
  readonly text: string;
  readonly region: Region | undefined;
  /** A list without objects is a value where it stands alone, and a footnote or a range in prose. */
  readonly alone: boolean;
}

/** Objects before other lists, tagged and fenced ones before those in prose. */
function* readSegments(
  answer: string,
  segments: readonly Segment[],
  regions: readonly Region[],
  limits: Limits,
): Generator<Found> {
  const whole = boundsOf(answer, 0, answer.length);
  const bounds = regions.map(({ start, end }) => boundsOf(answer, start, end));
  const classes: [Candidate[], Candidate[], Candidate[], Candidate[]] = [[], [], [], []];
  const ordered = [...segments].sort((left, right) => left.start - right.start);
  let next = 0;
  for (const segment of ordered) {
    if (segment.tooDeep) {
      limits.tooDeep = true;
      continue;
    }
    while (next < regions.length && (regions[next] as Region).end <= segment.start) next += 1;
    const here = regions[next];
    const region = here && here.start <= segment.start ? here : undefined;
    const end = region && !segment.closed ? Math.min(segment.end, region.end) : segment.end;
    const around = (region && bounds[next]) ?? whole;
    const text = answer.slice(segment.start, end);
    const candidate = { text, region, alone: segment.start <= around.start && end >= around.end };
    const rank = !looksLikeObject(text) ? 3 : region === undefined ? 2 : region.kind === 'fence' ? 1 : 0;
    classes[rank].push(candidate);
  }
  for (const candidate of classes.flat()) {
    const found = readCandidate(candidate, limits.repairer);
    if (found) yield found;
  }
}

function readCandidate({ text, region, alone }: Candidate, repairer: JsonRepairer): Found | undefined {
  const json = parseJson(text);
  const how = region === undefined ? 'embedded' : region.kind === 'fence' ? 'fenced' : 'tool-call';
  if (json) return { value: json.value, how };
  if (!looksLikeObject(text) && !(alone && looksLikeList(text))) return undefined;
  const repaired = repairer.repair(text);
  return repaired && { ...repaired, how: 'repaired', warning: 'the JSON was faulty and has been repaired' };
}

function nothingTaken(others: number, { tooDeep, maxDepth, repairer }: Limits): ParsedOutput {
  if (others > 0) {
    return failed('not-accepted', `the text holds ${others} value${others > 1 ? 's' : ''}, none as expected`);
  }
  if (tooDeep) return failed('too-deep', `expected at most ${maxDepth} levels of objects and arrays`);
  const limit = repairer.exhausted ? `, and at most ${REPAIR_LIMIT} characters of faulty JSON are repaired` : '';
  return failed('no-structure', `expected JSON or lines of key: value${limit}`);
}

function failed(reason: Extract<ParsedOutput, { ok: false }>['reason'], detail: string): ParsedOutput {
  return { ok: false, reason, detail };
}

/** A stretch without the white space around it. */
function boundsOf(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  const stretch = text.slice(start, end);
  return { start: end - stretch.trimStart().length, end: start + stretch.trimEnd().length };
}
