import { z } from 'zod';
import { isObject } from '../../core/is-object.js';
import { describeValue } from '../describe.js';
import type { Alert } from './alert.js';

/** Limits on one input; what is over them is an error that names the field, except where noted. */
export const ALERT_LIMITS = {
  /** Alerts in one input. */
  alerts: 10_000,
  /** Entries each of labels, annotations and metrics. */
  entries: 64,
  /** Characters of a label, annotation or metric name. */
  keyLength: 256,
  /** Characters of a label value. */
  labelLength: 4_096,
  /** Characters of an annotation; longer ones are cut, since they are prose and never pointed at. */
  annotationLength: 4_096,
  /** Characters of a metric reading given as a word. */
  metricLength: 256,
} as const;

type Context = z.core.$RefinementCtx<unknown>;
type Fault = { readonly fault: string };

/** Message for a value of the wrong type or size. */
export function expectedMessage(expected: string): (issue: { readonly input?: unknown }) => string {
  return (issue) => `expected ${expected}, received ${describeValue(issue.input)}`;
}

/**
 * Reads a flat record into an object without a prototype, so that a key such as `constructor` or `__proto__` is only
 * a key. Names that begin with `__` are internal to Prometheus, which drops them before an alert is sent; so do we.
 */
function readEntries<T>(
  value: unknown,
  context: Context,
  what: string,
  read: (entry: unknown) => T | Fault,
): Readonly<Record<string, T>> {
  const entries: Record<string, T> = Object.create(null) as Record<string, T>;
  const fail = (message: string, path: PropertyKey[]): Readonly<Record<string, T>> => {
    context.addIssue({ code: 'custom', message, path });
    return entries;
  };
  if (!isObject(value)) return fail(`expected an object of ${what}, received ${describeValue(value)}`, []);
  const keys = Object.keys(value);
  if (keys.length > ALERT_LIMITS.entries) {
    return fail(
      `expected at most ${ALERT_LIMITS.entries} ${what}, received ${keys.length}; drop what does not identify the fault`,
      [],
    );
  }
  for (const key of keys) {
    if (key.startsWith('__')) continue;
    if (key === '' || key.length > ALERT_LIMITS.keyLength) {
      const received = key === '' ? 'an empty name' : `${key.length} characters`;
      return fail(`expected names of 1 to ${ALERT_LIMITS.keyLength} characters, received ${received}`, []);
    }
    const entry = value[key];
    if (entry === undefined) continue;
    const result = read(entry);
    if (isFault(result)) return fail(result.fault, [key]);
    entries[key] = result;
  }
  return entries;
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'fault' in value;
}

/** Labels and annotations are strings; numbers and booleans in hand-written JSON mean their text. */
function readText(entry: unknown): string | Fault {
  if (typeof entry === 'string') return entry;
  if (typeof entry === 'boolean' || (typeof entry === 'number' && Number.isFinite(entry))) return String(entry);
  return { fault: `expected a string, received ${describeValue(entry)}` };
}

function readLabel(entry: unknown): string | Fault {
  const text = readText(entry);
  if (typeof text !== 'string' || text.length <= ALERT_LIMITS.labelLength) return text;
  return { fault: `expected at most ${ALERT_LIMITS.labelLength} characters, received ${text.length}` };
}

function readAnnotation(entry: unknown): string | Fault {
  const text = readText(entry);
  return typeof text === 'string' ? text.slice(0, ALERT_LIMITS.annotationLength) : text;
}

function readMetric(entry: unknown): number | string | Fault {
  if (typeof entry === 'number' && Number.isFinite(entry)) return entry;
  if (typeof entry !== 'string') {
    return { fault: `expected a finite number or a word such as "high", received ${describeValue(entry)}` };
  }
  if (entry.length <= ALERT_LIMITS.metricLength) return entry;
  return { fault: `expected at most ${ALERT_LIMITS.metricLength} characters, received ${entry.length}` };
}

