import { describeValue } from '../describe.js';
import type { SchemaFault } from './json-schema.js';
import { type Subschema, subschemasOf } from './subschemas.js';

/** Keywords of older drafts that Ajv refuses or reads otherwise than this dialect, and what to write instead. */
const RETIRED: Readonly<Record<string, string>> = {
  id: 'expected no id; a schema has no name of its own here, so leave it out',
  $recursiveRef: 'expected a $ref ("#/$defs/..."); JSON Schema 2020-12 has no $recursiveRef',
  $recursiveAnchor: 'expected no $recursiveAnchor, which JSON Schema 2020-12 does not have',
};

/** Whether a schema may have one of them, or another keyword that is looked at here, in JSON. */
const SUSPECT = /"(?:id|nullable|\$recursiveRef|\$recursiveAnchor)":|"enum":\[\]/;

/**
 * What the meta-schema of JSON Schema 2020-12 lets pass and Ajv does not compile, beside references. Together with
 * references that resolve, a schema without such a fault compiles.
 */
export function findUncompilable(schema: object): SchemaFault | undefined {
  if (!SUSPECT.test(JSON.stringify(schema))) return undefined;
  for (const subschema of subschemasOf(schema)) {
    const fault = faultOf(subschema);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOf({ schema, path }: Subschema): SchemaFault | undefined {
  for (const [keyword, message] of Object.entries(RETIRED)) {
    if (Object.hasOwn(schema, keyword)) return { path: [...path, keyword], message };
  }
  const { enum: choices, nullable, type } = schema;
  if (Array.isArray(choices) && choices.length === 0) {
    return { path: [...path, 'enum'], message: 'expected at least one value, received an empty array' };
  }
  if (nullable === undefined) return undefined;
  const at = [...path, 'nullable'];
  if (typeof nullable !== 'boolean') {
    return { path: at, message: `expected true or false, received ${describeValue(nullable)}` };
  }
  const takesNull = [type].flat().includes('null');
  return takesNull && !nullable
    ? { path: at, message: 'expected true beside the type "null", received false; leave one of them out' }
    : undefined;
}

/**
 * A schema without each `nullable` that stands beside no `type`, where it says nothing (OpenAPI 3.0.3) and Ajv does not
 * take it. The schema given is left as it is.
 */
export function withoutIdleNullable<T extends object>(schema: T): T {
  if (!JSON.stringify(schema).includes('"nullable":')) return schema;
  const isIdle = ({ schema: { nullable, type } }: Subschema): boolean =>
    typeof nullable === 'boolean' && type === undefined;
  if (!subschemasOf(schema).some(isIdle)) return schema;
  const copy = structuredClone(schema);
  for (const subschema of subschemasOf(copy)) if (isIdle(subschema)) delete subschema.schema['nullable'];
  return copy;
}
