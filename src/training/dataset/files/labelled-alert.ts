import { z } from 'zod';
import { expectedMessage } from '../../../domain/alert/alert-schema.js';
import { parseWith } from '../../../domain/alert/parse-alerts.js';
import { CATALOG_LIMITS } from '../../../domain/index.js';
import { CAUSES } from '../../../encoding/index.js';
import { SPLITS } from '../plan.js';

/** Limits on labelled alerts; what is over them is refused with the line that it stands in. */
export const LABELLED_ALERT_LIMITS = {
  /** Bytes of one line. */
  lineBytes: 4_194_304,
  /** Nesting of objects and arrays in one line. */
  depth: 40,
  /** Lines of one input. */
  lines: 1_000_000,
  /** Characters of id, group and source. */
  textLength: 4_096,
  /** Acceptable origins of one parameter. */
  origins: 64,
  /** Answered alerts beside one alert. */
  demonstrations: 64,
} as const;

const { textLength, origins, demonstrations } = LABELLED_ALERT_LIMITS;

const text = (least: number) =>
  z
    .string({ error: expectedMessage('a string') })
    .refine((value) => value.length >= least && value.length <= textLength && !/\p{Cc}/u.test(value), {
      error: expectedMessage(`${least} to ${textLength} characters, none of them a control character`),
    });

const functionName = z
  .string({ error: expectedMessage('the name of a function') })
  .min(1, { error: expectedMessage('the name of a function') })
  .max(CATALOG_LIMITS.nameLength, { error: expectedMessage('the name of a function') });

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const key = z.string().min(1);

/** An origin spelt out; `{value}` is the expected value, from which the origins are found. */
const longForm = z.union([
  z.strictObject({ kind: z.enum(['label', 'annotation', 'metric']), key }),
  z.strictObject({ kind: z.literal('alert-name'), word: key }),
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('rule'), rule: key, key: key.optional() }),
  z.strictObject({ kind: z.literal('proposal'), by: z.string() }),
  z.strictObject({ value: scalar }),
]);

const originForm = z.union([scalar, longForm], {
  error: expectedMessage(
    'a value such as "shop-0", an origin such as "label:pod", "metric:cpu", "default" or {"kind": "label", "key": ' +
      '"pod"}, or {"value": ...}',
  ),
});
/** How a label says where a parameter comes from, or which value is expected. */
export type OriginForm = z.output<typeof originForm>;

const originForms = z
  .array(originForm)
  .min(1, { error: expectedMessage('at least one origin; leave the parameter out when it does not matter') })
  .max(origins, { error: expectedMessage(`at most ${origins} origins`) });

const parameterRecord = z.record(z.string(), z.unknown(), {
  error: expectedMessage('an object of parameters, each with its acceptable origins'),
});

const alert = z.unknown().refine((value) => value !== undefined, {
  error: expectedMessage('an alert {labels, annotations?, metrics?}'),
});

const demonstration = z.strictObject(
  { alert, lambda_function: functionName.nullable(), parameters: z.record(z.string(), originForm).default({}) },
  { error: objectMessage('a demonstration', ['alert', 'lambda_function', 'parameters']) },
);

const shape = {
  id: text(1).optional(),
  split: z.enum(SPLITS, { error: expectedMessage(SPLITS.map((split) => `"${split}"`).join(', ')) }).optional(),
  group: text(0).optional(),
  source: text(1).optional(),
  alert,
  catalog: z
    .union([text(1), z.array(z.unknown())], { error: expectedMessage('an array of functions or the id of a catalog') })
    .optional(),
  functions: z
    .array(functionName, { error: expectedMessage('an array of function names, best first; [] when none applies') })
    .max(CATALOG_LIMITS.functions, { error: expectedMessage(`at most ${CATALOG_LIMITS.functions} functions`) })
    .optional(),
  lambda_function: functionName.nullable().optional(),
  noneAcceptable: z.boolean({ error: expectedMessage('true or false') }).optional(),
  answerable: z.boolean({ error: expectedMessage('true or false') }).optional(),
  parameters: z.record(z.string(), z.unknown(), { error: expectedMessage('an object of functions') }).optional(),
  cause: z
    .string({ error: expectedMessage('a cause class') })
    .refine((cause) => CAUSES.includes(cause), {
      error: expectedMessage(`a cause class such as ${CAUSES.slice(0, 4).join(', ')}, or unknown`),
    })
    .optional(),
  demonstrations: z
    .array(demonstration, { error: expectedMessage('an array of answered alerts') })
    .max(demonstrations, { error: expectedMessage(`at most ${demonstrations} demonstrations`) })
    .optional(),
};

/** One line of a JSONL file of labelled alerts; see `parseLabelledAlert`. */
export const labelledAlertSchema = z.strictObject(shape, {
  error: objectMessage('a labelled alert', Object.keys(shape)),
});

/** What one line says, each field of the right type; alert, catalog and parameters are not read yet. */
export type LabelledAlert = z.output<typeof labelledAlertSchema>;

/**
 * Checks the fields of one line: `{id?, alert, catalog?, functions | lambda_function, noneAcceptable?, answerable?,
 * parameters?, cause?, demonstrations?, group?, source?, split?}`. Fields of other names are refused, since they are mostly typing
 * errors.
 *
 * @throws InvalidInputError whose `path` names the first faulty field
 */
export function parseLabelledAlert(input: unknown): LabelledAlert {
  return parseWith(labelledAlertSchema, input, []);
}

/**
 * Checks the parameters of one function: each one origin or an array of them.
 *
 * @throws InvalidInputError whose `path` begins with the given one
 */
export function parseOriginForms(input: unknown, path: readonly PropertyKey[]): Map<string, readonly OriginForm[]> {
  const forms = parseWith(parameterRecord, input, path);
  return new Map(
    Object.entries(forms).map(([name, form]) => [
      name,
      Array.isArray(form)
        ? parseWith(originForms, form, [...path, name])
        : [parseWith(originForm, form, [...path, name])],
    ]),
  );
}

function objectMessage(what: string, known: readonly string[]): (issue: z.core.$ZodRawIssue) => string {
  return (issue) =>
    issue.code === 'unrecognized_keys'
      ? `expected only the fields ${known.join(', ')}; received ${issue.keys.map((name) => JSON.stringify(name.slice(0, 40))).join(', ')}`
      : expectedMessage(`${what} {${known.slice(0, 3).join(', ')}, ...}`)(issue);
}
