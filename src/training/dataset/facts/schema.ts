import { z } from 'zod';
import type { Example } from '../example.js';

/** Identifier in kebab-case. */
const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');
const text = z.string().trim().min(1);
const split = z.enum(['train', 'validation', 'calibration', 'test']);
const defaultFunction = z.enum([
  'flux-reconcile-kustomization',
  'flux-reconcile-gitrepository',
  'flux-reconcile-helmrelease',
  'pod-restart',
  'pod-check-status',
  'scale-deployment',
  'check-pvc-status',
]);

/** A number, a word, a list to choose from, or a range such as `80..99`. */
const reading = z.union([z.number(), z.string(), z.array(z.union([z.number(), z.string()])).min(1)]);
const readings = z.record(text, reading);

/** Shapes of label values; `situation/values.ts` has a generator for each. */
export const VALUE_SHAPES = [
  'address',
  'certificate',
  'claim',
  'cluster',
  'database',
  'device',
  'domain',
  'host',
  'image',
  'index',
  'interface',
  'ip',
  'job-run',
  'metric-name',
  'mountpoint',
  'namespace',
  'node',
  'number',
  'peer',
  'pod',
  'pool',
  'queue',
  'region',
  'replicaset',
  'secret',
  'sensor',
  'sku',
  'small-number',
  'table',
  'unit',
  'url',
  'user',
  'volume',
  'word',
  'workload',
] as const;
export type ValueShape = (typeof VALUE_SHAPES)[number];

/** What a label can name: the keys in use for it and the shape of its values. */
export const labelRoleSchema = z.strictObject({ keys: z.array(text).min(1), value: z.enum(VALUE_SHAPES) });
export type LabelRole = z.infer<typeof labelRoleSchema>;

/** One real alert rule with our own judgements (a line of `alert-rules.jsonl`). */
export const alertRuleSchema = z.strictObject({
  id: z.string().regex(/^[a-z]\d{4,}$/, 'must be a letter and at least four digits'),
  source: text,
  licence: text,
  alert: text,
  metrics: z.array(text),
  labelKeys: z.array(text),
  staticLabels: z.record(text, z.string()),
  cause: id,
  cause2: id.optional(),
  intents: z.array(id),
  summary: text,
  hint: text,
  signals: z.record(text, z.number()),
  workloadKind: text,
  functions: z.array(defaultFunction),
  optional: z.boolean(),
  nameKey: z.string(),
  namespaceKey: z.string(),
  kind: text,
  functionsIfIdentified: z.array(defaultFunction),
  nameFrom: z.array(text),
  namespaceFrom: z.array(text),
});
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** A situation that goes wrong, with everything needed to make alerts about it. */
export const failureModeSchema = z.strictObject({
  id,
  runbook: id.optional(),
  cause: id,
  intents: z.array(id).min(1),
  alertNames: z.array(text).min(2),
  components: z.array(z.string().regex(/^[a-z][a-z0-9]*$/, 'must be one lower-case word')).optional(),
  labels: z.array(z.string().regex(/^(\([a-z-]+\)|[a-z-]+)$/, 'must be a role, in parentheses when optional')),
  requireOneOf: z.array(id).optional(),
  keys: z.record(id, z.array(text).min(1)).default({}),
  roles: z.record(id, labelRoleSchema).default({}),
  values: z.record(id, z.array(text).min(1)).default({}),
  metrics: readings,
  alternativeMetrics: z.array(readings).default([]),
  requireMetrics: z.boolean().default(false),
  summaries: z.array(text).min(3),
  exporter: id.optional(),
  exporterLabels: z.array(text).optional(),
  defaultFunctions: z.array(defaultFunction),
  optional: z.boolean().default(false),
  target: z.strictObject({ name: id.optional(), namespace: id, selector: z.array(id).default([]) }).optional(),
  weight: z.number().positive().default(1),
});
export type FailureMode = z.infer<typeof failureModeSchema>;

/** A parameter that functions share: how it may be called and described, and which roles fill it. */
export const parameterFormSchema = z.strictObject({
  names: z.array(text).min(1),
  descriptions: z.array(text).min(1),
  fallback: z.array(id).default([]),
});
export type ParameterForm = z.infer<typeof parameterFormSchema>;

/** A parameter that no label fills: it keeps its default or is derived by rule. */
export const settingFormSchema = z.strictObject({
  names: z.array(text).min(1),
  descriptions: z.array(text).min(1),
  type: z.enum(['string', 'integer', 'number', 'boolean']),
  default: z.union([z.string(), z.number(), z.boolean()]),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  derive: z.literal('replicas').optional(),
});
export type SettingForm = z.infer<typeof settingFormSchema>;

const functionName = z.string().regex(/^[a-z0-9]+( [a-z0-9]+)*$/, 'must be lower-case words with spaces');
const risk = z.enum(['read', 'mutating', 'destructive']);

/** A remediation function in several wordings. */
export const functionFactSchema = z.strictObject({
  id,
  defaultFunction: defaultFunction.optional(),
  family: id,
  intents: z.array(id).min(1),
  risk,
  names: z.array(functionName).min(3),
  descriptions: z.array(text).min(3),
  parameters: z.array(z.strictObject({ use: id, required: z.boolean().default(true), default: z.string().optional() })),
});
export type FunctionFact = z.infer<typeof functionFactSchema>;

/** What an agent should be able to do when one alert rule fires; shown in the split of its rule only. */
export const ruleFunctionSchema = z.strictObject({
  names: z.array(functionName).min(1),
  descriptions: z.array(text).min(1),
  risk,
});
export type RuleFunction = z.infer<typeof ruleFunctionSchema>;

export const familySchema = z.strictObject({ id, split: split.default('train') });
export type FunctionFamily = z.infer<typeof familySchema>;

/** Hand-written alerts beside the catalog of one team, apart from all other facts: one set to look at, one to report. */
export const FIELD_SETS = ['field-validation', 'field'] as const;
export type FieldSets = Readonly<Record<(typeof FIELD_SETS)[number], readonly Example[]>>;

/** Everything that `models/facts` holds. */
export interface Facts {
  readonly rules: readonly AlertRule[];
  readonly modes: readonly FailureMode[];
  readonly defaultExporterLabels: readonly string[];
  readonly functions: readonly FunctionFact[];
  readonly families: readonly FunctionFamily[];
  /** Id of a rule -> the function that it calls for. */
  readonly ruleFunctions: Readonly<Record<string, RuleFunction>>;
  readonly parameters: Readonly<Record<string, ParameterForm>>;
  readonly settings: Readonly<Record<string, SettingForm>>;
  readonly roles: Readonly<Record<string, LabelRole>>;
  /** Absent where the folder of the facts has none. */
  readonly field?: FieldSets;
  /** SHA-256 over the files, hexadecimal. */
  readonly hash: string;
}
