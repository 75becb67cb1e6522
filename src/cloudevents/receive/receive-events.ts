import { EventError, InvalidInputError } from '../../core/errors.js';
import type { Alert } from '../../domain/alert/alert.js';
import { parseAlerts } from '../../domain/alert/parse-alerts.js';
import { describeValue, quote } from '../../domain/describe.js';
import { ALERT_FIRED } from '../event-types.js';
import { type EventOrigin, isExpired, originOf } from '../message/event-origin.js';
import { type EventMessage, type IncomingEvent, readMessage } from '../message/read-message.js';

/** Alerts as they came in one CloudEvent or one webhook of an Alertmanager. */
export interface ReceivedEvent {
  /** At least one. */
  readonly alerts: readonly Alert[];
  /** Of a CloudEvent; an Alertmanager names none. */
  readonly origin: EventOrigin | undefined;
  /** True when the event's `expirytime` has come: nothing should be done about it any more. */
  readonly expired: boolean;
}

export interface ReceiveOptions {
  /** Milliseconds since the epoch, for `expirytime`; default the current time. */
  readonly now?: number | undefined;
  /** Most bytes of a body. Default 2 097 152 (2 MiB). */
  readonly maxBytes?: number | undefined;
  /** Event types that carry alerts. Default {@link ALERT_FIRED}. */
  readonly types?: readonly string[] | undefined;
}

/**
 * Reads alerts from an HTTP request: CloudEvents 1.0 in binary, structured or batch mode whose data is an alert or an
 * Alertmanager webhook, or such a webhook by itself (version "4"). It is all or nothing: one faulty event of a batch
 * refuses the batch. An empty batch gives an empty list.
 *
 * @throws EventError, whose `status` (400, 413, 415) is the one to answer with
 */
export function receiveEvents(message: EventMessage, options: ReceiveOptions = {}): readonly ReceivedEvent[] {
  const { now = Date.now(), maxBytes, types = [ALERT_FIRED] } = options;
  const content = readMessage(message, maxBytes);
  if (content.mode === 'plain') return [{ alerts: readWebhook(content.body), origin: undefined, expired: false }];
  return content.events.map((event, index) => {
    const where = content.mode === 'batch' ? `[${index}].` : '';
    if (!types.includes(event.type)) {
      throw new EventError(
        'unknown-type',
        `${where}type: expected ${types.join(' or ')}, received ${quote(event.type)}`,
      );
    }
    const origin = originOf(event);
    return { alerts: readAlerts(event, where), origin, expired: isExpired(origin, now) };
  });
}

function readWebhook(body: unknown): Alert[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !Object.hasOwn(body, 'alerts')) {
    const hint =
      typeof body === 'object' && body !== null && Object.hasOwn(body, 'specversion')
        ? '; a CloudEvent in structured mode has the content-type application/cloudevents+json'
        : '';
    throw new EventError('malformed', `expected an Alertmanager webhook, received ${describeValue(body)}${hint}`);
  }
  // Of the envelope only what makes it a webhook: whatever else a template put beside it is none of our concern.
  const { version, alerts } = body as { version?: unknown; alerts: unknown };
  return parse({ ...(version !== undefined && { version }), alerts }, '');
}

/** Data is read as an alert or a webhook only, never as one more envelope. */
function readAlerts({ id, source, type, data }: IncomingEvent, where: string): Alert[] {
  return parse({ specversion: '1.0', id, source, type, data }, where);
}

function parse(input: unknown, where: string): Alert[] {
  try {
    return parseAlerts(input);
  } catch (error) {
    if (!InvalidInputError.isInstance(error)) throw error;
    throw new EventError('malformed', `${where}${error.message}`, { cause: error });
  }
}
