import type { JsonType, ParameterSchema } from '../../domain/catalog/catalog.js';
import { NAMESPACE_WORDS } from '../alert/field.js';
import { CONTEXT_WORDS, kindOfLabel } from '../alert/label-kinds.js';
import { splitWords } from '../text/words.js';

/** What a parameter takes, read from its name and schema; decides which fields may fill it. */
export interface ParameterRole {
  readonly takes:
    | 'namespace'
    | 'object-name'
    | 'selector'
    | 'text'
    | 'enum'
    | 'number'
    | 'integer'
    | 'boolean'
    /** No scalar: only a default can fill it. */
    | 'nothing';
  /** The schema states which values are valid (pattern, format, bounds), so the name rules of Kubernetes do not apply. */
  readonly constrained: boolean;
  /** Kinds of object that it names, where declared. */
  readonly kinds?: readonly string[];
  /** Another parameter of the function takes the namespace, so this one does not. */
  readonly besideNamespace: boolean;
  /** Words of its name and of the start of its description that context labels are called by, sorted. */
  readonly contextWords: readonly string[];
}

/** Last words of parameter names that take the name of a Kubernetes object. */
const OBJECT_WORDS: ReadonlySet<string> = new Set(
  (
    'name names pod deployment statefulset daemonset replicaset workload service ingress node job cronjob claim pvc ' +
    'volume release helmrelease kustomization gitrepository configmap secret certificate container object resource hpa app application'
  ).split(' '),
);
const CONSTRAINTS = [
  'pattern',
  'format',
  'minLength',
  'maxLength',
  'const',
  'not',
  'anyOf',
  'oneOf',
  'allOf',
  '$ref',
] as const;
const NUMBER_CONSTRAINTS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'enum',
] as const;

/** Reads the role of the parameter `name` among the properties of its function. */
export function classifyParameter(name: string, properties: Readonly<Record<string, ParameterSchema>>): ParameterRole {
  const schema = properties[name] ?? {};
  const nameWords = splitWords(name);
  const opening = splitWords(schema.description ?? '').slice(0, 4);
  const kinds = declaredKinds(name, properties);
  const keywords: readonly string[] = [...CONSTRAINTS, ...NUMBER_CONSTRAINTS];
  return {
    takes: takesOf(schema, nameWords, opening),
    constrained: keywords.some((keyword) => schema[keyword] !== undefined),
    ...(kinds !== undefined && { kinds }),
    besideNamespace: Object.keys(properties).some((other) => other !== name && isNamespaceName(splitWords(other))),
    contextWords: [...new Set([...nameWords, ...opening])].filter((word) => CONTEXT_WORDS.has(word)).sort(),
  };
}

function takesOf(
  schema: ParameterSchema,
  nameWords: readonly string[],
  opening: readonly string[],
): ParameterRole['takes'] {
  const type = scalarType(schema);
  if (type === undefined) return 'nothing';
  if (type !== 'string') return type;
  if (schema.enum !== undefined) return 'enum';
  if (schema.format === 'label-selector') return 'selector';
  if (isNamespaceName(nameWords)) return 'namespace';
  if (schema['x-kind'] !== undefined || OBJECT_WORDS.has(nameWords.at(-1) ?? '')) return 'object-name';
  // A name that says nothing ("target_scope") leaves it to the first words of the description.
  return opening.slice(0, 2).some((word) => NAMESPACE_WORDS.has(word)) ? 'namespace' : 'text';
}

/** True for `namespace`, `target_ns`, `projectName`. */
function isNamespaceName(words: readonly string[]): boolean {
  const last = words.at(-1) === 'name' ? words.at(-2) : words.at(-1);
  return last !== undefined && NAMESPACE_WORDS.has(last);
}

/** The scalar type of a schema, also of `['string', 'null']`, or read from its `enum`; a missing type means string. */
export function scalarType(schema: ParameterSchema): 'string' | 'number' | 'integer' | 'boolean' | undefined {
  const given: JsonType | undefined =
    typeof schema.type === 'string' || schema.type === undefined
      ? (schema.type as JsonType | undefined)
      : schema.type.find((type) => type !== 'null');
  if (given === undefined) {
    const kinds = new Set((schema.enum ?? ['']).map((value) => typeof value));
    const [kind] = kinds.size === 1 ? kinds : [];
    return kind === 'string' || kind === 'number' || kind === 'boolean' ? kind : undefined;
  }
  return given === 'object' || given === 'array' || given === 'null' ? undefined : given;
}

/** Kinds that custom uses for one another: a node is often known by its scrape target, a service by its scrape job. */
const RELATED_KINDS: Readonly<Record<string, readonly string[]>> = {
  node: ['node', 'scrape-target'],
  service: ['service', 'application', 'scrape-job'],
  application: ['application', 'service', 'scrape-job'],
  'scrape-job': ['scrape-job', 'job', 'cronjob'],
  'scrape-target': ['scrape-target', 'node', 'pod', 'service'],
};

/** `x-kind`, else the choices of the parameter whose kind is derived from this one, else the kind in its name (`pod_name`). */
function declaredKinds(
  name: string,
  properties: Readonly<Record<string, ParameterSchema>>,
): readonly string[] | undefined {
  const declared = properties[name]?.['x-kind'];
  if (declared !== undefined) return [declared].flat().map((kind) => kind.toLowerCase());
  for (const other of Object.values(properties)) {
    const rule = other['x-derive'];
    if (rule !== undefined && 'kindOf' in rule && rule.kindOf === name && other.enum !== undefined) {
      return other.enum.map((kind) => textOfChoice(kind).toLowerCase());
    }
  }
  const named = kindOfLabel({}, splitWords(name).join('_'));
  return named === undefined ? undefined : (RELATED_KINDS[named] ?? [named]);
}

/** A member of an `enum` as text. Objects come as JSON, since one of a caller may define what `String` would ask of it. */
export function textOfChoice(member: unknown): string {
  return typeof member === 'object' && member !== null ? JSON.stringify(member) : String(member);
}