const labels = z.unknown().transform((value, context) => {
  const entries = readEntries(value, context, 'labels', readLabel);
  if (context.issues.length > 0) return entries;
  const given = (value as Record<string, unknown>).alertname;
  if (typeof given !== 'string' || given.trim() === '') {
    const message = `expected a non-empty string, received ${describeValue(given)}`;
    context.addIssue({ code: 'custom', message, path: ['alertname'] });
  }
  return entries;
});

const optionalEntries = <T>(what: string, read: (entry: unknown) => T | Fault) =>
  z.unknown().transform((value, context) => readEntries(value ?? {}, context, what, read));

const shortText = (what: string, maximum: number) =>
  z.string({ error: expectedMessage(what) }).max(maximum, {
    error: (issue) => `expected at most ${maximum} characters, received ${String(issue.input).length}`,
  });

/** A point in time; the zero time that Alertmanager sends for "still firing" counts as not given. */
const time = z.unknown().transform((value, context): string | undefined => {
  if (value === undefined || value === null || value === '') return undefined;
  const valid = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) && value.length <= 64;
  if (!valid || Number.isNaN(Date.parse(value))) {
    const message = `expected a time such as "2026-01-31T08:00:00Z", received ${describeValue(value)}`;
    context.addIssue({ code: 'custom', message });
    return undefined;
  }
  return value.startsWith('0001-01-01T00:00:00') ? undefined : value;
});

const FIELDS = ['labels', 'annotations', 'metrics', 'status', 'startsAt', 'endsAt', 'generatorURL', 'fingerprint'];

/** Own fields only, absent ones spelt out as undefined, so that each schema below says what it misses. */
function pickFields(input: unknown): unknown {
  if (!isObject(input)) return input;
  return Object.fromEntries(FIELDS.map((field) => [field, Object.hasOwn(input, field) ? input[field] : undefined]));
}

/** One alert; fields it does not name are ignored. */
export const alertSchema = z
  .preprocess(
    pickFields,
    z.object(
      {
        labels,
        annotations: optionalEntries('annotations', readAnnotation),
        metrics: optionalEntries('metrics', readMetric),
        status: z
          .enum(['firing', 'resolved'], { error: expectedMessage('"firing" or "resolved"') })
          .nullish()
          .transform((status) => status ?? 'firing'),
        startsAt: time,
        endsAt: time,
        generatorURL: shortText('a string', 4_096).nullish(),
        fingerprint: shortText('a string', 256).nullish(),
      },
      { error: expectedMessage('an alert object with labels') },
    ),
  )
  .transform(
    (alert): Alert => ({
      labels: alert.labels,
      annotations: alert.annotations,
      metrics: alert.metrics,
      status: alert.status,
      ...(alert.startsAt !== undefined && { startsAt: alert.startsAt }),
      ...(alert.endsAt !== undefined && { endsAt: alert.endsAt }),
      ...(alert.generatorURL && { generatorURL: alert.generatorURL }),
      ...(alert.fingerprint && { fingerprint: alert.fingerprint }),
    }),
  );

/** Alertmanager's webhook body (notify/webhook, data version 4), as far as it is used. */
export const webhookSchema = z.object(
  {
    version: z.literal('4', { error: expectedMessage('"4"') }).optional(),
    alerts: z.array(z.unknown(), { error: expectedMessage('an array of alerts') }),
  },
  { error: expectedMessage('an Alertmanager webhook') },
);

const attribute = (name: string) =>
  z.string({ error: expectedMessage(`the CloudEvents attribute ${name}, a non-empty string`) }).min(1, {
    error: expectedMessage(`the CloudEvents attribute ${name}, a non-empty string`),
  });

/** Envelope of a CloudEvent 1.x in structured mode; extension attributes are ignored. */
export const cloudEventSchema = z.object(
  {
    specversion: z.string({ error: expectedMessage('"1.0"') }).regex(/^1\.\d+$/, { error: expectedMessage('"1.0"') }),
    id: attribute('id'),
    source: attribute('source'),
    type: attribute('type'),
    data: z.unknown().optional(),
  },
  { error: expectedMessage('a CloudEvent') },
);
