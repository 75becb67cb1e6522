import { z } from 'zod';
import { InvalidInputError } from '../../core/errors.js';
import { alertSchema, expectedMessage } from '../alert/alert-schema.js';
import { parseWith } from '../alert/parse-alerts.js';
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
 * @throws InvalidInputError whose `path` names the first faulty field
 */
export function parseDemonstration(input: unknown): Demonstration {
  const { alert, lambdaFunction, parameters = {}, parameterOrigins } = parseWith(schema, input, []);
  if (parameterOrigins === undefined) {
    return { alert, lambdaFunction, parameterOrigins: originsOfValues(alert.labels, parameters) };
  }
  for (const [name, { kind, ...source }] of Object.entries(parameterOrigins)) {
    const key = 'key' in source ? source.key : undefined;
    const missing = (kind === 'label' || kind === 'rule') && key !== undefined && !Object.hasOwn(alert.labels, key);
    if (missing) {
      throw new InvalidInputError(`parameterOrigins.${name}`, `expected a label of the alert, received "${key}"`);
    }
  }
  return { alert, lambdaFunction, parameterOrigins: parameterOrigins as Record<string, ParameterOrigin> };
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
