import { z } from 'zod';
import { InvalidInputError } from '../../core/errors.js';
import type { Alert } from '../alert/alert.js';
import { alertSchema, expectedMessage } from '../alert/alert-schema.js';
import { parseWith } from '../alert/parse-alerts.js';
import { formatPath, quote } from '../describe.js';
import type { ParameterOrigin } from './decision.js';
import type { Demonstration } from './demonstration.js';

const origin = z.union([
  z.strictObject({ kind: z.enum(['label', 'annotation', 'metric']), key: z.string().min(1) }),
  z.strictObject({ kind: z.literal('alert-name'), word: z.string().min(1) }),
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({ kind: z.literal('rule'), rule: z.string().min(1), key: z.string().min(1).optional() }),
]);

const schema = z.object(
  {
    alert: alertSchema,
    lambdaFunction: z
      .string({ error: expectedMessage('the name of a function, or null') })
      .min(1)
      .max(128)
      .nullable(),
    /** Values as they were called; each is looked up among the alert's labels. */
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    parameterOrigins: z.record(z.string(), origin).optional(),
  },
  { error: expectedMessage('a demonstration {alert, lambdaFunction, parameters?}') },
);

/**
 * Reads an answered alert: `{alert, lambdaFunction, parameters}` as an incident tells it, or with `parameterOrigins`. A
 * parameter whose value is that of a label came from that label; one that no label holds is left to its default.
 *
 * @param path Where the input stands in what the caller was given, for messages.
 * @throws InvalidInputError whose `path` names the first faulty field
 */
export function parseDemonstration(input: unknown, path: readonly PropertyKey[] = []): Demonstration {
  const { alert, lambdaFunction, parameters = {}, parameterOrigins } = parseWith(schema, input, path);
  if (parameterOrigins === undefined) {
    return { alert, lambdaFunction, parameterOrigins: originsOfValues(alert.labels, parameters) };
  }
  const origins = parameterOrigins as Record<string, ParameterOrigin>;
  for (const [name, source] of Object.entries(origins)) {
    const missing = missingPart(alert, source);
    if (missing !== undefined) {
      const at = formatPath([...path, 'parameterOrigins', name]);
      throw new InvalidInputError(at, `expected ${missing.what} of the alert, received ${quote(missing.key)}`);
    }
  }
  return { alert, lambdaFunction, parameterOrigins: origins };
}

/** What an origin names and the alert has not; a rule may read a label. */
function missingPart(
  alert: Alert,
  origin: ParameterOrigin,
): { readonly what: string; readonly key: string } | undefined {
  if (!('key' in origin) || origin.key === undefined) return undefined;
  const [what, entries] = {
    label: ['a label', alert.labels] as const,
    rule: ['a label', alert.labels] as const,
    annotation: ['an annotation', alert.annotations] as const,
    metric: ['a metric', alert.metrics] as const,
  }[origin.kind];
  return Object.hasOwn(entries, origin.key) ? undefined : { what, key: origin.key };
}

function originsOfValues(
  labels: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string | number | boolean>>,
): Record<string, ParameterOrigin> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]): [string, ParameterOrigin][] => {
      const keys = Object.keys(labels).filter((key) => key !== 'alertname' && labels[key] === String(value));
      const key = keys.includes(name) ? name : keys[0];
      return key === undefined ? [] : [[name, { kind: 'label', key }]];
    }),
  );
}
