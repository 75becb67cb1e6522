/**
 * Every error of this package, each with a stable `code` that callers can branch on.
 *
 * The package is published as ESM and CJS with several entry points, so one process may hold two copies of a
 * class. A registered symbol marks the instances instead, and `instanceof` and `isInstance` look at that mark.
 */

const BRAND: unique symbol = Symbol.for('agent-trm.error') as never;

/** Base of all errors thrown by this package. */
export class AgentTrmError extends Error {
  static readonly code: string = 'AGENT_TRM_ERROR';
  /** Stable identifier of the kind of failure. */
  readonly code: string;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = new.target.code;
    Object.defineProperty(this, BRAND, { value: brandsOf(new.target), enumerable: false });
  }

  /** True for an instance of this class or of a subclass, also one made by another copy of the package. */
  static isInstance<T extends abstract new (...args: never[]) => unknown>(
    this: T,
    value: unknown,
  ): value is InstanceType<T> {
    if (typeof value !== 'object' || value === null) return false;
    const brands = (value as { [BRAND]?: readonly string[] })[BRAND];
    return Array.isArray(brands) && brands.includes((this as unknown as { code: string }).code);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return (AgentTrmError.isInstance as (this: unknown, value: unknown) => boolean).call(this, value);
  }
}

function brandsOf(type: unknown): readonly string[] {
  const brands: string[] = [];
  for (
    let current = type;
    typeof current === 'function' && 'code' in current;
    current = Object.getPrototypeOf(current)
  ) {
    brands.push((current as { code: string }).code);
  }
  return brands;
}

/** Input that breaks the documented shape; `path` names the offending field, such as `labels.alertname`. */
export class InvalidInputError extends AgentTrmError {
  static override readonly code: string = 'INVALID_INPUT';
  readonly path: string;
  constructor(path: string, message: string, options?: { cause?: unknown }) {
    super(path === '' ? message : `${path}: ${message}`, options);
    this.path = path;
  }
}

/** An option or environment variable with a value that cannot be used. */
export class ConfigurationError extends AgentTrmError {
  static override readonly code: string = 'CONFIGURATION';
}

/** A graph that cannot be built: names the operator and the shapes it was given. */
export class GraphError extends AgentTrmError {
  static override readonly code: string = 'GRAPH';
}

/** A checkpoint or weights file that is missing, damaged, unsafe or of another architecture. */
export class CheckpointError extends AgentTrmError {
  static override readonly code: string = 'CHECKPOINT';
}

/** A model folder that cannot be used: file missing, hash mismatch, unknown format version. */
export class ModelLoadError extends AgentTrmError {
  static override readonly code: string = 'MODEL_LOAD';
}

/** No execution provider could start, or the one asked for could not in strict mode. */
export class ExecutionProviderError extends AgentTrmError {
  static override readonly code: string = 'EXECUTION_PROVIDER';
}

/** onnxruntime failed while it ran a graph. */
export class InferenceError extends AgentTrmError {
  static override readonly code: string = 'INFERENCE';
}

/** The deadline passed before the work was done. */
export class DeadlineExceededError extends AgentTrmError {
  static override readonly code: string = 'DEADLINE_EXCEEDED';
}

/** The caller's AbortSignal fired; its reason is the `cause`. */
export class AbortedError extends AgentTrmError {
  static override readonly code: string = 'ABORTED';
}

/** More requests than the configured queue takes; trying again later can help. */
export class OverloadedError extends AgentTrmError {
  static override readonly code: string = 'OVERLOADED';
}

/** A method was called after `dispose()`. */
export class DisposedError extends AgentTrmError {
  static override readonly code: string = 'DISPOSED';
}

/**
 * Why a text provider gave no answer. `unavailable`, `overloaded` and `timeout` may pass; the others need a hand:
 * `unauthorized` a token, `model-missing` a model, `unsupported` another option, `bad-response` another server;
 * `out-of-domain` says that the model is not made for the request.
 */
export type ProviderFailure =
  | 'unavailable'
  | 'overloaded'
  | 'timeout'
  | 'unauthorized'
  | 'model-missing'
  | 'unsupported'
  | 'bad-request'
  | 'bad-response'
  | 'out-of-domain';

/** A text provider could not answer; the message says what was tried and how to fix it, without secrets. */
export class ProviderError extends AgentTrmError {
  static override readonly code: string = 'PROVIDER';
  readonly provider: string;
  readonly reason: ProviderFailure;
  /** HTTP status of the server's answer, where there was one. */
  readonly status: number | undefined;
  constructor(
    provider: string,
    reason: ProviderFailure,
    message: string,
    options?: { cause?: unknown; status?: number | undefined },
  ) {
    super(`${provider}: ${message}`, options);
    this.provider = provider;
    this.reason = reason;
    this.status = options?.status;
  }
}

/** No provider of the chain could answer; `attempts` lists who was tried and why each failed. */
export class NoProviderAvailableError extends AgentTrmError {
  static override readonly code: string = 'NO_PROVIDER_AVAILABLE';
  readonly attempts: readonly { readonly provider: string; readonly reason: string; readonly message: string }[];
  constructor(attempts: readonly { readonly provider: string; readonly reason: string; readonly message: string }[]) {
    const lines = attempts.map(({ message }) => `  - ${message}`);
    super(['no provider could answer:', ...lines].join('\n'));
    this.attempts = attempts;
  }
}

/** A dataset row, a training configuration or a run folder that cannot be used. */
export class TrainingError extends AgentTrmError {
  static override readonly code: string = 'TRAINING';
}

/**
 * Why an event or webhook that came in was refused: not what its form demands; over the size limit; a media type that
 * is not read; an event type that is not handled here; a function that is not handled here; parameters that break the
 * function's schema. Sending the same again cannot help.
 */
export type EventRefusal =
  | 'malformed'
  | 'too-large'
  | 'unsupported-media-type'
  | 'unknown-type'
  | 'unknown-function'
  | 'invalid-parameters';

/** An event or webhook that cannot be taken; `status` is the HTTP status to answer it with (400, 413 or 415). */
export class EventError extends AgentTrmError {
  static override readonly code: string = 'EVENT';
  readonly reason: EventRefusal;
  readonly status: number;
  constructor(reason: EventRefusal, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
    this.status = reason === 'too-large' ? 413 : reason === 'unsupported-media-type' ? 415 : 400;
  }
}

/** Why an event was not delivered: the sink refused it for good; the sink could not take it; the time was up. */
export type DeliveryFailure = 'refused' | 'unavailable' | 'timeout';

/** A sink did not accept an event, after all attempts; the message says what it answered last, without secrets. */
export class DeliveryError extends AgentTrmError {
  static override readonly code: string = 'DELIVERY';
  readonly reason: DeliveryFailure;
  /** HTTP status of the last answer, where there was one. */
  readonly status: number | undefined;
  /** Requests that were sent. */
  readonly attempts: number;
  /** True when the dead-letter callback has taken the event, so that it is not lost. */
  readonly deadLettered: boolean;
  constructor(
    message: string,
    options?: {
      cause?: unknown;
      reason?: DeliveryFailure;
      status?: number | undefined;
      attempts?: number;
      deadLettered?: boolean;
    },
  ) {
    super(message, options);
    this.reason = options?.reason ?? 'unavailable';
    this.status = options?.status;
    this.attempts = options?.attempts ?? 0;
    this.deadLettered = options?.deadLettered ?? false;
  }
}
