import type { Action, ActionDispatcher } from '../../domain/action/action.js';
import type { EventSink } from '../sink/event-sink.js';
import { createTriggerEvent } from './trigger-event.js';

export interface TriggerDispatcherOptions {
  /** Where triggers go. It stays the caller's. */
  readonly sink: Pick<EventSink, 'send'>;
  /** Version of policy and model; another version makes another trigger of the same action. */
  readonly policyVersion: string;
  /** Milliseconds after which a trigger is of no use any more. Default 10 minutes. */
  readonly ttlMs?: number | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
}

const DEFAULT_TTL_MS = 600_000;

/** Carries actions out as trigger events, which count as accepted when the sink has accepted them. */
export function createTriggerDispatcher(options: TriggerDispatcherOptions): ActionDispatcher {
  const { sink, policyVersion, ttlMs = DEFAULT_TTL_MS, clock = Date.now } = options;
  return {
    async dispatch(action: Action, { signal }) {
      const event = createTriggerEvent({ ...action, policyVersion, ttlMs, now: clock() });
      await sink.send(event, { signal });
      return { eventId: event.id };
    },
  };
}
