import type { Alert } from '../../domain/alert/alert.js';
import type { Catalog } from '../../domain/catalog/catalog.js';
import type { AbstainReason, ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import { describeValue, quote } from '../../domain/describe.js';
import { type EncodedAlert, encodeAlert } from '../../encoding/alert/encode-alert.js';
import { fillParameters } from '../../encoding/answer/fill-parameters.js';
import { type EncodedCatalog, type EncodedParameter, encodeCatalog } from '../../encoding/catalog/encode-catalog.js';
import { scalarType } from '../../encoding/catalog/parameter-role.js';
import { type PointerOptions, pointerOptions } from '../../encoding/catalog/pointer-options.js';
import { Tokenizer } from '../../encoding/text/tokenizer.js';
import { LEFT_OUT, preferOptions } from './prefer-options.js';

/** A call as a phase found it, of which nothing is believed yet. */
export interface ProposedCall {
  readonly lambdaFunction: string;
  /** Values by parameter; what is left out is filled from the alert's labels, declared rules and defaults. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Phase that proposes it, for the origins. */
  readonly by: string;
}

export interface ResolvedCall {
  readonly kind: 'call';
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
  /** Parameters that several labels could fill with different values, none of them called for by the proposal. */
  readonly guessed: readonly string[];
}

export interface RefusedCall {
  readonly kind: 'refused';
  readonly reason: Extract<
    AbstainReason,
    'unknown-function' | 'missing-parameter' | 'invalid-parameter' | 'contradiction'
  >;
  /** One sentence. */
  readonly detail: string;
}

/** Nothing is matched by words here, so every word may share one token. */
const WORDLESS = new Tokenizer({
  formatVersion: 1,
  words: [],
  hashBuckets: 1,
  maxTokens: 1,
  idf: [],
  defaultIdf: 1,
});
const catalogs = new WeakMap<Catalog, EncodedCatalog>();
const alerts = new WeakMap<Alert, EncodedAlert>();

/**
 * Turns what a phase proposes into a call that may be made, or says why it may not. The function must be in the catalog
 * and every parameter declared; a parameter that names a target takes a value of the alert's own labels or the default
 * that its schema declares, whatever was proposed; a number, switch or choice may be any that the schema allows.
 */
export function resolveCall(
  { alert, catalog }: { readonly alert: Alert; readonly catalog: Catalog },
  proposal: ProposedCall,
): ResolvedCall | RefusedCall {
  const { lambdaFunction, parameters: proposed = {}, by } = proposal;
  const encodedCatalog = memo(catalogs, catalog, () => encodeCatalog(catalog, WORDLESS));
  const functionIndex = catalog.findIndex(({ name }) => name === lambdaFunction);
  const entry = encodedCatalog.functions[functionIndex];
  if (!entry) return refused('unknown-function', `${quote(lambdaFunction)} is not in the catalog`);
  const { properties } = entry.definition.parameters;
  const undeclared = Object.keys(proposed).find((name) => !Object.hasOwn(properties, name));
  if (undeclared !== undefined) {
    return refused('invalid-parameter', `${quote(lambdaFunction)} has no parameter ${quote(undeclared)}`);
  }

  const encodedAlert = memo(alerts, alert, () => encodeAlert(alert, WORDLESS, { maxFields: 512 }));
  const free = new Map<string, ParameterValue>();
  const guessed: string[] = [];
  const pointerLogits: number[][] = [];
  for (const parameter of encodedCatalog.parameters) {
    if (parameter.functionIndex !== functionIndex) {
      pointerLogits.push([]);
      continue;
    }
    const { name } = parameter;
    const options = pointerOptions(encodedAlert, parameter);
    const preferences = preferOptions(encodedAlert, parameter, options);
    if (!Object.hasOwn(proposed, name)) {
      if (isGuess(preferences, options)) guessed.push(name);
      pointerLogits.push([...preferences, LEFT_OUT]);
      continue;
    }
    const pointed = point(parameter, options, preferences, proposed[name]);
    if ('detail' in pointed) return pointed;
    if (pointed.free !== undefined) free.set(name, pointed.free);
    pointerLogits.push(pointed.logits);
  }

  const filled = fillParameters(functionIndex, pointerLogits, encodedAlert, encodedCatalog);
  const parameters: Record<string, ParameterValue> = { ...filled.parameters };
  const parameterOrigins: Record<string, ParameterOrigin> = { ...filled.origins };
  for (const [name, value] of free) {
    parameters[name] = value;
    parameterOrigins[name] = { kind: 'proposal', by };
  }
  for (const [name, schema] of Object.entries(properties)) {
    if (schema['x-derive'] === undefined || !Object.hasOwn(proposed, name)) continue;
    const value = readAs(schema, proposed[name]);
    if (value === undefined) return unreadable(name, schema, proposed[name]);
    if (value === parameters[name]) continue;
    const origin = parameterOrigins[name];
    if ('kindOf' in schema['x-derive'] && origin?.kind === 'rule') {
      return refused(
        'contradiction',
        `${name}: the alert names an object of kind ${quote(String(parameters[name]))}, not ${quote(String(value))}`,
      );
    }
    parameters[name] = value;
    parameterOrigins[name] = { kind: 'proposal', by };
  }
  const missing = filled.missing.filter((name) => parameters[name] === undefined);
  if (missing.length > 0) {
    return refused('missing-parameter', `the alert does not name ${missing.join(' or ')} for ${quote(lambdaFunction)}`);
  }
  const fault = entry.check(parameters) ?? (filled.missing.length === 0 ? filled.fault : undefined);
  if (fault !== undefined) return refused('invalid-parameter', fault);
  return {
    kind: 'call',
    lambdaFunction,
    parameters: inSchemaOrder(properties, parameters),
    parameterOrigins: inSchemaOrder(properties, parameterOrigins),
    guessed: guessed.filter((name) => parameterOrigins[name]?.kind === 'label'),
  };
}

/** Columns for a proposed value: those of the alert that hold it, the default, or none when the value stands free. */
function point(
  parameter: EncodedParameter,
  options: PointerOptions,
  preferences: readonly number[],
  proposed: unknown,
): { readonly logits: number[]; readonly free?: ParameterValue } | RefusedCall {
  const { name, schema, role } = parameter;
  const nowhere = options.map(() => Number.NEGATIVE_INFINITY);
  const value = readAs(schema, proposed);
  if (value === undefined) return unreadable(name, schema, proposed);
  const columns = preferences.map((preference, column) =>
    options[column]?.value === value ? preference : Number.NEGATIVE_INFINITY,
  );
  if (columns.some((score) => score > Number.NEGATIVE_INFINITY)) {
    return { logits: [...columns, Number.NEGATIVE_INFINITY] };
  }
  if (schema.default === value) return { logits: [...nowhere, 0] };
  const fault = parameter.check(value);
  if (fault !== undefined) return refused('invalid-parameter', `${name}: ${fault}`);
  const namesTarget = !['number', 'integer', 'boolean', 'enum'].includes(role.takes);
  if (namesTarget) {
    return refused('invalid-parameter', `${name}: ${quote(String(value))} is no value of the alert's own labels`);
  }
  return { logits: [...nowhere, 0], free: value };
}

/** Whether the best labels for a parameter hold different values. */
function isGuess(preferences: readonly number[], options: PointerOptions): boolean {
  const best = Math.max(...preferences);
  if (best === Number.NEGATIVE_INFINITY) return false;
  const values = new Set(options.filter((_, column) => preferences[column] === best).map((option) => option?.value));
  return values.size > 1;
}

/** A scalar as the schema types it: numbers and switches may come as text, since annotations hold nothing else. */
function readAs(schema: EncodedParameter['schema'], value: unknown): ParameterValue | undefined {
  const type = scalarType(schema);
  if (type === 'string') return typeof value === 'string' ? value : undefined;
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : undefined;
  }
  if (type === undefined) return undefined;
  const number = typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return type === 'integer' && !Number.isSafeInteger(number) ? undefined : number;
}

function inSchemaOrder<T>(properties: object, values: Readonly<Record<string, T>>): Record<string, T> {
  const names = Object.keys(properties).filter((name) => values[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, values[name] as T]));
}

function unreadable(name: string, schema: EncodedParameter['schema'], value: unknown): RefusedCall {
  const expected = scalarType(schema) ?? 'value that a default gives';
  return refused('invalid-parameter', `${name}: expected a ${expected}, received ${describeValue(value)}`);
}

function refused(reason: RefusedCall['reason'], detail: string): RefusedCall {
  return { kind: 'refused', reason, detail };
}

function memo<K extends object, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
