import { InvalidInputError } from '../../core/errors.js';
import { isObject } from '../../core/is-object.js';
import { describeValue, formatPath } from '../describe.js';
import type { Alert } from './alert.js';
import { alertSchema } from './alert-schema.js';
import { parseWith, type UnreadAlert, unreadAlerts } from './parse-alerts.js';

/** An alert that cannot be read, as it came. */
export interface FaultyAlert extends Pick<UnreadAlert, 'input' | 'index'> {
  /** Its `path` names the first faulty field. */
  readonly error: InvalidInputError;
}

/** The alerts that can be read and those that cannot, each in the order they came. */
export interface EachAlert {
  readonly alerts: readonly Alert[];
  readonly faulty: readonly FaultyAlert[];
}

/**
 * Reads one alert, or each alert of an Alertmanager webhook by itself, so that a faulty one does not cost the others.
 *
 * @param path where the input stands, for errors
 * @throws InvalidInputError for what is neither, and for a webhook with no alert or too many
 */
export function parseEachAlert(input: unknown, path: readonly PropertyKey[]): EachAlert {
  if (!isObject(input)) {
    throw new InvalidInputError(
      formatPath(path),
      `expected an alert or an Alertmanager webhook, received ${describeValue(input)}`,
    );
  }
  const alerts: Alert[] = [];
  const faulty: FaultyAlert[] = [];
  for (const { input: item, path: itemPath, index } of unreadAlerts(input, path)) {
    try {
      alerts.push(parseWith(alertSchema, item, itemPath));
    } catch (error) {
      if (!InvalidInputError.isInstance(error)) throw error;
      faulty.push({ input: item, index, error });
    }
  }
  return { alerts, faulty };
}
