import { isObject } from '../../../core/is-object.js';
import { pointTo } from '../../work/check-expansion.js';

/** What the answer to an alert has to say. */
export type Role = 'function' | 'parameters' | 'reasoning' | 'confidence';

const WORDS: Readonly<Record<Role, readonly string[]>> = {
  function: [
    ...['lambdafunction', 'lambdafunctionname', 'lambda', 'function', 'functionname', 'functionid', 'selectedfunction'],
    ...['tool', 'toolname', 'action', 'actionname', 'remediation', 'remediationfunction', 'name', 'choice'],
  ],
  parameters: [
    ...['parameters', 'params', 'arguments', 'args', 'input', 'inputs', 'toolinput', 'actioninput'],
    ...['functionparameters', 'lambdaparameters', 'lambdafunctionparameters', 'functionarguments'],
  ],
  reasoning: ['reasoning', 'reason', 'explanation', 'rationale', 'thought', 'thoughts', 'justification', 'why'],
  confidence: ['confidence', 'confidencescore', 'probability', 'certainty', 'score'],
};

const ROLES: ReadonlyMap<string, Role> = new Map(
  Object.entries(WORDS).flatMap(([role, words]) => words.map((word) => [word, role as Role] as const)),
);

/** What a field of this name is for; undefined for one that an answer has nothing to say to. */
export function roleOf(name: string): Role | undefined {
  return ROLES.get(name.toLowerCase().replace(/[^a-z]/g, ''));
}

export type Schema = Readonly<Record<string, unknown>>;

/** Longest chain of references that is followed. */
const LONGEST_CHAIN = 8;

/**
 * A schema with its local reference followed, and with the first of its alternatives that is not null, which is how
 * generators write optional fields. What is no schema is one without any constraint.
 */
export function resolveSchema(schema: unknown, root: Schema, chain = 0): Schema {
  if (!isObject(schema)) return {};
  if (chain > LONGEST_CHAIN) return schema;
  const { $ref, allOf } = schema;
  if (typeof $ref === 'string') return resolveSchema(pointTo(root, $ref), root, chain + 1);
  if (Array.isArray(allOf) && allOf.length === 1) return resolveSchema(allOf[0], root, chain + 1);
  const alternatives = alternativesOf(schema).map((entry) => resolveSchema(entry, root, chain + 1));
  return alternatives.find((entry) => entry['type'] !== 'null') ?? schema;
}

/** Whether null is a value of a schema. */
export function allowsNull(schema: unknown, root: Schema, chain = 0): boolean {
  if (!isObject(schema) || chain > LONGEST_CHAIN) return false;
  const { $ref, type } = schema;
  if (typeof $ref === 'string') return allowsNull(pointTo(root, $ref), root, chain + 1);
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true;
  return alternativesOf(schema).some((entry) => allowsNull(entry, root, chain + 1));
}

/** Whether a schema takes values of a type; one that says nothing of types takes all. */
export function allowsType(schema: Schema, wanted: 'string' | 'number' | 'integer' | 'object'): boolean {
  const { type } = schema;
  if (type === undefined) return true;
  return Array.isArray(type) ? type.includes(wanted) : type === wanted;
}

/** The fields that a schema of an object declares. */
export function propertiesOf(schema: Schema): readonly (readonly [name: string, schema: unknown])[] {
  return isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
}

/** Names of the fields that an object must have. */
export function requiredOf(schema: Schema): readonly unknown[] {
  return Array.isArray(schema['required']) ? schema['required'] : [];
}

function alternativesOf({ anyOf, oneOf }: Schema): readonly unknown[] {
  return Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
}
