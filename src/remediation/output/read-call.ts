import { isObject } from '../../core/is-object.js';
import { describeValue } from '../../domain/describe.js';
import { FUNCTION_KEYS, isRemark, meansNone, PARAMETER_KEYS, plainKey, WRAPPER_KEYS } from './call-names.js';
import { parseStructuredOutput } from './parse-structured-output.js';

/** A call as a model wrote it; the function may not exist. */
export interface ReadCall {
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a value says, in order; `none` stands for "no function applies". A fault is what keeps it from being a call. */
export interface CallReading {
  readonly calls: readonly (ReadCall | 'none')[];
  readonly fault?: string;
}

/** Levels of wrappers around a call. */
const MOST_WRAPPERS = 10;

/** Calls that are read from one list. */
const MOST_CALLS = 32;

/**
 * Reads the calls of a value in any of the forms that chat APIs and models use. `functions` are the names that are
 * known: with them `{"pod-restart": {...}}` is a call, and a function may be called `none`.
 */
export function readCalls(value: unknown, functions: ReadonlySet<string> | undefined, level = 1): CallReading {
  if (value === null) return { calls: ['none'] };
  if (typeof value === 'string') return readBareName(value, functions);
  if (level > MOST_WRAPPERS) return { calls: [], fault: 'the call stands within too many wrappers' };
  if (Array.isArray(value)) return readList(value, functions, level);
  if (!isObject(value)) return { calls: [], fault: `expected a call, received ${describeValue(value)}` };

  const entries = new Map(Object.entries(value).map(([key, entry]) => [plainKey(key), { key, entry }]));
  const functionKey = FUNCTION_KEYS.find((key) => entries.has(key));
  if (functionKey !== undefined) {
    const named = entries.get(functionKey)?.entry;
    if (isObject(named) || Array.isArray(named)) return readCalls(named, functions, level + 1);
    if (named === null) return { calls: ['none'] };
    if (typeof named !== 'string') {
      return { calls: [], fault: `${functionKey}: expected the name of a function, received ${describeValue(named)}` };
    }
    const parameters = readParameters(entries, functionKey);
    return 'fault' in parameters
      ? { calls: [], fault: parameters.fault }
      : readName(named, parameters.parameters, functions);
  }
  for (const key of WRAPPER_KEYS) {
    const wrapped = entries.get(key)?.entry;
    if (isObject(wrapped) || Array.isArray(wrapped)) return readCalls(wrapped, functions, level + 1);
  }
  return readKeyedCalls(value, functions);
}

function readList(list: readonly unknown[], functions: ReadonlySet<string> | undefined, level: number): CallReading {
  if (list.length === 0) return { calls: [], fault: 'expected a call, received an empty list' };
  const readings = list.slice(0, MOST_CALLS).map((item) => readCalls(item, functions, level + 1));
  const fault = readings.find((reading) => reading.fault !== undefined)?.fault;
  return { calls: readings.flatMap(({ calls }) => calls), ...(fault !== undefined && { fault }) };
}

/** `{"pod-restart": {"name": "shop-0"}}`, of which only a known name is believed. */
function readKeyedCalls(value: Record<string, unknown>, functions: ReadonlySet<string> | undefined): CallReading {
  const calls = Object.entries(value).flatMap(([lambdaFunction, entry]) => {
    if (!functions?.has(lambdaFunction) || !(isObject(entry) || entry === null)) return [];
    return [{ lambdaFunction, parameters: entry ?? {} }];
  });
  return calls.length === 0 ? { calls, fault: 'expected the name of a function, found none' } : { calls };
}

function readName(
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  functions: ReadonlySet<string> | undefined,
): CallReading {
  const lambdaFunction = name.trim();
  if (functions?.has(lambdaFunction)) return { calls: [{ lambdaFunction, parameters }] };
  if (meansNone(lambdaFunction)) return { calls: ['none'] };
  return { calls: [{ lambdaFunction, parameters }] };
}

/** A text in the place of a call; prose is no name. */
function readBareName(text: string, functions: ReadonlySet<string> | undefined): CallReading {
  const isProse = /[\s{}[\]:]/.test(text.trim()) && !functions?.has(text.trim()) && !meansNone(text);
  return isProse
    ? { calls: [], fault: `expected a call, received ${describeValue(text)}` }
    : readName(text, {}, functions);
}

type Entries = ReadonlyMap<string, { readonly key: string; readonly entry: unknown }>;

/** Those under their own key, else whatever stands beside the function's name and is no remark. */
function readParameters(
  entries: Entries,
  functionKey: string,
): { readonly parameters: Readonly<Record<string, unknown>> } | { readonly fault: string } {
  const key = PARAMETER_KEYS.find((candidate) => entries.has(candidate));
  const given = key === undefined ? undefined : readParameterValue(entries.get(key)?.entry);
  if (given !== undefined && 'fault' in given) return { fault: `${key}: ${given.fault}` };
  if (given !== undefined && Object.keys(given.parameters).length > 0) return given;
  const names: ReadonlySet<string> = new Set<string>([functionKey, ...PARAMETER_KEYS, ...WRAPPER_KEYS]);
  const beside = [...entries].filter(([plain, { entry }]) => !names.has(plain) && !isRemark(plain, entry));
  return { parameters: Object.fromEntries(beside.map(([, { key: name, entry }]) => [name, entry])) };
}

function readParameterValue(
  value: unknown,
): { readonly parameters: Readonly<Record<string, unknown>> } | { readonly fault: string } {
  if (value === undefined || value === null) return { parameters: {} };
  if (isObject(value)) return { parameters: value };
  if (typeof value === 'string') {
    if (value.trim() === '' || meansNone(value)) return { parameters: {} };
    const parsed = parseStructuredOutput(value, { accept: isObject });
    if (parsed.ok && isObject(parsed.value)) return { parameters: parsed.value };
    return { fault: `expected an object of parameters, received ${describeValue(value)}` };
  }
  if (!Array.isArray(value)) return { fault: `expected an object of parameters, received ${describeValue(value)}` };
  if (value.length === 0) return { parameters: {} };
  const pairs = value.map(readPair);
  if (pairs.every((pair) => pair !== undefined)) return { parameters: Object.fromEntries(pairs) };
  const [only] = value;
  if (value.length === 1 && isObject(only)) return { parameters: only };
  return { fault: `expected an object of parameters, received ${describeValue(value)}` };
}

/** `{"name": "namespace", "value": "shop"}`, with `key` or `parameter` for `name`. */
function readPair(item: unknown): [name: string, value: unknown] | undefined {
  if (!isObject(item) || !Object.hasOwn(item, 'value') || Object.keys(item).length > 3) return undefined;
  const name = item['name'] ?? item['key'] ?? item['parameter'];
  return typeof name === 'string' ? [name, item['value']] : undefined;
}
