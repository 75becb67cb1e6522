import type { DerivationRule, ParameterSchema } from '../../domain/catalog/catalog.js';
import type { ParameterOrigin, ParameterValue } from '../../domain/decision/decision.js';
import type { EncodedAlert } from '../alert/encode-alert.js';
import { kindOfLabel } from '../alert/label-kinds.js';

/** A value with where it comes from. */
export interface FilledParameter {
  readonly value: ParameterValue;
  readonly origin: ParameterOrigin;
}

/** `excluded`: the rule has a result that the schema does not know; undefined: neither rule nor default gives one. */
export type Derivation = FilledParameter | 'excluded' | undefined;

/**
 * Computes a parameter by its declared rule, else takes the schema's default.
 *
 * @param originOf Origin of a parameter that a pointer filled.
 */
export function deriveParameter(
  rule: DerivationRule,
  schema: ParameterSchema,
  alert: EncodedAlert,
  originOf: (parameter: string) => ParameterOrigin | undefined,
): Derivation {
  if ('kindOf' in rule) return deriveKind(originOf(rule.kindOf), schema, alert) ?? defaultOf(schema);
  return deriveReplicas(rule.replicas, alert) ?? defaultOf(schema);
}

function deriveKind(target: ParameterOrigin | undefined, schema: ParameterSchema, alert: EncodedAlert): Derivation {
  if (target === undefined || !('key' in target) || target.key === undefined) return undefined;
  const kind = target.kind === 'rule' ? 'deployment' : kindOfLabel(alert.alert.labels, target.key);
  if (kind === undefined) return undefined;
  const origin: ParameterOrigin = { kind: 'rule', rule: 'kind-of', key: target.key };
  if (schema.enum === undefined) return { value: kind, origin };
  const member = schema.enum.find((value) => typeof value === 'string' && value.toLowerCase() === kind);
  return typeof member === 'string' ? { value: member, origin } : 'excluded';
}

function deriveReplicas(
  rule: { readonly from: readonly string[]; readonly add: number; readonly max?: number },
  { alert }: EncodedAlert,
): FilledParameter | undefined {
  for (const key of rule.from) {
    for (const record of [alert.labels, alert.metrics]) {
      const count = Object.hasOwn(record, key) ? readCount(record[key]) : undefined;
      if (count === undefined) continue;
      const value = Math.min(count + rule.add, rule.max ?? Number.MAX_SAFE_INTEGER);
      return { value, origin: { kind: 'rule', rule: 'replicas', key } };
    }
  }
  return undefined;
}

function readCount(reading: string | number | undefined): number | undefined {
  const count = typeof reading === 'string' && /^\d{1,9}$/.test(reading) ? Number(reading) : reading;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** The schema's own default, where it declares a scalar one. */
export function defaultOf(schema: ParameterSchema): FilledParameter | undefined {
  const value = schema.default;
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return scalar ? { value, origin: { kind: 'default' } } : undefined;
}
