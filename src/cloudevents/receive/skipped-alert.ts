import { EventError } from '../../core/errors.js';
import { ALERT_LIMITS } from '../../domain/alert/alert-schema.js';
import type { FaultyAlert } from '../../domain/alert/parse-each-alert.js';

/** A faulty alert, or a faulty event of a batch, that was left out so that the others are not lost with it. */
export interface SkippedAlert {
  /** Place of the event in its batch; undefined where there was no batch. */
  readonly eventIndex: number | undefined;
  /** Place among the alerts of its webhook; undefined for an alert by itself, and for an event that is faulty itself. */
  readonly alertIndex: number | undefined;
  /** The label of that name, where it can be used. */
  readonly alertname: string | undefined;
  /** As the sender gave it, where it can be used. */
  readonly fingerprint: string | undefined;
  /** What was expected and where, with nothing of the values that came, so that it can stand in any log. */
  readonly expected: string;
  /** The same with what came in its place, cut to a few characters. */
  readonly error: EventError;
}

/** Place of an event in its batch, as a number and as errors begin with it. */
export interface BatchPlace {
  readonly index: number | undefined;
  readonly where: string;
}

export const NO_BATCH: BatchPlace = { index: undefined, where: '' };

/** Most characters of a name that is passed on; the alert can be found by its place as well. */
const LONGEST_NAME = 256;

/** Faults that the message about a refusal spells out. */
const MOST_TOLD = 5;

export function skippedAlert({ input, index, error }: FaultyAlert, place: BatchPlace): SkippedAlert {
  const refusal = new EventError('malformed', `${place.where}${error.message}`, { cause: error });
  return {
    ...skipped(refusal, place),
    alertIndex: index,
    alertname: nameOf(fieldOf(fieldOf(input, 'labels'), 'alertname')),
    fingerprint: nameOf(fieldOf(input, 'fingerprint')),
  };
}

export function skippedEvent(error: EventError, place: BatchPlace): SkippedAlert {
  return { ...skipped(error, place), alertIndex: undefined, alertname: undefined, fingerprint: undefined };
}

function skipped(error: EventError, { index }: BatchPlace): Pick<SkippedAlert, 'eventIndex' | 'expected' | 'error'> {
  return { eventIndex: index, expected: withoutReceived(error.message), error };
}

/** The refusal of a request in which nothing is valid, of which there is at least one fault. */
export function refusalOf(faults: readonly SkippedAlert[]): EventError {
  const [first, ...others] = faults.map(({ error }) => error);
  if (first !== undefined && others.length === 0) return first;
  const told = faults.slice(0, MOST_TOLD).map(({ error }) => error.message);
  const more = faults.length > MOST_TOLD ? [`and ${faults.length - MOST_TOLD} more`] : [];
  const reasons = new Set(faults.map(({ error }) => error.reason));
  const [reason = 'malformed'] = reasons.size === 1 ? reasons : [];
  return new EventError(reason, [...told, ...more].join('; '), { cause: first });
}

/** Faults cost time and memory each, so that a batch of nothing else is given up. Throws EventError `malformed`. */
export function checkSkipped(faults: readonly SkippedAlert[]): void {
  if (faults.length <= ALERT_LIMITS.alerts) return;
  const { message } = refusalOf(faults);
  throw new EventError('malformed', `expected at most ${ALERT_LIMITS.alerts} faulty alerts, received more: ${message}`);
}

/** Messages say "expected ..., received ...": what was received is the sender's, and may hold anything. */
function withoutReceived(message: string): string {
  const end = message.indexOf(', received');
  return end < 0 ? message : message.slice(0, end);
}

/** A field of an object, as far as the value is one and has it. */
function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME ? value : undefined;
}
