import {
  type Catalog,
  ownerOfPod,
  type ParameterValue,
  type RemediationFunction,
  type Risk,
} from '../../domain/index.js';
import { classifyParameter } from '../../encoding/catalog/parameter-role.js';

/** What a call acts on. */
export interface Target {
  readonly namespace?: string | undefined;
  /** Kind of object in lower case, where the function states it. */
  readonly kind?: string | undefined;
  /** Names, selectors and other text that says what is meant, in the order of the function's parameters. */
  readonly names: readonly string[];
}

interface Call {
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** The function that a call names, where the catalog has it. */
export function definitionOf(catalog: Catalog, lambdaFunction: string): RemediationFunction | undefined {
  return catalog.find(({ name }) => name === lambdaFunction);
}

/** The risk of a function; one that the catalog does not know counts as the worst. */
export function riskOf(definition: RemediationFunction | undefined): Risk {
  return definition?.risk ?? 'destructive';
}

/** Reads what a call acts on from its parameters, as the function declares them. */
export function targetOf(definition: RemediationFunction | undefined, call: Call): Target {
  if (definition === undefined) {
    return { names: [call.lambdaFunction, JSON.stringify(sortedEntries(call.parameters))] };
  }
  const { properties } = definition.parameters;
  let namespace: string | undefined;
  let kind: string | undefined;
  const names: string[] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const value = Object.hasOwn(call.parameters, name) ? call.parameters[name] : undefined;
    if (typeof value !== 'string') continue;
    const rule = schema['x-derive'];
    const declared = schema['x-kind'];
    const { takes } = classifyParameter(name, properties);
    if (rule !== undefined && 'kindOf' in rule) kind = value.toLowerCase();
    else if (takes === 'namespace') namespace ??= value;
    else if (takes === 'object-name' || takes === 'selector' || takes === 'text') {
      names.push(value);
      const single = declared === undefined ? undefined : [declared].flat();
      if (single?.length === 1) kind ??= single[0]?.toLowerCase();
    }
  }
  return { namespace, kind, names };
}

/** `shop/pod/shop-0`, for people and for the subject of events; the function's name where it has no target. */
export function describeTarget(definition: RemediationFunction | undefined, call: Call): string {
  const { namespace, kind, names } = targetOf(definition, call);
  const parts = [namespace, kind, ...names].filter((part) => part !== undefined);
  return parts.length === 0 ? call.lambdaFunction : parts.join('/');
}

/**
 * What makes two targets the same. A pod of a Deployment counts as its Deployment: its name does not outlive a
 * restart, so that counting by the pod would let the same repair be tried for ever. What only reads is apart from what
 * changes something, so that a look never stands in the way of a repair.
 */
export function targetIdentity(definition: RemediationFunction | undefined, call: Call): readonly unknown[] {
  const { namespace, kind, names } = targetOf(definition, call);
  const scope = riskOf(definition) === 'read' ? 'read' : 'change';
  if (namespace === undefined && names.length === 0) return [scope, call.lambdaFunction];
  const [name, ...others] = names;
  const owner = name !== undefined && (kind === undefined || kind === 'pod') ? ownerOfPod(name) : undefined;
  if (owner !== undefined) return [scope, namespace ?? null, 'deployment', owner, ...others];
  return [scope, namespace ?? null, kind ?? null, ...names];
}

/** What makes two calls the same. */
export function callIdentity({ lambdaFunction, parameters }: Call): readonly unknown[] {
  return [lambdaFunction, sortedEntries(parameters)];
}

function sortedEntries(parameters: Call['parameters']): readonly (readonly [string, ParameterValue])[] {
  return Object.entries(parameters).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}
