import { isObject } from '../../core/is-object.js';

/** Keywords of JSON Schema 2020-12 whose value is a schema. */
const ONE: ReadonlySet<string> = new Set([
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames', 'items', 'unevaluatedItems', 'contains'],
  ...['not', 'if', 'then', 'else'],
]);
/** Keywords whose value is an array of schemas. */
const LIST: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
/** Keywords whose value holds schemas by name. */
const NAMED: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'],
]);

/** An object within a schema that is a schema itself, and the keys that lead to it. */
export interface Subschema {
  readonly schema: Record<string, unknown>;
  readonly path: readonly PropertyKey[];
}

/**
 * A schema and those within it. What only looks like one, such as a member of `enum` or a parameter called `items`, is
 * none. Goes as deep as the schema, so it must be known not to be too deep.
 */
export function subschemasOf(schema: unknown): readonly Subschema[] {
  const found: Subschema[] = [];
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (!isObject(value)) return;
    found.push({ schema: value, path });
    for (const [key, entry] of Object.entries(value)) {
      if (ONE.has(key)) visit(entry, [...path, key]);
      else if (LIST.has(key) && Array.isArray(entry)) {
        for (const [index, each] of entry.entries()) visit(each, [...path, key, index]);
      } else if (NAMED.has(key) && isObject(entry)) {
        for (const [name, each] of Object.entries(entry)) visit(each, [...path, key, name]);
      }
    }
  };
  visit(schema, []);
  return found;
}
