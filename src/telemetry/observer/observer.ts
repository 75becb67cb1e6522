import { ConfigurationError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import type { Handlers, ObservedEvents, ObservedSource, OutcomeSeen, RuntimeEventSeen } from './events.js';
import {
  type OutcomeReportSeen,
  readOutcome,
  type WatchableGuardrails,
  type WatchableSink,
  watchGuardrails,
  watchSink,
} from './watch.js';

export type Unsubscribe = () => void;

/** Something that looks on: metrics, spans or logs. Whatever goes wrong in it stays in it. */
export interface Observer {
  /** Listens to a RemediationChain, a Remediator, a TRMClient or an inference service until the function that it gives is called. */
  observe(source: ObservedSource): Unsubscribe;
  /** The same guardrails, whose verdicts and outcomes are seen. Use what it gives in place of what it takes. */
  watchGuardrails<G extends WatchableGuardrails>(guardrails: G): G;
  /** The same sink, whose deliveries are seen. Use what it gives in place of what it takes. */
  watchSink<S extends WatchableSink>(sink: S): S;
  /** For the option `onEvent` of a Runtime. */
  readonly onRuntimeEvent: (event: RuntimeEventSeen) => void;
  /**
   * For the option `onOutcome` of `handleLambdaEvents`, and for outcomes that are known from elsewhere. Outcomes of one
   * event id count once, so it does no harm beside watched guardrails.
   */
  readonly onOutcome: (report: OutcomeReportSeen) => void;
}

/** Events that sources emit by themselves, in contrast to those that watching makes. */
const EMITTED = [
  'chain_started',
  'phase_started',
  'phase_ended',
  'chain_decided',
  'chain_aborted',
  'threshold_changed',
  'remediation_ended',
  'remediation_failed',
  'remediation_joined',
  'confirmation_failed',
  'release_failed',
  'trm_client_initialized',
  'trm_generation_started',
  'trm_generation_completed',
  'trm_generation_failed',
  'trm_provider_fallback',
  'request_ended',
  'request_refused',
  'alert_skipped',
  'request_failed',
  'work_queued',
  'work_started',
  'work_ended',
  'work_shared',
  'batch_computed',
  'model_switched',
  'model_refused',
  'model_released',
  'limiter_failed',
  'draining',
] as const satisfies readonly (keyof ObservedEvents)[];

/** Event ids whose outcome was seen; older ones are forgotten, and would count again. */
const REMEMBERED_OUTCOMES = 10_000;

interface AnyEmitter {
  on(event: string, listener: (event: never) => void): unknown;
  off(event: string, listener: (event: never) => void): unknown;
}

/**
 * Makes an observer of what it does with each event.
 *
 * @param name how the warning about a handler that throws calls it; there is one warning, and nothing else comes of it
 */
export function createObserver(name: string, handlers: Handlers): Observer {
  const guarded = guardHandlers(name, handlers);
  const told = rememberLast(REMEMBERED_OUTCOMES);
  const outcome = (seen: OutcomeSeen | undefined): void => {
    if (seen === undefined || (seen.eventId !== undefined && !told(seen.eventId))) return;
    guarded.outcome_recorded?.(seen);
  };
  return {
    observe(source) {
      const emitter = emitterOf(source);
      const listeners = EMITTED.flatMap((event) => {
        const listener = guarded[event];
        return listener === undefined ? [] : [[event, listener as (event: never) => void] as const];
      });
      for (const [event, listener] of listeners) emitter.on(event, listener);
      return () => {
        for (const [event, listener] of listeners.splice(0)) emitter.off(event, listener);
      };
    },
    watchGuardrails: (guardrails) =>
      watchGuardrails(guardrails, {
        judged: (event) => guarded.guardrails_judged?.(event),
        outcome,
      }),
    watchSink: (sink) =>
      watchSink(sink, {
        delivered: (event) => guarded.event_delivered?.(event),
        undelivered: (event) => guarded.event_undelivered?.(event),
      }),
    onRuntimeEvent: (event) => guarded.runtime_event?.(event),
    onOutcome: (report) => outcome(readOutcome(report)),
  };
}

/** Several observers as one. */
export function combineObservers(observers: readonly Observer[]): Observer {
  return {
    observe(source) {
      const ends = observers.map((observer) => observer.observe(source));
      return () => {
        for (const end of ends) end();
      };
    },
    watchGuardrails: (guardrails) => observers.reduce((watched, one) => one.watchGuardrails(watched), guardrails),
    watchSink: (sink) => observers.reduce((watched, one) => one.watchSink(watched), sink),
    onRuntimeEvent: (event) => {
      for (const observer of observers) observer.onRuntimeEvent(event);
    },
    onOutcome: (report) => {
      for (const observer of observers) observer.onOutcome(report);
    },
  };
}

function emitterOf(source: ObservedSource): AnyEmitter {
  const events = source?.events as unknown as Partial<AnyEmitter> | undefined;
  if (typeof events?.on !== 'function' || typeof events.off !== 'function') {
    throw new ConfigurationError(
      `observe: expected a RemediationChain, a Remediator, a TRMClient or a service, received ${describeValue(source)}`,
    );
  }
  return events as AnyEmitter;
}

/** An emitter of the caller's own may not guard its listeners, so the handlers guard themselves. */
function guardHandlers(name: string, handlers: Handlers): Handlers {
  let reported = false;
  const guard = ([event, handler]: [string, (event: never) => void]): [string, (event: never) => void] => [
    event,
    (value) => {
      try {
        handler(value);
      } catch (error) {
        if (reported) return;
        reported = true;
        const kind = error instanceof Error ? error.name : typeof error;
        process.emitWarning(`${name} failed at ${event}, which is ignored: ${kind}`, 'AgentTrmWarning');
      }
    },
  ];
  return Object.fromEntries(Object.entries(handlers as Record<string, (event: never) => void>).map(guard));
}

/** Says whether a key is new, and remembers the last `limit` of them. */
function rememberLast(limit: number): (key: string) => boolean {
  const known = new Set<string>();
  return (key) => {
    if (known.has(key)) return false;
    known.add(key);
    if (known.size > limit) known.delete(known.values().next().value as string);
    return true;
  };
}
