import { describeValue } from '../../domain/describe.js';
import { meansNone } from './call-names.js';
import { readCallSyntax } from './call-syntax.js';
import { toPlainValue } from './json/plain-value.js';
import { parseStructuredOutput } from './parse-structured-output.js';
import { OUTPUT_LIMITS, type OutputForm, type ParsedOutput } from './parsed-output.js';
import { type ReadCall, readCalls } from './read-call.js';

/** A call that a model proposes, of which nothing is believed yet. */
export type ParsedCall = ReadCall;

/** How it was written: one of the forms of a text, as `name(key="value")`, in bare words, or as a value. */
export type CallForm = OutputForm | 'call-syntax' | 'words' | 'value';

export type ProposedCallReading =
  | {
      readonly kind: 'call';
      readonly lambdaFunction: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly how: CallForm;
      /** Other things that the same answer proposes; it contradicts itself when there are any. */
      readonly others: readonly (ParsedCall | 'none')[];
    }
  | {
      /** The answer says that no function applies. */
      readonly kind: 'none';
      readonly how: CallForm;
      readonly others: readonly ParsedCall[];
    }
  | {
      readonly kind: 'unreadable';
      readonly reason: Extract<ParsedOutput, { ok: false }>['reason'] | 'no-call';
      /** One sentence. */
      readonly detail: string;
    };

export interface ProposedCallOptions {
  /**
   * Names of the functions that exist. They make out the call among other values, and let `{"pod-restart": {...}}`,
   * a bare name and `pod-restart(name="x")` be read. An unknown function is given back all the same when no known one
   * is named, for its caller to refuse.
   */
  readonly functions?: readonly string[] | undefined;
  /** Most characters of a text. Default 262 144. */
  readonly maxLength?: number | undefined;
}

/** "None of the functions applies." and its like, when it is all that is said. */
const NONE_SENTENCE = /^(?:none|no (?:suitable |matching )?(?:function|action|tool|remediation))\b[^.{}]{0,80}\.?$/i;

/**
 * Reads the call that a model proposes, from its text (see parseStructuredOutput) or from a value such as a list of
 * tool calls. Known are the names lambda_function, function, name, tool and action; parameters, arguments, args and
 * input, also as a JSON text; and `null`, "none" or "no_action" for no function at all. Never throws.
 */
export function parseProposedCall(input: unknown, options: ProposedCallOptions = {}): ProposedCallReading {
  const functions = options.functions && new Set(options.functions);
  if (typeof input !== 'string') {
    if (input === undefined) return unreadable('empty', 'expected a call, received nothing');
    // As a copy these would be null, which means that no function applies.
    if (['bigint', 'symbol', 'function'].includes(typeof input)) {
      return unreadable('no-call', `expected a call, received ${describeValue(input)}`);
    }
    const plain = toPlainValue(input, OUTPUT_LIMITS.depth);
    if (!plain) return unreadable('too-deep', `expected at most ${OUTPUT_LIMITS.depth} levels of objects and arrays`);
    const { calls, fault } = readCalls(plain.value, functions);
    return fault === undefined ? toReading(calls, 'value') : unreadable('no-call', fault);
  }
  const words = readWords(input, functions);
  if (words) return toReading([words], 'words');

  const knows = (call: ParsedCall | 'none'): boolean =>
    call === 'none' || !functions || functions.has(call.lambdaFunction);
  let fault: string | undefined;
  const isCall = (value: unknown): boolean => {
    const reading = readCalls(value, functions);
    fault ??= reading.fault;
    return reading.fault === undefined && reading.calls.length > 0 && reading.calls.every(knows);
  };
  const parsed = parseStructuredOutput(input, { maxLength: options.maxLength, accept: isCall });
  if (parsed.ok) return toReading(callsOf([parsed.value, ...parsed.others], functions).filter(knows), parsed.how);

  const written = parsed.reason === 'too-long' ? [] : readCallSyntax(input, functions);
  if (written.length > 0) return toReading(written, 'call-syntax');
  if (!functions || parsed.reason !== 'not-accepted') return refusal(parsed, fault);
  // What names functions that do not exist is a call too, and its caller wants to say so.
  const unknown = parseStructuredOutput(input, { accept: (value) => callsOf([value], functions).length > 0 });
  if (!unknown.ok) return refusal(unknown, fault);
  return toReading(callsOf([unknown.value], functions), unknown.how);
}

function callsOf(values: readonly unknown[], functions: ReadonlySet<string> | undefined): (ParsedCall | 'none')[] {
  return values.flatMap((value) => {
    // A stray text or null beside the call says nothing; inside of the call it would.
    if (typeof value !== 'object' || value === null)
      return values.length === 1 ? readCalls(value, functions).calls : [];
    const { calls, fault } = readCalls(value, functions);
    return fault === undefined ? calls : [];
  });
}

function toReading(calls: readonly (ParsedCall | 'none')[], how: CallForm): ProposedCallReading {
  const distinct = new Map(calls.map((call) => [keyOf(call), call]));
  const [first, ...others] = distinct.values();
  if (first === undefined) return unreadable('no-call', 'expected a call, found none');
  if (first === 'none') return { kind: 'none', how, others: others.filter((call) => call !== 'none') };
  return { kind: 'call', ...first, how, others };
}

/** Calls that say the same are one, in whatever order their parameters stand. */
function keyOf(call: ParsedCall | 'none'): string {
  if (call === 'none') return call;
  const entries = Object.entries(call.parameters).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return JSON.stringify([call.lambdaFunction, entries]);
}

/** An answer of nothing but a function's name, or of the word that none applies. */
function readWords(text: string, functions: ReadonlySet<string> | undefined): ParsedCall | 'none' | undefined {
  if (text.length > 256) return undefined;
  const bare = text.trim().replace(/^["'`*]+|["'`*.]+$/g, '');
  if (bare === '') return undefined;
  if (functions?.has(bare)) return { lambdaFunction: bare, parameters: {} };
  return meansNone(bare) || NONE_SENTENCE.test(bare) ? 'none' : undefined;
}

function refusal(parsed: ParsedOutput, fault: string | undefined): ProposedCallReading {
  if (parsed.ok || parsed.reason === 'not-accepted') {
    return unreadable('no-call', fault ?? 'expected a call, found none');
  }
  return unreadable(parsed.reason, parsed.detail);
}

function unreadable(
  reason: Extract<ProposedCallReading, { kind: 'unreadable' }>['reason'],
  detail: string,
): ProposedCallReading {
  return { kind: 'unreadable', reason, detail };
}
