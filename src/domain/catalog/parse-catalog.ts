import type { Ajv2020 } from 'ajv/dist/2020.js';
import { InvalidInputError } from '../../core/errors.js';
import { isObject } from '../../core/is-object.js';
import { parseWith } from '../alert/parse-alerts.js';
import { describeValue, formatPath, quote } from '../describe.js';
import type { Catalog, ParameterSchema, RemediationFunction } from './catalog.js';
import { CATALOG_LIMITS, derivationSchema, functionSchema, kindSchema } from './catalog-schema.js';
import { createReferenceCheck, type ReferenceCheck } from './check-references.js';
import { createSchemaCompiler, findSchemaFault } from './json-schema.js';
import { findUncompilable, withoutIdleNullable } from './keywords.js';

type Path = readonly PropertyKey[];

type Parameters = RemediationFunction['parameters'];

/** Only validates against the meta-schema, of which nothing is kept, so one serves all catalogs. */
let metaSchema: Ajv2020 | undefined;

/**
 * Reads a catalog: a list of `{name, description, parameters, risk}` or of tools as chat APIs take them,
 * `{type: 'function', function: {name, description, parameters}}`. `parameters` is a JSON Schema (2020-12) of type
 * object, empty when left out, and must be one that values can be checked against; `risk` is `mutating` when left out.
 * A `nullable` beside no `type` says nothing and is left out. Limits: {@link CATALOG_LIMITS}, SCHEMA_LIMITS.
 *
 * @throws InvalidInputError whose `path` names the first faulty field, such as `[2].parameters.required[0]`.
 */
export function parseCatalog(input: unknown): Catalog {
  if (!Array.isArray(input)) fail([], `expected an array of functions, received ${describeValue(input)}`);
  if (input.length === 0) fail([], 'expected at least one function, received an empty array');
  if (input.length > CATALOG_LIMITS.functions) {
    fail([], `expected at most ${CATALOG_LIMITS.functions} functions, received ${input.length}`);
  }
  const checkReferences = createReferenceCheck();
  const catalog = input.map((item: unknown, index) => readFunction(item, [index], checkReferences));
  const seen = new Map<string, number>();
  for (const [index, { name }] of catalog.entries()) {
    const first = seen.get(name);
    if (first !== undefined)
      fail([index, 'name'], `expected distinct names, received ${quote(name)} again (first at [${first}])`);
    seen.set(name, index);
  }
  return catalog;
}

function readFunction(item: unknown, path: Path, checkReferences: ReferenceCheck): RemediationFunction {
  const { source, at } = unwrapTool(item, path);
  // Before zod walks it: a schema that is too deep must not reach a recursive reader.
  const unread = isObject(source) ? source.parameters : undefined;
  if (isObject(unread)) failOn(findSchemaFault(unread), [...at, 'parameters']);
  const read = parseWith(functionSchema, source, at);
  // The dialect is fixed, so the name of another one (schema generators write it) is left out.
  const { $schema: _dialect, ...rest } = read.parameters;
  const given = rest as Parameters;
  checkParameters(given, [...at, 'parameters']);
  const parameters = withoutIdleNullable(given);
  checkReferences(read.name, parameters, [...at, 'parameters']);
  return { name: read.name, description: read.description, parameters, risk: read.risk };
}

/** Chat APIs wrap a function as a tool; our `risk` may stand inside or beside `function`. */
function unwrapTool(item: unknown, path: Path): { source: unknown; at: Path } {
  if (!isObject(item) || !Object.hasOwn(item, 'function')) return { source: item, at: path };
  if (item.type !== 'function') fail([...path, 'type'], `expected "function", received ${describeValue(item.type)}`);
  const inner = item.function;
  const risk = item.risk;
  const source = isObject(inner) && risk !== undefined ? { risk, ...inner } : inner;
  return { source, at: [...path, 'function'] };
}

function checkParameters(parameters: Parameters, path: Path): void {
  const names = Object.keys(parameters.properties);
  if (names.length > CATALOG_LIMITS.parameters) {
    fail([...path, 'properties'], `expected at most ${CATALOG_LIMITS.parameters} parameters, received ${names.length}`);
  }
  for (const [index, name] of (parameters.required ?? []).entries()) {
    if (!Object.hasOwn(parameters.properties, name)) {
      fail([...path, 'required', index], `expected the name of a declared parameter, received ${quote(name)}`);
    }
  }
  for (const name of names) {
    if (name === '' || name.length > CATALOG_LIMITS.nameLength) {
      fail(
        [...path, 'properties'],
        `expected names of 1 to ${CATALOG_LIMITS.nameLength} characters, received ${quote(name)}`,
      );
    }
    const schema = parameters.properties[name] as ParameterSchema;
    checkExtensions(schema, parameters, [...path, 'properties', name]);
  }
  metaSchema ??= createSchemaCompiler();
  if (metaSchema.validateSchema(parameters) !== true) {
    const error = metaSchema.errors?.[0];
    const where = (error?.instancePath ?? '').split('/').slice(1).map(readPointerPart);
    fail([...path, ...where], `expected a valid JSON Schema: ${error?.message ?? 'it breaks the 2020-12 meta-schema'}`);
  }
  failOn(findUncompilable(parameters), path);
}

function checkExtensions(schema: ParameterSchema, parameters: Parameters, path: Path): void {
  const description: unknown = schema.description;
  if (
    description !== undefined &&
    (typeof description !== 'string' || description.length > CATALOG_LIMITS.descriptionLength)
  ) {
    const received = typeof description === 'string' ? `${description.length} characters` : describeValue(description);
    fail(
      [...path, 'description'],
      `expected a string of at most ${CATALOG_LIMITS.descriptionLength} characters, received ${received}`,
    );
  }
  if (schema['x-kind'] !== undefined) parseWith(kindSchema, schema['x-kind'], [...path, 'x-kind']);
  if (schema['x-derive'] === undefined) return;
  const rule = parseWith(derivationSchema, schema['x-derive'], [...path, 'x-derive']);
  if ('kindOf' in rule && !isPointerOf(parameters, rule.kindOf)) {
    fail(
      [...path, 'x-derive', 'kindOf'],
      `expected the name of a declared parameter without x-derive, received ${quote(rule.kindOf)}`,
    );
  }
}

function isPointerOf(parameters: Parameters, name: string): boolean {
  if (!Object.hasOwn(parameters.properties, name)) return false;
  return parameters.properties[name]?.['x-derive'] === undefined;
}

/** Undoes the escapes of a JSON pointer; digits index arrays. */
function readPointerPart(part: string): PropertyKey {
  const text = part.replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(text) ? Number(text) : text;
}

function failOn(fault: { path: Path; message: string } | undefined, path: Path): void {
  if (fault !== undefined) fail([...path, ...fault.path], fault.message);
}

function fail(path: Path, message: string): never {
  throw new InvalidInputError(formatPath(path), message);
}
