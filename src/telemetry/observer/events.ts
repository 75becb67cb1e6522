/**
 * What telemetry reads of the events of chain, Remediator, client, guardrails, sink and runtime. The rooms that emit
 * them need not be known here: whatever has this shape can be observed.
 */

/** One phase of a chain that was asked. */
export interface AttemptSeen {
  readonly phase: string;
  readonly outcome: string;
  readonly lambdaFunction?: string | undefined;
  /** In [0, 1]. */
  readonly confidence?: number | undefined;
  /** In [0, 1]. */
  readonly threshold: number;
  /** Words that may repeat what the alert says. */
  readonly reason: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

export interface DecisionSeen {
  readonly outcome: string;
  readonly lambdaFunction: string | null;
  readonly confidence: number;
  readonly phase: string | null;
  /** Words that may repeat what the alert says. */
  readonly reasoning: string;
  /** Of the TRM, when its phase was taken. */
  readonly decision?: { readonly iterations: number } | undefined;
  readonly attempts: readonly AttemptSeen[];
  readonly correlationId: string;
  /** Milliseconds. */
  readonly durationMs: number;
}

export interface ChainEvents {
  chain_started: {
    readonly correlationId: string;
    readonly alertname: string;
    readonly fingerprint: string;
    readonly phases: readonly string[];
  };
  phase_started: { readonly correlationId: string; readonly phase: string; readonly threshold: number };
  phase_ended: { readonly correlationId: string; readonly attempt: AttemptSeen };
  chain_decided: { readonly correlationId: string; readonly decision: DecisionSeen };
  chain_aborted: {
    readonly correlationId: string;
    readonly error: unknown;
    readonly attempts: readonly AttemptSeen[];
  };
  threshold_changed: { readonly phase: string | null; readonly from: number; readonly to: number };
}

export interface AlertSeen {
  readonly labels: Readonly<Record<string, string>>;
  readonly fingerprint?: string | undefined;
}

export interface VerdictSeen {
  readonly act: boolean;
  readonly mode: string;
  readonly refusals: readonly { readonly check: string; readonly detail: string }[];
}

export interface RemediationSeen {
  readonly alert: AlertSeen;
  readonly outcome: string;
  readonly decision: DecisionSeen;
  readonly verdict?: VerdictSeen | undefined;
  readonly eventId?: string | undefined;
  readonly error?: unknown;
}

interface AlertFailure {
  readonly alert: AlertSeen;
  readonly error: unknown;
}

export interface RemediatorEvents {
  remediation_ended: { readonly remediation: RemediationSeen };
  remediation_failed: AlertFailure;
  remediation_joined: { readonly alert: AlertSeen };
  confirmation_failed: AlertFailure;
  release_failed: AlertFailure;
}

/** One provider that a client asked. */
export interface ProviderAttemptSeen {
  readonly provider: string;
  readonly modelId: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
  readonly message: string;
  readonly durationMs: number;
  readonly confidence?: number | undefined;
}

export interface ClientEvents {
  trm_client_initialized: {
    readonly modelName: string | undefined;
    readonly providers: readonly { readonly name: string; readonly modelId: string; readonly recursion: string }[];
  };
  trm_generation_started: { readonly conversationId: string; readonly promptLength: number };
  trm_generation_completed: {
    readonly conversationId: string;
    readonly provider: string;
    readonly modelName: string;
    readonly confidence: number;
    readonly reflectionSteps: number;
    readonly stopReason: string;
    readonly tokensUsed: number;
    readonly durationMs: number;
    readonly attempts: readonly ProviderAttemptSeen[];
  };
  trm_generation_failed: {
    readonly conversationId: string;
    readonly error: unknown;
    readonly durationMs: number;
    readonly attempts: readonly ProviderAttemptSeen[];
  };
  trm_provider_fallback: {
    readonly conversationId: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
    readonly message: string;
  };
}

/** A model that a service answers with. */
export interface ModelSeen {
  readonly id: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly executionProvider: string;
  /** How its confidence was calibrated, such as `isotonic`. */
  readonly calibration?: string | undefined;
  /** Milliseconds since 1970. */
  readonly calibratedAt?: number | undefined;
}

/** What the inference service tells of itself. */
export interface ServiceEvents {
  /** `route` is the pattern of the route, never the path. */
  request_ended: {
    readonly requestId: string;
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly durationMs: number;
    readonly principal: string | undefined;
  };
  request_refused: {
    readonly requestId: string;
    readonly route: string;
    readonly status: number;
    readonly problem: string;
    readonly reason: string;
  };
  alert_skipped: {
    readonly requestId: string;
    readonly route: string;
    readonly eventIndex: number | undefined;
    readonly alertIndex: number | undefined;
    readonly alertname: string | undefined;
    readonly fingerprint: string | undefined;
    readonly expected: string;
  };
  request_failed: { readonly requestId: string; readonly route: string; readonly error: unknown };
  work_queued: { readonly waiting: number; readonly active: number };
  work_started: { readonly waitMs: number; readonly waiting: number; readonly active: number };
  work_ended: { readonly waiting: number; readonly active: number };
  work_shared: { readonly kind: string };
  batch_computed: { readonly rows: number };
  model_switched: { readonly model: ModelSeen; readonly previous: ModelSeen | undefined };
  model_refused: { readonly error: unknown };
  model_released: { readonly model: ModelSeen };
  limiter_failed: { readonly error: unknown };
  draining: { readonly inFlight: number };
}

/** What an instance of a Runtime passes to `onEvent`. */
export type RuntimeEventSeen =
  | {
      readonly type: 'execution-provider-fallback';
      readonly session: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
    }
  | { readonly type: 'execution-provider-skipped'; readonly provider: string; readonly reason: string }
  | { readonly type: 'worker-lost'; readonly reason: string };

/** How an action ended, as a lambda handler or an outcome report tells it. */
export interface OutcomeSeen {
  /** The same id counts once. */
  readonly eventId?: string | undefined;
  readonly lambdaFunction: string;
  readonly outcome: string;
  /** Milliseconds that the function took, where that is known. */
  readonly durationMs?: number | undefined;
}

/** The identity of an event that is sent; its data is never looked at. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
}

/** What watched guardrails, sinks and runtimes tell. */
export interface WatchedEvents {
  guardrails_judged: { readonly verdict: VerdictSeen; readonly lambdaFunction: string };
  event_delivered: {
    readonly event: SentEvent;
    readonly status: number;
    readonly attempts: number;
    readonly durationMs: number;
  };
  event_undelivered: { readonly event: SentEvent; readonly error: unknown; readonly durationMs: number };
  outcome_recorded: OutcomeSeen;
  runtime_event: RuntimeEventSeen;
}

export type ObservedEvents = ChainEvents & RemediatorEvents & ClientEvents & ServiceEvents & WatchedEvents;

/** What a subscriber does with each event; what it leaves out is not listened to. */
export type Handlers = { readonly [N in keyof ObservedEvents]?: (event: ObservedEvents[N]) => void };

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;
type Subscribe<E> = Intersection<{ [N in keyof E]: (event: N, listener: (event: E[N]) => void) => unknown }[keyof E]>;

/** Whatever emits the events of `E`: the classes of this package do, and so does every emitter of that shape. */
export interface Source<E> {
  readonly events: { readonly on: Subscribe<E>; readonly off: Subscribe<E> };
}

export type ObservedSource =
  | Source<ChainEvents>
  | Source<RemediatorEvents>
  | Source<ClientEvents>
  | Source<ServiceEvents>;
