import { z } from 'zod';
import { expectedMessage } from '../alert/alert-schema.js';

/** Limits on one catalog; what is over them is an error that names the field. */
export const CATALOG_LIMITS = {
  functions: 256,
  nameLength: 128,
  descriptionLength: 4_096,
  /** Parameters of one function. */
  parameters: 32,
} as const;

const object = z.record(z.string(), z.unknown(), { error: expectedMessage('an object') });

const name = z
  .string({ error: expectedMessage('a name of 1 to 128 characters') })
  .min(1, { error: expectedMessage('a name of 1 to 128 characters') })
  .max(CATALOG_LIMITS.nameLength, {
    error: (issue) =>
      `expected at most ${CATALOG_LIMITS.nameLength} characters, received ${String(issue.input).length}`,
  })
  .refine((text) => !/[\p{C}]/u.test(text), { error: expectedMessage('a name without control characters') });

const description = z.string({ error: expectedMessage('a string') }).max(CATALOG_LIMITS.descriptionLength, {
  error: (issue) =>
    `expected at most ${CATALOG_LIMITS.descriptionLength} characters, received ${String(issue.input).length}`,
});

const parameters = z
  .object(
    {
      type: z.literal('object', { error: expectedMessage('"object"') }).default('object'),
      properties: z
        .record(z.string(), object, { error: expectedMessage('an object of parameter schemas') })
        .default({}),
      required: z
        .array(z.string({ error: expectedMessage('a parameter name') }), {
          error: expectedMessage('an array of parameter names'),
        })
        .optional(),
    },
    { error: expectedMessage('a JSON Schema of type object') },
  )
  .loose();

/** One function as the caller writes it. */
export const functionSchema = z.object(
  {
    name,
    description: description.default(''),
    parameters: parameters.default({ type: 'object', properties: {} }),
    risk: z
      .enum(['read', 'mutating', 'destructive'], { error: expectedMessage('"read", "mutating" or "destructive"') })
      .default('mutating'),
  },
  { error: expectedMessage('a function with a name') },
);

/** The value of `x-derive`. */
export const derivationSchema = z.union(
  [
    z.strictObject({ kindOf: z.string() }),
    z.strictObject({
      replicas: z.strictObject({
        from: z.array(z.string().min(1)).min(1),
        add: z.int(),
        max: z.int().optional(),
      }),
    }),
  ],
  { error: expectedMessage('{kindOf: parameter} or {replicas: {from: [names], add: whole number, max?}}') },
);

/** The value of `x-kind`. */
export const kindSchema = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: expectedMessage('a kind of object such as "pod", or an array of kinds'),
});
