import { EventError, InvalidInputError } from '../../core/errors.js';
import type { Alert } from '../../domain/alert/alert.js';
import { type EachAlert, parseEachAlert } from '../../domain/alert/parse-each-alert.js';
import { describeValue, quote } from '../../domain/describe.js';
import { ALERT_FIRED } from '../event-types.js';
import { type EventOrigin, isExpired, originOf } from '../message/event-origin.js';
import { type EventMessage, type IncomingEvent, openMessage, readBatchItem } from '../message/read-message.js';
import {
  type BatchPlace,
  checkSkipped,
  NO_BATCH,
  refusalOf,
  type SkippedAlert,
  skippedAlert,
  skippedEvent,
} from './skipped-alert.js';

/** Alerts as they came in one CloudEvent or one webhook of an Alertmanager. */
export interface ReceivedEvent {
  /** At least one. */
  readonly alerts: readonly Alert[];
  /** Of a CloudEvent; an Alertmanager names none. */
  readonly origin: EventOrigin | undefined;
  /** True when the event's `expirytime` has come: nothing should be done about it any more. */
  readonly expired: boolean;
}

/** What a request held. */
export interface ReceivedEvents {
  /** At least one, unless the batch was empty. */
  readonly events: readonly ReceivedEvent[];
  /** What is not among the events, since it is faulty, in the order it came. Sending it again cannot help. */
  readonly skipped: readonly SkippedAlert[];
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
 * Alertmanager webhook, or such a webhook by itself (version "4"). An empty batch gives no events.
 *
 * Neither an Alertmanager nor a broker sends again what was answered 4xx, so a faulty alert does not cost the valid ones
 * beside it, and neither does a faulty event of a batch: it is left out, and `skipped` says which one it was and what was
 * expected. The request is refused when nothing in it is valid, or more is faulty than an input may hold
 * alerts (10,000).
 *
 * @throws EventError, whose `status` (400, 413, 415) is the one to answer with
 *
 * @example
 * const { events, skipped } = receiveEvents({ headers, body });
 * for (const { expected } of skipped) console.warn(`skipped an alert: ${expected}`);
 */
export function receiveEvents(message: EventMessage, options: ReceiveOptions = {}): ReceivedEvents {
  const { now = Date.now(), maxBytes, types = [ALERT_FIRED] } = options;
  const content = openMessage(message, maxBytes);
  const events: ReceivedEvent[] = [];
  const skipped: SkippedAlert[] = [];
  const take = (
    event: IncomingEvent | undefined,
    { alerts, faulty }: EachAlert,
    place: BatchPlace = NO_BATCH,
  ): void => {
    const origin = event && originOf(event);
    if (alerts.length > 0) events.push({ alerts, origin, expired: origin !== undefined && isExpired(origin, now) });
    for (const alert of faulty) skipped.push(skippedAlert(alert, place));
  };

  if (content.mode === 'plain') take(undefined, readWebhook(content.body));
  else if (content.mode !== 'batch') take(content.event, readAlerts(content.event, types));
  else {
    for (const [index, item] of content.items.entries()) {
      const place = { index, where: `[${index}].` };
      try {
        const event = readBatchItem(item, index);
        take(event, readAlerts(event, types, place), place);
      } catch (error) {
        if (!EventError.isInstance(error)) throw error;
        skipped.push(skippedEvent(error, place));
      }
      checkSkipped(skipped);
    }
  }
  if (events.length === 0 && skipped.length > 0) throw refusalOf(skipped);
  return { events, skipped };
}

function readWebhook(body: unknown): EachAlert {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !Object.hasOwn(body, 'alerts')) {
    const hint =
      typeof body === 'object' && body !== null && Object.hasOwn(body, 'specversion')
        ? '; a CloudEvent in structured mode has the content-type application/cloudevents+json'
        : '';
    throw new EventError('malformed', `expected an Alertmanager webhook, received ${describeValue(body)}${hint}`);
  }
  // Of the envelope only what makes it a webhook: whatever else a template put beside it is none of our concern.
  const { version, alerts } = body as { version?: unknown; alerts: unknown };
  return parse({ ...(version !== undefined && { version }), alerts }, [], NO_BATCH);
}

/** Data is read as an alert or a webhook only, never as one more envelope. */
function readAlerts({ type, data }: IncomingEvent, types: readonly string[], place: BatchPlace = NO_BATCH): EachAlert {
  if (types.includes(type)) return parse(data, ['data'], place);
  throw new EventError('unknown-type', `${place.where}type: expected ${types.join(' or ')}, received ${quote(type)}`);
}

function parse(input: unknown, path: readonly string[], { where }: BatchPlace): EachAlert {
  try {
    return parseEachAlert(input, path);
  } catch (error) {
    if (!InvalidInputError.isInstance(error)) throw error;
    throw new EventError('malformed', `${where}${error.message}`, { cause: error });
  }
}
