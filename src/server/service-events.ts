import { GuardedEmitter } from '../core/guarded-emitter.js';
import type { ProblemName } from './http/problem.js';
import type { ModelIdentity } from './model/service-model.js';

/** Why a request was refused, in the few words that metrics count. */
export type RefusalReason =
  | 'missing'
  | 'invalid'
  | 'expired'
  | 'scope'
  | 'rate-limit'
  | 'too-large'
  | 'malformed'
  | 'overloaded'
  | 'timeout'
  | 'draining'
  | 'other';

/** What the service tells those who listen. Of a request's content nothing is in it but names of alerts. */
export interface ServiceEvents {
  /** A request was answered. `route` is the pattern of the route, never the path. */
  request_ended: (event: {
    readonly requestId: string;
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly durationMs: number;
    readonly principal: string | undefined;
  }) => void;
  /** A request was answered with a problem, beside `request_ended`. */
  request_refused: (event: {
    readonly requestId: string;
    readonly route: string;
    readonly status: number;
    readonly problem: ProblemName;
    readonly reason: RefusalReason;
  }) => void;
  /**
   * A faulty alert was left out of a request that also holds valid ones. Places are those in the batch and in the
   * webhook, where there was one; texts are without secrets.
   */
  alert_skipped: (event: {
    readonly requestId: string;
    readonly route: string;
    readonly eventIndex: number | undefined;
    readonly alertIndex: number | undefined;
    readonly alertname: string | undefined;
    readonly fingerprint: string | undefined;
    /** What was expected and where, with nothing of the values that came. */
    readonly expected: string;
  }) => void;
  /** A request ended in a fault of the service; `error` is without secrets. */
  request_failed: (event: { readonly requestId: string; readonly route: string; readonly error: Error }) => void;
  /** An alert waits to be decided. */
  work_queued: (event: { readonly waiting: number; readonly active: number }) => void;
  /** An alert is being decided; it waited so long for its turn. */
  work_started: (event: { readonly waitMs: number; readonly waiting: number; readonly active: number }) => void;
  /** An alert was decided, or given up, also before its turn had come. */
  work_ended: (event: { readonly waiting: number; readonly active: number }) => void;
  /** An alert is answered by the computation of an identical one. */
  work_shared: (event: { readonly kind: 'decide' | 'reason' }) => void;
  /** The model computed a step of so many alerts together. */
  batch_computed: (event: { readonly rows: number }) => void;
  /** A model answers from now on; `previous` is undefined for the first one. */
  model_switched: (event: { readonly model: ModelIdentity; readonly previous: ModelIdentity | undefined }) => void;
  /** A model was not taken; the present one goes on answering. `error` is without secrets. */
  model_refused: (event: { readonly error: Error }) => void;
  /** A model that was replaced has given its last answer. */
  model_released: (event: { readonly model: ModelIdentity }) => void;
  /** What the rate limiter failed with; requests are refused meanwhile. */
  limiter_failed: (event: { readonly error: Error }) => void;
  /** No new work is taken; what was accepted is finished. */
  draining: (event: { readonly inFlight: number }) => void;
}

/** An emitter whose listeners cannot harm the service or each other. */
export class ServiceEmitter extends GuardedEmitter<ServiceEvents> {}
