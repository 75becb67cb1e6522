import { z } from 'zod';
import { InvalidInputError } from '../../../core/errors.js';
import { redact } from '../../../core/redact.js';
import { alertSchema, expectedMessage } from '../../../domain/alert/alert-schema.js';
import { parseWith } from '../../../domain/alert/parse-alerts.js';
import type { Alert, ParameterValue } from '../../../domain/index.js';
import { cleanText } from '../../../encoding/text/words.js';

/** What became of what was done. `unknown` is for calls whose effect nobody has reported. */
export const INCIDENT_OUTCOMES = ['effective', 'ineffective', 'failed', 'unknown'] as const;
export type IncidentOutcome = (typeof INCIDENT_OUTCOMES)[number];

/** An alert of the past, what was done about it, and what became of that. */
export interface Incident {
  /** 1 to 256 characters. A later record with the same id takes the place of the earlier one. */
  readonly id: string;
  readonly alert: Pick<Alert, 'labels' | 'annotations' | 'metrics'>;
  /** What was called; `null` when nothing was done, which may have been right, too. */
  readonly call: {
    readonly lambdaFunction: string;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
  } | null;
  readonly outcome: IncidentOutcome;
  /** When, RFC 3339. */
  readonly at: string;
}

/** What is kept of one incident; longer texts are cut. */
export const INCIDENT_LIMITS = {
  /** Characters of a label's value. */
  labelLength: 512,
  /** Characters of an annotation. */
  annotationLength: 1_024,
  parameters: 32,
  /** Characters of a parameter's value. */
  parameterLength: 1_024,
  /** Bytes of the whole as JSON. */
  bytes: 262_144,
} as const;

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

const name = (length: number) =>
  z
    .string({ error: expectedMessage('a string') })
    .refine((text) => text !== '' && text.length <= length && !/\p{C}/u.test(text), {
      error: expectedMessage(`1 to ${length} characters, none of them a control character`),
    });

const parameterValue = z.union([z.string(), z.number(), z.boolean()], {
  error: expectedMessage('a string, a number or a boolean'),
});

const call = z.object(
  {
    lambdaFunction: name(128),
    parameters: z
      .record(z.string().max(256), parameterValue, { error: expectedMessage('an object of parameters') })
      .refine((parameters) => Object.keys(parameters).length <= INCIDENT_LIMITS.parameters, {
        error: `expected at most ${INCIDENT_LIMITS.parameters} parameters`,
      })
      .default({}),
  },
  { error: expectedMessage('a call {lambdaFunction, parameters} or null') },
);

const schema = z.object(
  {
    id: name(256),
    alert: alertSchema,
    call: call.nullable(),
    outcome: z.enum(INCIDENT_OUTCOMES, {
      error: expectedMessage(INCIDENT_OUTCOMES.map((word) => `"${word}"`).join(', ')),
    }),
    at: z
      .string({ error: expectedMessage('a time such as "2026-01-31T08:00:00Z"') })
      .refine((text) => RFC_3339.test(text) && !Number.isNaN(Date.parse(text)), {
        error: expectedMessage('a time such as "2026-01-31T08:00:00Z"'),
      }),
  },
  { error: expectedMessage('an incident {id, alert, call, outcome, at}') },
);

/**
 * Reads an incident: checks it, cuts it to the limits and blanks out what looks like a secret. Unknown fields are left
 * out, so that records of a later version can be read.
 *
 * @throws InvalidInputError whose `path` names the first faulty field, such as `alert.labels.alertname`
 */
export function parseIncident(input: unknown): Incident {
  const incident = parseWith(schema, input, []);
  const { labels, annotations, metrics } = incident.alert;
  if (cleanText(labels.alertname ?? '').trim() === '') {
    throw new InvalidInputError('alert.labels.alertname', 'expected a name, received characters that are not seen');
  }
  return {
    id: cut(redact(incident.id), 256),
    alert: {
      labels: mapValues(labels, (text) => keep(text, INCIDENT_LIMITS.labelLength)),
      annotations: mapValues(annotations, (text) => keep(text, INCIDENT_LIMITS.annotationLength)),
      metrics: mapValues(metrics, (reading) => (typeof reading === 'string' ? keep(reading, 256) : reading)),
    },
    call: incident.call && {
      lambdaFunction: incident.call.lambdaFunction,
      parameters: mapValues(incident.call.parameters, (value) =>
        typeof value === 'string' ? keep(value, INCIDENT_LIMITS.parameterLength) : value,
      ),
    },
    outcome: incident.outcome,
    at: incident.at,
  };
}

function keep(text: string, length: number): string {
  // Twice: what stood on both sides of a character that is taken out may join, and a record reads back as it was.
  return cut(redact(cleanText(cleanText(text))), length);
}

/** The beginning of a text, without half a character at its end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Cs}$/u, '');
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
