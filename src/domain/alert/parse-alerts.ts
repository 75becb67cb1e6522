import type { z } from 'zod';
import { InvalidInputError } from '../../core/errors.js';
import { isObject } from '../../core/is-object.js';
import { describeValue, formatPath } from '../describe.js';
import type { Alert } from './alert.js';
import { ALERT_LIMITS, alertSchema, cloudEventSchema, webhookSchema } from './alert-schema.js';

type Path = readonly PropertyKey[];

/**
 * Reads alerts from parsed JSON, in the order they came. Accepted are one alert `{labels, annotations?, metrics?,
 * status?, ...}`, an Alertmanager webhook (each of its `alerts`), a CloudEvent 1.x in structured mode whose `data` is
 * either, and an array of any of these. Unknown fields are ignored. Limits: {@link ALERT_LIMITS}.
 *
 * @throws InvalidInputError whose `path` names the first faulty field, such as `alerts[3].labels.alertname`.
 */
export function parseAlerts(input: unknown): Alert[] {
  const alerts: Alert[] = [];
  if (Array.isArray(input)) {
    checkCount(input, []);
    for (const [index, item] of input.entries()) readEnvelope(item, [index], alerts);
  } else {
    readEnvelope(input, [], alerts);
  }
  return alerts;
}

function readEnvelope(input: unknown, path: Path, alerts: Alert[]): void {
  if (!isObject(input)) {
    const hint = typeof input === 'string' ? '; parse JSON text first' : '';
    fail(path, `expected an alert, an Alertmanager webhook or a CloudEvent, received ${describeValue(input)}${hint}`);
  }
  if (Object.hasOwn(input, 'specversion')) {
    const event = parseWith(cloudEventSchema, input, path);
    const dataPath = [...path, 'data'];
    if (!isObject(event.data)) {
      const binary = Object.hasOwn(input, 'data_base64') ? '; data_base64 is not read, send JSON in data' : '';
      fail(dataPath, `expected an alert or an Alertmanager webhook, received ${describeValue(event.data)}${binary}`);
    }
    readAlertOrWebhook(event.data, dataPath, alerts);
  } else {
    readAlertOrWebhook(input, path, alerts);
  }
}

function readAlertOrWebhook(input: Record<string, unknown>, path: Path, alerts: Alert[]): void {
  for (const unread of unreadAlerts(input, path)) readAlert(unread, alerts);
}

/** An alert that is not checked yet. */
export interface UnreadAlert {
  readonly input: unknown;
  readonly path: Path;
  /** Place among the alerts of its webhook; undefined for an alert by itself. */
  readonly index: number | undefined;
}

/** The alerts of a webhook, or the one that the input is. Throws InvalidInputError for what is wrong with the webhook. */
export function unreadAlerts(input: Record<string, unknown>, path: Path): readonly UnreadAlert[] {
  if (!Object.hasOwn(input, 'alerts')) return [{ input, path, index: undefined }];
  const { alerts } = parseWith(webhookSchema, input, path);
  checkCount(alerts, [...path, 'alerts']);
  return alerts.map((item, index) => ({ input: item, path: [...path, 'alerts', index], index }));
}

function readAlert({ input, path }: UnreadAlert, alerts: Alert[]): void {
  alerts.push(parseWith(alertSchema, input, path));
  if (alerts.length > ALERT_LIMITS.alerts) {
    fail([], `expected at most ${ALERT_LIMITS.alerts} alerts in all, received more; send them in parts`);
  }
}

function checkCount(items: readonly unknown[], path: Path): void {
  if (items.length === 0) fail(path, 'expected at least one alert, received an empty array');
  if (items.length > ALERT_LIMITS.alerts) {
    fail(path, `expected at most ${ALERT_LIMITS.alerts} alerts, received ${items.length}; send them in parts`);
  }
}

/** Runs a schema; the first issue becomes an InvalidInputError under the given path. */
export function parseWith<T>(schema: z.ZodType<T>, input: unknown, path: Path): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return fail([...path, ...(issue?.path ?? [])], issue?.message ?? 'not valid');
}

function fail(path: Path, message: string): never {
  throw new InvalidInputError(formatPath(path), message);
}
