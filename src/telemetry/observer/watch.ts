import type { OutcomeSeen, SentEvent, VerdictSeen, WatchedEvents } from './events.js';

interface Signalled {
  readonly signal?: AbortSignal | undefined;
}

/** Guardrails as far as they are watched. */
export interface WatchableGuardrails {
  evaluate(action: { readonly call: { readonly lambdaFunction: string } }, options?: Signalled): Promise<VerdictSeen>;
  recordOutcome(report: OutcomeReportSeen, options?: Signalled): Promise<void>;
}

/** An event sink as far as it is watched. */
export interface WatchableSink {
  send(event: SentEvent, options?: Signalled): Promise<{ readonly status: number; readonly attempts: number }>;
}

/** An outcome as `onOutcome` of `handleLambdaEvents`, an outcome report or the caller's own words tell it. */
export interface OutcomeReportSeen {
  readonly eventId?: string | undefined;
  readonly call: {
    readonly lambdaFunction: string;
    /** The event that carried the call. */
    readonly origin?: { readonly id: string } | undefined;
  };
  /** Left out where no function ran, which tells nothing. */
  readonly outcome?: string | undefined;
  readonly durationMs?: number | undefined;
}

/** What counts of a report; undefined when no function ran. */
export function readOutcome(report: OutcomeReportSeen): OutcomeSeen | undefined {
  const { call, outcome, durationMs } = report;
  if (outcome === undefined) return undefined;
  return { eventId: report.eventId ?? call.origin?.id, lambdaFunction: call.lambdaFunction, outcome, durationMs };
}

/** Guardrails that do the same and tell of it. What they give is the very object that the watched ones gave. */
export function watchGuardrails<G extends WatchableGuardrails>(
  guardrails: G,
  tell: {
    readonly judged: (event: WatchedEvents['guardrails_judged']) => void;
    readonly outcome: (outcome: OutcomeSeen | undefined) => void;
  },
): G {
  const watched: WatchableGuardrails = {
    evaluate: async (action, options) => {
      const verdict = await guardrails.evaluate(action, options);
      tell.judged({ verdict, lambdaFunction: action.call.lambdaFunction });
      return verdict;
    },
    // Told when the guardrails have it: what they rejected is reported again.
    recordOutcome: async (report, options) => {
      await guardrails.recordOutcome(report, options);
      tell.outcome(readOutcome(report));
    },
  };
  return override(guardrails, watched);
}

/** A sink that does the same and tells of it. */
export function watchSink<S extends WatchableSink>(
  sink: S,
  tell: {
    readonly delivered: (event: WatchedEvents['event_delivered']) => void;
    readonly undelivered: (event: WatchedEvents['event_undelivered']) => void;
  },
): S {
  const watched: WatchableSink = {
    send: async (event, options) => {
      const start = performance.now();
      const seen = { id: event.id, type: event.type, source: event.source };
      try {
        const delivery = await sink.send(event, options);
        const { status, attempts } = delivery;
        tell.delivered({ event: seen, status, attempts, durationMs: performance.now() - start });
        return delivery;
      } catch (error) {
        tell.undelivered({ event: seen, error, durationMs: performance.now() - start });
        throw error;
      }
    },
  };
  return override(sink, watched);
}

/** The object with some methods replaced; all else, getters too, is read from the original at the time of use. */
function override<T extends object>(original: T, methods: object): T {
  const replaced = methods as Readonly<Record<PropertyKey, unknown>>;
  // Over an object of its own, since a proxy of a frozen one may not replace anything.
  const stand = Object.create(Object.getPrototypeOf(original) as object | null) as T;
  return new Proxy(stand, {
    get(_, key) {
      if (Object.hasOwn(replaced, key)) return replaced[key];
      const value: unknown = Reflect.get(original, key, original);
      // Methods of a class need their own object, whose private fields a proxy does not have.
      return typeof value === 'function' ? value.bind(original) : value;
    },
    has: (_, key) => Reflect.has(original, key),
  });
}
