import { createHash } from 'node:crypto';
import { EventError, InvalidInputError } from '../../core/errors.js';
import type { Alert } from '../../domain/alert/alert.js';
import { parseWith } from '../../domain/alert/parse-alerts.js';
import type { Catalog } from '../../domain/catalog/catalog.js';
import { schemaCheck } from '../../domain/catalog/json-schema.js';
import type { ParameterValue } from '../../domain/decision/decision.js';
import { quote } from '../../domain/describe.js';
import { LAMBDA_TRIGGER } from '../event-types.js';
import { type EventOrigin, isExpired, originOf } from '../message/event-origin.js';
import { type EventMessage, type IncomingEvent, readMessage } from '../message/read-message.js';
import { lambdaTriggerDataSchema } from '../trigger/trigger-data.js';

/** A call of a remediation function, as a valid trigger event asks for it. */
export interface LambdaCall {
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly alert: Alert;
  /** Probability in [0, 1] that the whole call is right. */
  readonly confidence: number;
  /** Phase of the chain that chose the function. */
  readonly triggeredBy: string;
  readonly correlationId: string;
  readonly origin: EventOrigin;
}

/** A call with what it takes to handle it once. */
export interface ReceivedCall {
  readonly call: LambdaCall;
  /** Identity of the event, from its source and id, in 64 hexadecimal digits. */
  readonly key: string;
  readonly expired: boolean;
}

export interface ReadCallsOptions {
  /** Functions that are handled here. */
  readonly functions: readonly string[];
  /** Checks parameters where it is given; a function that it does not have is refused. */
  readonly catalog: Catalog | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly maxBytes: number;
}

/**
 * Reads calls from an HTTP request with trigger events in binary, structured or batch mode. All of a batch is checked
 * before any of it is handled.
 *
 * @throws EventError
 */
export function readCalls(message: EventMessage, options: ReadCallsOptions): readonly ReceivedCall[] {
  const content = readMessage(message, options.maxBytes);
  if (content.mode === 'plain') {
    throw new EventError('malformed', 'expected a CloudEvent: headers ce-..., or application/cloudevents+json');
  }
  return content.events.map((event, index) => {
    const where = content.mode === 'batch' ? `[${index}].` : '';
    return readCall(event, where, options);
  });
}

function readCall(event: IncomingEvent, where: string, { functions, catalog, now }: ReadCallsOptions): ReceivedCall {
  if (event.type !== LAMBDA_TRIGGER) {
    throw new EventError('unknown-type', `${where}type: expected ${LAMBDA_TRIGGER}, received ${quote(event.type)}`);
  }
  const data = readData(event, where);
  const { lambda_function: lambdaFunction, parameters } = data;
  const definition = catalog?.find(({ name }) => name === lambdaFunction);
  if (!functions.includes(lambdaFunction) || (catalog !== undefined && definition === undefined)) {
    throw new EventError(
      'unknown-function',
      `${where}data.lambda_function: expected ${functions.join(', ')}, received ${quote(lambdaFunction)}`,
    );
  }
  const fault = definition === undefined ? undefined : schemaCheck(definition.parameters)(parameters);
  if (fault !== undefined) throw new EventError('invalid-parameters', `${where}data.${fault}`);
  const origin = originOf(event);
  return {
    call: {
      lambdaFunction,
      parameters,
      alert: data.alert,
      confidence: data.confidence,
      triggeredBy: data.triggered_by,
      correlationId: data.correlation_id,
      origin,
    },
    key: createHash('sha256')
      .update(JSON.stringify([event.source, event.id]))
      .digest('hex'),
    expired: isExpired(origin, now),
  };
}

function readData({ data }: IncomingEvent, where: string) {
  try {
    return parseWith(lambdaTriggerDataSchema, data, ['data']);
  } catch (error) {
    if (!InvalidInputError.isInstance(error)) throw error;
    throw new EventError('malformed', `${where}${error.message}`, { cause: error });
  }
}
