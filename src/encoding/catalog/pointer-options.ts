import type { ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import type { EncodedAlert } from '../alert/encode-alert.js';
import { type EncodedField, FIELD_TYPE } from '../alert/field.js';
import type { EncodedParameter } from './encode-catalog.js';

/** What a parameter becomes when a field is pointed at. */
export interface PointerOption {
  readonly value: ParameterValue;
  readonly origin: ParameterOrigin;
}

/** One entry a field of the alert: the option, or undefined when the field may not fill the parameter. */
export type PointerOptions = readonly (PointerOption | undefined)[];

/** Characters that are matched against a caller's pattern, which bounds what a slow one can cost. */
const MAX_MATCHED = 253;

interface Resolved {
  readonly options: PointerOptions;
  readonly mask: Float32Array;
}

const caches = new WeakMap<EncodedAlert, Map<string, Resolved>>();

/**
 * Which fields of an alert may fill a parameter, and with what. This is the one place that decides it: the pointer
 * masks of the graph and the decoded values both come from here.
 */
export function pointerOptions(alert: EncodedAlert, parameter: EncodedParameter): PointerOptions {
  return resolve(alert, parameter).options;
}

/** The same as numbers, one a field: 1 = may fill the parameter. Shared between calls; do not write to it. */
export function pointerMask(alert: EncodedAlert, parameter: EncodedParameter): Float32Array {
  return resolve(alert, parameter).mask;
}

function resolve(alert: EncodedAlert, parameter: EncodedParameter): Resolved {
  let cache = caches.get(alert);
  if (cache === undefined) {
    cache = new Map();
    caches.set(alert, cache);
  }
  let resolved = cache.get(parameter.signature);
  if (resolved === undefined) {
    const options = preferStated(
      alert,
      alert.fields.map((field) => optionOf(field, parameter)),
    );
    resolved = { options, mask: Float32Array.from(options, (option) => (option === undefined ? 0 : 1)) };
    cache.set(parameter.signature, resolved);
  }
  return resolved;
}

/**
 * What the alert states goes before what a rule infers: the owner of a pod counts only when no label names the
 * Deployment itself, a word of the alert's name only when no label names the application.
 */
function preferStated(alert: EncodedAlert, options: PointerOptions): PointerOptions {
  const named = options.some(
    (option, index) => option?.origin.kind === 'label' && alert.fields[index]?.facts.kind === 'deployment',
  );
  const identified = options.some(
    (option, index) => option !== undefined && alert.fields[index]?.facts.selector?.identity === true,
  );
  return options.map((option) => {
    if (named && option?.origin.kind === 'rule') return undefined;
    return identified && option?.origin.kind === 'alert-name' ? undefined : option;
  });
}

function optionOf(field: EncodedField, parameter: EncodedParameter): PointerOption | undefined {
  const { takes } = parameter.role;
  if (takes === 'nothing' || field.type === FIELD_TYPE.annotation || field.type === FIELD_TYPE.alertName)
    return undefined;
  if (takes === 'selector') return selectorOption(field, parameter);
  if (field.type === FIELD_TYPE.alertNameWord) return undefined;
  if (takes === 'number' || takes === 'integer') return numberOption(field, parameter);
  if (field.type !== FIELD_TYPE.label || !isTarget(field, parameter)) return undefined;
  if (takes === 'boolean') return booleanOption(field);
  return takes === 'enum' ? enumOption(field, parameter) : textOption(field, parameter);
}

function isTarget({ facts }: EncodedField, { role }: EncodedParameter): boolean {
  if (facts.targetClass === 'never') return false;
  return facts.targetClass === 'target' || role.contextWords.some((word) => facts.keyWords.has(word));
}

function selectorOption(field: EncodedField, parameter: EncodedParameter): PointerOption | undefined {
  const { selector, targetClass } = field.facts;
  if (selector === undefined || (field.type === FIELD_TYPE.label && targetClass === 'never')) return undefined;
  return parameter.check(selector.text) === undefined ? { value: selector.text, origin: field.origin } : undefined;
}

function numberOption(field: EncodedField, parameter: EncodedParameter): PointerOption | undefined {
  const { number } = field.facts;
  if (number === undefined || (field.type === FIELD_TYPE.label && !isTarget(field, parameter))) return undefined;
  if (parameter.role.takes === 'integer' && !Number.isSafeInteger(number)) return undefined;
  if (parameter.role.constrained && parameter.check(number) !== undefined) return undefined;
  return { value: number, origin: field.origin };
}

function booleanOption(field: EncodedField): PointerOption | undefined {
  const word = field.value.toLowerCase();
  return word === 'true' || word === 'false' ? { value: word === 'true', origin: field.origin } : undefined;
}

/** The member of the enum that equals the label's value, first as it stands, then without regard to case. */
function enumOption(field: EncodedField, parameter: EncodedParameter): PointerOption | undefined {
  const members = (parameter.schema.enum ?? []).filter((member) => typeof member === 'string');
  const value =
    members.find((member) => member === field.value) ??
    members.find((member) => member.toLowerCase() === field.value.toLowerCase());
  if (value === undefined || parameter.check(value) !== undefined) return undefined;
  return { value, origin: field.origin };
}

function textOption(field: EncodedField, parameter: EncodedParameter): PointerOption | undefined {
  const { facts, origin } = field;
  const { role } = parameter;
  if (!(role.takes === 'text' ? facts.safePath : facts.safe)) return undefined;
  if (role.takes === 'namespace') {
    const fits = facts.namespaceKey && facts.dnsLabel && satisfies(field.value, parameter);
    return fits ? { value: field.value, origin } : undefined;
  }
  if (role.besideNamespace && facts.namespaceKey) return undefined;
  if (role.kinds !== undefined && facts.kind !== undefined && !role.kinds.includes(facts.kind)) {
    const owned = facts.owner !== undefined && role.kinds.includes('deployment') && satisfies(facts.owner, parameter);
    if (!owned || origin.kind !== 'label') return undefined;
    return { value: facts.owner, origin: { kind: 'rule', rule: OWNER_OF_POD, key: origin.key } };
  }
  if (role.constrained) return satisfies(field.value, parameter) ? { value: field.value, origin } : undefined;
  if (role.takes === 'text') return { value: field.value, origin };
  // Beside names a number is a cost centre, a port or an id, unless its key says what kind of object it names.
  const isName = facts.dnsSubdomain && (facts.number === undefined || facts.kind !== undefined);
  return isName ? { value: field.value, origin } : undefined;
}

function satisfies(value: string, parameter: EncodedParameter): boolean {
  return !parameter.role.constrained || (value.length <= MAX_MATCHED && parameter.check(value) === undefined);
}

/** Name of the rule that fills a Deployment parameter from a pod label. */
export const OWNER_OF_POD = 'owner-of-pod';

/**
 * Column of the pointer mask that an origin means for one parameter: a field, the last column for the default, or
 * undefined when the alert has no such field or the mask forbids it. For training targets.
 */
export function pointerColumn(
  alert: EncodedAlert,
  parameter: EncodedParameter,
  origin: ParameterOrigin,
): number | undefined {
  if (origin.kind === 'default') return parameter.omittable ? alert.fields.length : undefined;
  const options = pointerOptions(alert, parameter);
  const index = alert.fields.findIndex(
    (field, column) => options[column] !== undefined && namesField(origin, field.origin),
  );
  return index < 0 ? undefined : index;
}

function namesField(origin: ParameterOrigin, field: ParameterOrigin): boolean {
  if (origin.kind === 'alert-name') return field.kind === 'alert-name' && field.word === origin.word;
  if (origin.kind === 'rule') return field.kind === 'label' && field.key === origin.key;
  if (origin.kind === 'proposal') return false;
  return origin.kind !== 'default' && field.kind === origin.kind && field.key === origin.key;
}
