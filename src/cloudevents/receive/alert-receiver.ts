import { createDeadline } from '../../core/deadline.js';
import {
  createEventListener,
  type EventRequestListener,
  type EventRequestOptions,
  resolveListenerOptions,
} from '../http/event-listener.js';
import { ACCEPTED } from '../http/reply.js';
import { type ReceivedEvent, type ReceiveOptions, receiveEvents } from './receive-events.js';
import type { SkippedAlert } from './skipped-alert.js';

/** Takes alerts. What it rejects with decides the answer: see {@link createAlertReceiver}. */
export type TakeAlerts = (events: readonly ReceivedEvent[], options: { readonly signal: AbortSignal }) => Promise<void>;

export interface AlertReceiverOptions extends EventRequestOptions, Pick<ReceiveOptions, 'types'> {
  /** Handles alerts; expired events are left out. */
  readonly onAlerts: TakeAlerts;
  /**
   * Keeps alerts where they survive a crash. With it a request is answered as soon as they are kept, and `onAlerts`
   * goes on behind the answer; what that rejects with goes to `onError`. The sender does not send them again then: who
   * keeps them has to bring them again.
   */
  readonly durable?: TakeAlerts | undefined;
  /** Told of events that came too late. Must not throw. */
  readonly onExpired?: ((event: ReceivedEvent) => void) | undefined;
  /**
   * Told of faulty alerts that were left out beside valid ones, for each request that brings them. Must not throw.
   * Default: their errors go to `onError`.
   */
  readonly onSkipped?: ((alert: SkippedAlert) => void) | undefined;
  /** Milliseconds since the epoch, for `expirytime`. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * A listener for alerts from a Knative broker (CloudEvents) and from an Alertmanager (webhooks).
 *
 * It answers 202 once `onAlerts`, or `durable` where there is one, has resolved: who wants alerts acknowledged only
 * after the sink accepted what they led to, waits for `send` in `onAlerts`, as `handle` of a `Remediator` does. Faulty
 * alerts beside valid ones are left out and told to `onSkipped`, since refusing the request would lose them all. It
 * answers 400, 413 or 415 to what can never be read; 405 to other methods than POST; 503 when there is no room, when
 * time is up, and when `onAlerts` rejects with OverloadedError, DeliveryError, AbortedError or DeadlineExceededError;
 * 500 when it rejects with anything else. Both senders send again after a 5xx, so `onAlerts` has to take the same alert
 * more than once.
 *
 * @throws ConfigurationError for an option out of its range
 */
export function createAlertReceiver(options: AlertReceiverOptions): EventRequestListener {
  const { onAlerts, durable, onExpired, onError, types, now = Date.now, signal } = options;
  const { onSkipped = ({ error }) => onError?.(error) } = options;
  const { maxBytes, timeoutMs } = resolveListenerOptions(options);

  const goOn = async (events: readonly ReceivedEvent[]): Promise<void> => {
    const deadline = createDeadline({ signal, timeoutMs });
    try {
      await onAlerts(events, { signal: deadline.signal });
    } catch (error) {
      onError?.(error);
    } finally {
      deadline.dispose();
    }
  };

  return createEventListener(options, async (message, deadline) => {
    const { events, skipped } = receiveEvents(message, { now: now(), maxBytes, types });
    const live = events.filter(({ expired }) => !expired);
    for (const event of events) if (event.expired) onExpired?.(event);
    for (const alert of skipped) onSkipped(alert);
    if (live.length === 0) return ACCEPTED;
    if (durable === undefined) {
      await onAlerts(live, { signal: deadline });
      return ACCEPTED;
    }
    await durable(live, { signal: deadline });
    return { ...ACCEPTED, rest: goOn(live) };
  });
}
