import { isObject } from '../../../core/is-object.js';
import type { ParameterValue } from '../../../domain/index.js';
import { meansNone } from '../offer.js';
import { allowsNull, allowsType, propertiesOf, requiredOf, resolveSchema, roleOf, type Schema } from './places.js';

/** What is to be said. */
export interface Said {
  /** `null` when nothing should be called. */
  readonly lambdaFunction: string | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly reasoning: string;
  /** [0, 1]. */
  readonly confidence: number;
}

/** Deepest object within an object that is filled. */
const DEEPEST = 4;

/** Stands for "there is nothing to put here", which undefined and null may be. */
const NOTHING = Symbol('nothing');

/**
 * An object in the shape of a JSON Schema: its fields are filled by their names (see `roleOf`), also those of objects in
 * it. "Nothing should be called" is null where the schema takes null, else the word for none of a closed list, else
 * `none`.
 *
 * @returns undefined where a field that is required means something else, or cannot take the answer
 */
export function fitFormat(format: Schema, said: Said): Readonly<Record<string, unknown>> | undefined {
  const filled = fill(format, format, said, 0);
  return isObject(filled) ? filled : undefined;
}

/** Whether a schema has a place for the name of a function; if not, it asks for something else. */
export function namesFunction(format: Schema): boolean {
  return placeOfFunction(format, format, 0) !== undefined;
}

/** The names that a schema lets be chosen, without the one for none; empty when it is open. */
export function namesIn(format: Schema): readonly string[] {
  const listed = placeOfFunction(format, format, 0)?.['enum'];
  if (!Array.isArray(listed)) return [];
  return listed.filter((name): name is string => typeof name === 'string' && name !== '' && !meansNone(name));
}

function placeOfFunction(given: unknown, root: Schema, depth: number): Schema | undefined {
  const fields = propertiesOf(resolveSchema(given, root));
  for (const [name, field] of fields) {
    const schema = resolveSchema(field, root);
    if (roleOf(name) === 'function' && allowsType(schema, 'string')) return schema;
  }
  if (depth >= DEEPEST) return undefined;
  for (const [name, field] of fields) {
    const found = roleOf(name) === 'parameters' ? undefined : placeOfFunction(field, root, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function fill(given: unknown, root: Schema, said: Said, depth: number): unknown {
  const schema = resolveSchema(given, root);
  const fields = propertiesOf(schema);
  if (fields.length === 0 || depth > DEEPEST) return NOTHING;
  const required = requiredOf(schema);
  const filled: [string, unknown][] = [];
  for (const [name, field] of fields) {
    const value = valueFor(name, field, root, said, depth);
    if (value !== NOTHING) filled.push([name, value]);
    else if (required.includes(name)) {
      if (!allowsNull(field, root)) return NOTHING;
      filled.push([name, null]);
    }
  }
  return filled.length === 0 ? NOTHING : Object.fromEntries(filled);
}

function valueFor(name: string, field: unknown, root: Schema, said: Said, depth: number): unknown {
  const schema = resolveSchema(field, root);
  if (Object.hasOwn(schema, 'const')) return schema['const'];
  const role = roleOf(name);
  if (role === 'parameters') return parametersFor(schema, root, said);
  if (propertiesOf(schema).length > 0) return fill(schema, root, said, depth + 1);
  switch (role) {
    case 'function':
      return nameFor(schema, allowsNull(field, root), said.lambdaFunction);
    case 'reasoning':
      return allowsType(schema, 'string') ? said.reasoning : NOTHING;
    case 'confidence':
      return numberFor(schema, said.confidence);
    default:
      return NOTHING;
  }
}

function nameFor(schema: Schema, nullable: boolean, chosen: string | null): unknown {
  const listed: readonly unknown[] | undefined = Array.isArray(schema['enum']) ? schema['enum'] : undefined;
  if (chosen !== null) return listed && !listed.includes(chosen) ? NOTHING : chosen;
  if (nullable) return null;
  if (!listed) return allowsType(schema, 'string') ? 'none' : NOTHING;
  return listed.find((name) => typeof name === 'string' && (name === '' || meansNone(name))) ?? NOTHING;
}

/** As an object, or as its JSON where a text is wanted. What is required and was not found is null where that is taken. */
function parametersFor(schema: Schema, root: Schema, { parameters }: Said): unknown {
  if (!allowsType(schema, 'object')) return allowsType(schema, 'string') ? JSON.stringify(parameters) : NOTHING;
  const fields = new Map(propertiesOf(schema));
  const missing = requiredOf(schema).filter(
    (name): name is string =>
      typeof name === 'string' && !Object.hasOwn(parameters, name) && allowsNull(fields.get(name), root),
  );
  return { ...parameters, ...Object.fromEntries(missing.map((name) => [name, null])) };
}

/** As a share, or in percent where whole numbers up to 100 are wanted. */
function numberFor(schema: Schema, confidence: number): unknown {
  if (allowsType(schema, 'number')) return confidence;
  return schema['maximum'] === 100 && allowsType(schema, 'integer') ? Math.round(confidence * 100) : NOTHING;
}
