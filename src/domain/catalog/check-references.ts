import { InvalidInputError } from '../../core/errors.js';
import { formatPath, quote } from '../describe.js';
import type { RemediationFunction } from './catalog.js';
import { createSchemaCompiler, whyNotCompiled } from './json-schema.js';
import { parameterSchema } from './parameter-schema.js';
import { subschemasOf } from './subschemas.js';

type Parameters = RemediationFunction['parameters'];
type Path = readonly PropertyKey[];

/** Checks the references of one function's schema, which lies at a path. Throws InvalidInputError that names the place. */
export type ReferenceCheck = (name: string, parameters: Parameters, path: Path) => void;

/**
 * Characters of the schemas of one catalog that are compiled while it is read. Compiling takes up to a few milliseconds
 * for a thousand of them, in which the process does nothing else. What is over it is compiled on first use.
 */
const MOST_COMPILED = 65_536;

/** What only compiling can tell about, in JSON: where references lead, and that no two places have one name. */
const REFERENCES = /"\$(?:ref|dynamicRef|anchor|dynamicAnchor)":/;
/** The same without references by path. */
const BY_NAME = /"\$(?:dynamicRef|anchor|dynamicAnchor)":/;

/** Makes the check for the functions of one catalog. */
export function createReferenceCheck(): ReferenceCheck {
  // An Ajv of its own, since it keeps what it compiled.
  let compiler: ReturnType<typeof createSchemaCompiler> | undefined;
  let compiled = 0;

  const compile = (name: string, schemaOf: () => object, path: Path): void => {
    try {
      const schema = schemaOf();
      compiled += JSON.stringify(schema).length;
      if (compiled > MOST_COMPILED) return;
      compiler ??= createSchemaCompiler();
      compiler.compile(schema);
    } catch (error) {
      const expected = `expected references that resolve within the schema of ${quote(name)} ("#/$defs/...")`;
      throw new InvalidInputError(formatPath(path), `${expected}: ${whyNotCompiled(error)}`, { cause: error });
    }
  };

  return (name, parameters, path) => {
    const text = JSON.stringify(parameters);
    if (!REFERENCES.test(text) || (!BY_NAME.test(text) && allResolve(parameters))) return;
    // As they are compiled when they are used: the parameters one by one, and the function's.
    for (const [parameter, schema] of Object.entries(parameters.properties)) {
      if (!REFERENCES.test(JSON.stringify(schema))) continue;
      compile(name, () => parameterSchema(parameters, parameter), [...path, 'properties', parameter]);
    }
    compile(name, () => parameters, path);
  };
}

/** References that need no decoding, to where a parameter's own schema finds them, too. */
const PLAIN_REFERENCE = /^#\/(?:\$defs|definitions|properties)(?:\/[\w$.-]+)+$/;
const PLAIN_NAME = /^[\w$.-]+$/;
/** Ajv follows some hundred references within each other before the stack is full. */
const FEW = 32;

/**
 * Whether all references are such that compiling would tell nothing new: few of them, each to a schema that was looked
 * at with the rest. False where that is not sure.
 */
function allResolve(parameters: Parameters): boolean {
  if (!Object.keys(parameters.properties).every((name) => PLAIN_NAME.test(name))) return false;
  const schemas = subschemasOf(parameters).map(({ schema }) => schema);
  const known = new Set<unknown>(schemas);
  const targets = new Map<unknown, Record<string, unknown>>();
  for (const { $ref } of schemas) {
    if ($ref === undefined || targets.has($ref)) continue;
    const target = typeof $ref === 'string' && PLAIN_REFERENCE.test($ref) ? leadsTo(parameters, $ref) : undefined;
    if (!known.has(target) || targets.size >= FEW) return false;
    targets.set($ref, target as Record<string, unknown>);
  }
  return [...targets.values()].every((target) => endsSoon(target, targets));
}

function leadsTo(root: unknown, reference: string): unknown {
  let value = root;
  for (const key of reference.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Whether a schema that is a reference, which may lead to another, leads to one that is none. */
function endsSoon(schema: Record<string, unknown>, targets: ReadonlyMap<unknown, Record<string, unknown>>): boolean {
  let current: Record<string, unknown> | undefined = schema;
  for (let step = 0; step <= FEW && current !== undefined; step++) current = targets.get(current['$ref']);
  return current === undefined;
}
