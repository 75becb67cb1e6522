import { createHash } from 'node:crypto';
import { CloudEvent } from 'cloudevents';
import { InvalidInputError } from '../../core/errors.js';
import type { Alert } from '../../domain/alert/alert.js';
import { parseWith } from '../../domain/alert/parse-alerts.js';
import type { ParameterValue } from '../../domain/decision/decision.js';
import { describeValue } from '../../domain/describe.js';
import { LAMBDA_TRIGGER, LARGEST_EVENT_BYTES, SOURCE } from '../event-types.js';
import { toAttributeText } from '../message/attribute-text.js';
import { type EventOrigin, validTraceparent, validTracestate } from '../message/event-origin.js';
import { messageBytes, writeMessage } from '../message/write-message.js';
import { subjectOf } from './subject.js';
import { type LambdaTriggerData, lambdaTriggerDataSchema } from './trigger-data.js';
import { triggerId } from './trigger-id.js';

export interface TriggerOptions {
  readonly alert: Alert;
  /** The call to make; `resolveCall` gives one. */
  readonly call: {
    readonly lambdaFunction: string;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
  };
  /** Probability in [0, 1] that the whole call is right. */
  readonly confidence: number;
  /** Phase of the chain that chose the call, such as `trm`; goes out as `triggered_by`. */
  readonly phase: string;
  /** Names the work that this trigger is part of, 1 to 256 characters. */
  readonly correlationId: string;
  /** Version of policy and model; another version makes another trigger. */
  readonly policyVersion: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds after which the trigger is of no use any more, 1 or more. */
  readonly ttlMs: number;
  /** The event that brought the alert: its id becomes the `causationid`, its trace is carried on. */
  readonly causation?: Pick<EventOrigin, 'id' | 'traceparent' | 'tracestate'> | undefined;
}

/** An event that asks for a remediation function to be run. */
export type TriggerEvent = CloudEvent<LambdaTriggerData>;

/** Longest an annotation may be, tried one after the other until the event is small enough. */
const ANNOTATION_LENGTHS = [Number.POSITIVE_INFINITY, 1_024, 256, 64, 0];

/** Longest id that is carried on as it is. */
const LONGEST_ID = 256;

/**
 * Makes the event that triggers a function. Its id depends on nothing but the alert's fingerprint and start, the
 * function, the parameters and the policy's version. An event over 64 KiB loses text of its annotations, never a
 * parameter or label.
 *
 * @throws InvalidInputError for an alert that is resolved, a confidence outside of [0, 1], and for labels and parameters
 *   that do not fit
 */
export function createTriggerEvent(options: TriggerOptions): TriggerEvent {
  const { alert, call, confidence, phase, correlationId, policyVersion, now, ttlMs, causation } = options;
  checkTimes(now, ttlMs);
  const data = parseWith(
    lambdaTriggerDataSchema,
    {
      lambda_function: call.lambdaFunction,
      parameters: call.parameters,
      alert,
      triggered_by: phase,
      correlation_id: correlationId,
      confidence,
    },
    [],
  );
  const subject = subjectOf(data.alert, data.parameters);
  const traceparent = validTraceparent(causation?.traceparent);
  const tracestate = traceparent === undefined ? undefined : validTracestate(causation?.tracestate);
  const attributes = {
    specversion: '1.0',
    id: triggerId({
      alert: data.alert,
      lambdaFunction: data.lambda_function,
      parameters: data.parameters,
      policyVersion,
    }),
    source: SOURCE,
    type: LAMBDA_TRIGGER,
    ...(subject !== undefined && { subject }),
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    expirytime: new Date(now + ttlMs).toISOString(),
    correlationid: carried(correlationId),
    // Triggers for one target stay in order.
    partitionkey: subject ?? carried(data.alert.fingerprint ?? data.alert.labels['alertname'] ?? ''),
    ...(causation !== undefined && { causationid: carried(causation.id) }),
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
  };
  for (const length of ANNOTATION_LENGTHS) {
    const event = new CloudEvent<LambdaTriggerData>({ ...attributes, data: withShortAnnotations(data, length) });
    if (fits(event)) return event;
  }
  throw new InvalidInputError(
    'alert',
    `expected labels and parameters that fit into ${LARGEST_EVENT_BYTES} bytes; drop labels that do not identify the fault`,
  );
}

function checkTimes(now: number, ttlMs: number): void {
  // The last instant that a time can be written for.
  const last = 253_402_300_799_999;
  if (!Number.isSafeInteger(now) || now < 0 || now > last) {
    throw new InvalidInputError('now', `expected milliseconds since the epoch, received ${describeValue(now)}`);
  }
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || now + ttlMs > last) {
    throw new InvalidInputError('ttlMs', `expected a whole number of 1 or more, received ${describeValue(ttlMs)}`);
  }
}

/** An identifier as an attribute: one that is too long, or holds what no attribute may, becomes its hash. */
function carried(id: string): string {
  const whole = id !== '' && id.length <= LONGEST_ID && toAttributeText(id) === id;
  return whole ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}

function withShortAnnotations(data: LambdaTriggerData, length: number): LambdaTriggerData {
  if (length === Number.POSITIVE_INFINITY) return data;
  const entries = Object.entries(data.alert.annotations).map(([name, text]) => [name, cut(text, length)] as const);
  const annotations = Object.fromEntries(entries.filter(([, text]) => text !== ''));
  return { ...data, alert: { ...data.alert, annotations } };
}

/** Cut before a surrogate pair rather than within it. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length === 0) return '';
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function fits(event: TriggerEvent): boolean {
  return (['structured', 'binary'] as const).every(
    (mode) => messageBytes(writeMessage(event, mode)) <= LARGEST_EVENT_BYTES,
  );
}
