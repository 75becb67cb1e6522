import { z } from 'zod';
import { alertSchema, expectedMessage } from '../../domain/alert/alert-schema.js';
import { CATALOG_LIMITS } from '../../domain/catalog/catalog-schema.js';

/** Most characters of a text parameter. */
const LONGEST_VALUE = 4_096;

const text = (maximum: number) =>
  z
    .string({ error: expectedMessage('text') })
    .min(1, { error: expectedMessage('text that is not empty') })
    .max(maximum, {
      error: (issue) => `expected at most ${maximum} characters, received ${String(issue.input).length}`,
    });

const value = z.union([z.string().max(LONGEST_VALUE), z.number(), z.boolean()], {
  error: expectedMessage(`text of at most ${LONGEST_VALUE} characters, a number or a boolean`),
});

/** Data of an event that asks for a remediation function to be run; unknown fields are ignored. */
export const lambdaTriggerDataSchema = z.object(
  {
    /** Name of the function in the catalog. */
    lambda_function: text(CATALOG_LIMITS.nameLength),
    parameters: z
      .record(z.string(), value, { error: expectedMessage('an object of parameters') })
      .refine((parameters) => Object.keys(parameters).length <= CATALOG_LIMITS.parameters, {
        error: `expected at most ${CATALOG_LIMITS.parameters} parameters`,
      }),
    /** The alert that the function is meant to remedy. A resolved one is no reason to act. */
    alert: alertSchema.refine(({ status }) => status === 'firing', { error: 'expected an alert that is firing' }),
    /** Phase of the chain that chose the function, such as `trm`. */
    triggered_by: text(128),
    correlation_id: text(256),
    /** Probability in [0, 1] that the whole call is right. */
    confidence: z
      .number({ error: expectedMessage('a number from 0 to 1') })
      .min(0, { error: expectedMessage('a number from 0 to 1') })
      .max(1, { error: expectedMessage('a number from 0 to 1') }),
  },
  { error: expectedMessage('an object') },
);

/** Data of a trigger event, as it goes over the wire. */
export type LambdaTriggerData = z.infer<typeof lambdaTriggerDataSchema>;
