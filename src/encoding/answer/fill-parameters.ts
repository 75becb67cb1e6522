import type { ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import type { EncodedAlert } from '../alert/encode-alert.js';
import type { EncodedCatalog, EncodedParameter } from '../catalog/encode-catalog.js';
import { pointerOptions } from '../catalog/pointer-options.js';
import { defaultOf, deriveParameter, type FilledParameter } from './derive.js';
import { argmax, logSoftmax } from './softmax.js';

/** The call of one function, or what stands in its way. */
export interface FilledCall {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly origins: Readonly<Record<string, ParameterOrigin>>;
  /** Product of the chosen columns' probabilities, in [0, 1]. */
  readonly probability: number;
  /** Parameters that are required and that nothing can fill. */
  readonly missing: readonly string[];
  /** What the schema says against the parameters. */
  readonly fault?: string;
}

/** The pointer of one parameter, decoded. */
interface DecodedPointer {
  readonly parameter: EncodedParameter;
  /** The chosen column's value; undefined = default or left out. */
  readonly filled: FilledParameter | undefined;
  /** Log-probability of the chosen column; -Infinity when no column is allowed. */
  readonly score: number;
  /** The best column that is a field, where there is one. */
  readonly field?: { readonly filled: FilledParameter; readonly score: number };
}

/**
 * Fills the parameters of one function: pointers, then declared rules, then defaults, and checks the result against
 * the function's schema.
 *
 * @param pointerLogits One array a pointer parameter of the catalog; its last entry is the default column.
 */
export function fillParameters(
  functionIndex: number,
  pointerLogits: readonly ArrayLike<number>[],
  alert: EncodedAlert,
  catalog: EncodedCatalog,
): FilledCall {
  const entry = catalog.functions[functionIndex];
  if (entry === undefined) throw new RangeError(`function ${functionIndex} of ${catalog.functions.length}`);
  const { properties, required = [], anyOf } = entry.definition.parameters;
  const pointers = catalog.parameters.flatMap((parameter, index) =>
    parameter.functionIndex === functionIndex ? [decodePointer(parameter, pointerLogits[index] ?? [], alert)] : [],
  );
  const chosen = completeAlternatives(pointers, anyOf);

  const filled = new Map<string, FilledParameter>();
  for (const { parameter, filled: value } of chosen) {
    if (value === undefined) continue;
    filled.set(parameter.name, value);
  }
  let fault: string | undefined;
  for (const [name, schema] of Object.entries(properties)) {
    if (filled.has(name)) continue;
    const rule = schema['x-derive'];
    const value =
      rule === undefined
        ? defaultOf(schema)
        : deriveParameter(rule, schema, alert, (other) => filled.get(other)?.origin);
    if (value === 'excluded') fault = `${name}: the object that the alert names is of another kind`;
    else if (value !== undefined) filled.set(name, value);
  }

  const parameters: Record<string, ParameterValue> = {};
  const origins: Record<string, ParameterOrigin> = {};
  for (const name of Object.keys(properties)) {
    const value = filled.get(name);
    if (value === undefined) continue;
    parameters[name] = value.value;
    origins[name] = value.origin;
  }
  const missing = required.filter((name) => !filled.has(name));
  const unmet = missing.length > 0 ? [] : unmetAlternatives(anyOf, filled);
  const schemaFault = missing.length > 0 || unmet.length > 0 ? undefined : (fault ?? entry.check(parameters));
  return {
    parameters,
    origins,
    probability: chosen.reduce((product, { score }) => product * Math.exp(score), 1),
    missing: [...missing, ...unmet],
    ...(schemaFault !== undefined && { fault: schemaFault }),
  };
}

function decodePointer(parameter: EncodedParameter, logits: ArrayLike<number>, alert: EncodedAlert): DecodedPointer {
  const options = pointerOptions(alert, parameter);
  const last = logits.length - 1;
  const scores = logSoftmax(logits, (column) =>
    column === last ? parameter.omittable : options[column] !== undefined,
  );
  const best = argmax(scores);
  const bestField = argmax(scores.slice(0, -1));
  const field = options[bestField];
  return {
    parameter,
    filled: best === last ? defaultOf(parameter.schema) : options[best],
    score: best < 0 ? -Infinity : (scores[best] ?? -Infinity),
    ...(field !== undefined && { field: { filled: field, score: scores[bestField] ?? -Infinity } }),
  };
}

/**
 * When the schema wants one of several parameters (`anyOf: [{required: [...]}, ...]`) and all were left out, takes the
 * alternative whose weakest pointer is the most probable; the first of equals.
 */
function completeAlternatives(pointers: readonly DecodedPointer[], anyOf: unknown): readonly DecodedPointer[] {
  const alternatives = readAlternatives(anyOf);
  const byName = new Map(pointers.map((pointer) => [pointer.parameter.name, pointer]));
  const isFilled = (name: string): boolean => byName.get(name)?.filled !== undefined;
  if (alternatives.length === 0 || alternatives.some((names) => names.every(isFilled))) return pointers;
  const scores = alternatives.map((names) =>
    Math.min(...names.map((name) => (isFilled(name) ? 0 : (byName.get(name)?.field?.score ?? -Infinity)))),
  );
  const taken = new Set(alternatives[argmax(scores)] ?? []);
  return pointers.map((pointer) =>
    taken.has(pointer.parameter.name) && pointer.filled === undefined && pointer.field !== undefined
      ? { ...pointer, filled: pointer.field.filled, score: pointer.field.score }
      : pointer,
  );
}

/** Names of the first alternative's parameters when none of the alternatives is met. */
function unmetAlternatives(anyOf: unknown, filled: ReadonlyMap<string, unknown>): readonly string[] {
  const alternatives = readAlternatives(anyOf);
  if (alternatives.length === 0 || alternatives.some((names) => names.every((name) => filled.has(name)))) return [];
  return (alternatives[0] ?? []).filter((name) => !filled.has(name));
}

/** The alternatives of an `anyOf` that only states which parameters are required; none for any other `anyOf`. */
function readAlternatives(anyOf: unknown): readonly (readonly string[])[] {
  if (!Array.isArray(anyOf)) return [];
  const alternatives = anyOf.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Object.keys(entry).length !== 1) return undefined;
    const { required } = entry as { required?: unknown };
    return Array.isArray(required) && required.length > 0 && required.every((name) => typeof name === 'string')
      ? (required as string[])
      : undefined;
  });
  return alternatives.every((names) => names !== undefined) ? alternatives : [];
}
