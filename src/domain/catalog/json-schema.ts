import { Ajv2020 } from 'ajv/dist/2020.js';
import { InvalidInputError } from '../../core/errors.js';
import { describeValue, quote } from '../describe.js';
import { isDnsLabel, isDnsSubdomain, isLabelSelector } from '../kubernetes-names.js';

/** Limits on the JSON Schema of one function. */
export const SCHEMA_LIMITS = {
  /** Nesting of objects and arrays. */
  depth: 16,
  /** Objects, arrays and scalars in all. */
  nodes: 4_096,
  /** Characters of a `pattern`, which bounds what a slow regular expression can cost. */
  patternLength: 256,
} as const;

/** A fault in a schema: where, below the schema, and what. */
export interface SchemaFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Returns undefined for a valid value, else one sentence on what is wrong. Throws InvalidInputError where the schema
 * cannot be compiled, or sends the check of a value in circles; `parseCatalog` finds the former beforehand.
 */
export type SchemaCheck = (value: unknown) => string | undefined;

/** An Ajv for the schemas of catalogs: JSON Schema 2020-12, lenient about unknown keywords such as `x-derive`. */
export function createSchemaCompiler(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, logger: false, allErrors: false, validateSchema: false });
  ajv.addFormat('label-selector', isLabelSelector);
  ajv.addFormat('dns-1123-label', isDnsLabel);
  ajv.addFormat('dns-1123-subdomain', isDnsSubdomain);
  return ajv;
}

/** Schemas whose checks are kept. An Ajv keeps what it compiled, so each filling has one of its own. */
const MAX_CHECKS = 2_048;
let compiler = createCompilerOnce();
let known = new Map<string, SchemaCheck>();

/**
 * The check of a schema. Equal schemas share one, which is compiled on first use: the same constraints come again in
 * most catalogs, and most functions of a catalog are never chosen.
 */
export function schemaCheck(schema: object): SchemaCheck {
  const key = JSON.stringify(schema);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MAX_CHECKS) {
    compiler = createCompilerOnce();
    known = new Map();
  }
  const check = lazyCheck(compiler, schema);
  known.set(key, check);
  return check;
}

function createCompilerOnce(): () => Ajv2020 {
  let made: Ajv2020 | undefined;
  return () => {
    made ??= createSchemaCompiler();
    return made;
  };
}

function lazyCheck(ajvOf: () => Ajv2020, schema: object): SchemaCheck {
  let validate: ReturnType<Ajv2020['compile']> | undefined;
  return (value) => {
    const ajv = ajvOf();
    try {
      validate ??= ajv.compile(schema);
      if (validate(value)) return undefined;
    } catch (error) {
      throw new InvalidInputError('', `expected a schema that can be checked: ${whyNotCompiled(error)}`, {
        cause: error,
      });
    }
    return ajv.errorsText(validate.errors, { dataVar: 'parameters', separator: '; ' });
  };
}

/** Why Ajv could not make a check of a schema, in few words. */
export function whyNotCompiled(error: unknown): string {
  if (error instanceof RangeError) return 'its references go in circles, or too deep';
  return (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_REASON);
}

/** Characters of what Ajv says, which may repeat the schema. */
const LONGEST_REASON = 200;

/**
 * Checks what Ajv's meta-schema does not: references that leave the schema, patterns that are too long or do not
 * compile, checks that answer later, and depth. Walks without recursion, so that depth cannot exhaust the stack.
 */
export function findSchemaFault(schema: object): SchemaFault | undefined {
  const stack: { value: unknown; path: readonly PropertyKey[] }[] = [{ value: schema, path: [] }];
  let nodes = 0;
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { value, path } = entry;
    nodes += 1;
    if (nodes > SCHEMA_LIMITS.nodes)
      return { path: [], message: `expected at most ${SCHEMA_LIMITS.nodes} values in a schema` };
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > SCHEMA_LIMITS.depth) {
      return { path: path.slice(0, 4), message: `expected at most ${SCHEMA_LIMITS.depth} levels of nesting` };
    }
    for (const key of Object.keys(value)) {
      const child = (value as Record<string, unknown>)[key];
      const childPath = [...path, Array.isArray(value) ? Number(key) : key];
      const fault = findKeywordFault(key, child);
      if (fault !== undefined) return { path: childPath, message: fault };
      stack.push({ value: child, path: childPath });
    }
  }
  return undefined;
}

function findKeywordFault(key: string, value: unknown): string | undefined {
  if (key === '__proto__') return 'expected another name; this one is reserved';
  // Ajv's word for a check that gives a promise, which everything would pass, and whose rejection nobody awaits.
  if (key === '$async') return 'expected no $async; a check answers at once, so leave it out';
  if (key === 'patternProperties' && typeof value === 'object' && value !== null) return findPatternsFault(value);
  if (typeof value !== 'string') return undefined;
  if ((key === '$ref' || key === '$dynamicRef') && !value.startsWith('#')) {
    return `expected a reference within the schema ("#/..."), received ${describeValue(value)}`;
  }
  // A name of its own would let one function's schema refer to another's.
  if (key === '$id') return `expected no $id, received ${describeValue(value)}`;
  return key === 'pattern' ? findPatternFault(value) : undefined;
}

function findPatternsFault(byPattern: object): string | undefined {
  for (const pattern of Object.keys(byPattern)) {
    const fault = findPatternFault(pattern);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findPatternFault(pattern: string): string | undefined {
  if (pattern.length > SCHEMA_LIMITS.patternLength) {
    return `expected a pattern of at most ${SCHEMA_LIMITS.patternLength} characters, received ${pattern.length}`;
  }
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return `expected a regular expression, received ${quote(pattern)} (${error instanceof Error ? error.message : String(error)})`;
  }
}
