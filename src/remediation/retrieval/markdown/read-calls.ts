import { isObject } from '../../../core/is-object.js';
import { jsonObjectsOf } from '../json-objects.js';
import { SECTION_LIMITS, type SectionCall } from '../section.js';

type Parameters = SectionCall['parameters'];

/** What a text in code says about calls. */
export interface CodeReading {
  /** Words that may be the name of a function; those that are called or named as one count double. */
  readonly names: readonly { readonly name: string; readonly weight: number }[];
  readonly calls: readonly SectionCall[];
}

const FUNCTION_FIELDS = ['lambda_function', 'lambdaFunction', 'function', 'function_name', 'tool'];
const PARAMETER_FIELDS = ['parameters', 'lambda_parameters', 'lambdaParameters', 'params', 'arguments', 'args'];
/** Keys of `key: value` lines that name a function. */
const FUNCTION_KEY = /^(?:lambda[_ ]?function|function|function[_ ]name|remediation|action|tool|call)$/i;

const CALLED = /^([A-Za-z0-9_][\w./-]{0,127})(?=[\s(]|$)/;
const PAIR =
  /(?<![\w-])([A-Za-z_][\w-]{0,127})["']?[ \t]{0,8}[:=][ \t]{0,8}("[^"\n]{0,1024}"|'[^'\n]{0,1024}'|(?:\{\{[^}\n]{0,256}\}\}|[^\s,;(){}"'])+)/g;
/** Words that a table, a fence or a list may set apart. */
const WORD_EDGE = /[\s"'`,;(){}[\]=<>|]+/;

/** True for a key under which a function is named, such as `Function` or `lambda_function`. */
export function isFunctionKey(key: string): boolean {
  return FUNCTION_KEY.test(key.trim());
}

/**
 * Reads a code span or a fence: JSON objects (`{"lambda_function": ..., "parameters": {...}}`), calls such as
 * `pod-restart name={{ $labels.pod }}` or `pod-restart(name={{ $labels.pod }})`, and `key: value` lines. Runbooks show
 * manifests and logs, too: where nothing names a function, JSON and lines of a fence count as parameters only when
 * their values are templates.
 */
export function readCode(code: string): CodeReading {
  const calls: SectionCall[] = [];
  const loose: [string, string | number | boolean][] = [];
  for (const object of jsonObjectsOf(code)) {
    const call = readObject(object);
    if (call?.lambdaFunction !== undefined) calls.push(call);
    else loose.push(...Object.entries(call?.parameters ?? {}));
  }
  const lines = code.split('\n').map((line) => line.trim().replace(/^[-*] /, ''));
  let saysFunction = false;
  const listed: [string, string][] = [];
  for (const line of lines) {
    // Lines of JSON were read above.
    if (/^["{[]/.test(line)) continue;
    const pairs = Object.entries(pairsOf(line));
    const called = CALLED.exec(line)?.[1];
    const named = pairs.find(([key]) => isFunctionKey(key))?.[1];
    if (named !== undefined) {
      saysFunction = true;
      calls.push({ lambdaFunction: named, parameters: {} });
    }
    if (called === undefined) listed.push(...pairs);
    else if (pairs.length > 0) calls.push({ lambdaFunction: called, parameters: Object.fromEntries(pairs) });
  }
  const trusted = saysFunction || lines.length === 1;
  loose.push(...listed.filter(([, value]) => trusted || isTemplate(value)));
  return {
    names: [...namesIn(code), ...calls.flatMap(({ lambdaFunction = '' }) => lambdaFunction)].map((name) => ({
      name,
      weight: 1,
    })),
    calls: [...calls, ...(loose.length > 0 ? [{ parameters: Object.fromEntries(loose) }] : [])],
  };
}

/** True for a value that is to be taken from the alert, such as `{{ $labels.pod }}`. */
export function isTemplate(value: unknown): boolean {
  return typeof value === 'string' && value.includes('{{');
}

/** Distinct words of a text that may name a function, and the text itself where it is short. */
export function namesIn(text: string): string[] {
  const words = text.split(WORD_EDGE).map((word) => word.replace(/[.:]+$/, ''));
  const whole = text.trim();
  return [...new Set([whole, ...words])]
    .filter((word) => word !== '' && word.length <= 128 && !word.includes('\n'))
    .slice(0, SECTION_LIMITS.names);
}

/** `key: value` and `key=value` pairs of a line, values without their quotes. */
export function pairsOf(text: string): Record<string, string> {
  const pairs: [string, string][] = [];
  for (const [, key = '', value = ''] of text.matchAll(PAIR)) pairs.push([key, unquote(value)]);
  return Object.fromEntries(pairs);
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  return quoted?.[2] ?? value;
}

function readObject(object: Readonly<Record<string, unknown>>): SectionCall | undefined {
  const nested = object.function;
  if (isObject(nested)) return readObject({ ...nested, function: undefined });
  const field = PARAMETER_FIELDS.find((name) => Object.hasOwn(object, name));
  const named = FUNCTION_FIELDS.map((name) => object[name]).find((value) => typeof value === 'string');
  const lambdaFunction = named ?? (field === undefined ? undefined : object.name);
  const parameters = scalarsOf(field === undefined ? object : object[field]);
  if (typeof lambdaFunction === 'string') {
    return { lambdaFunction, parameters: field === undefined ? {} : parameters };
  }
  const meant = field !== undefined || Object.values(parameters).some(isTemplate);
  return meant ? { parameters } : undefined;
}

/** The scalars of an object, or of one that is written as JSON in a string. */
function scalarsOf(value: unknown): Parameters {
  const object = typeof value === 'string' ? jsonObjectsOf(value)[0] : value;
  if (!isObject(object)) return {};
  const scalars = Object.entries(object).filter(
    (entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]) && String(entry[1]).length <= SECTION_LIMITS.value,
  );
  return Object.fromEntries(scalars.slice(0, 64));
}
