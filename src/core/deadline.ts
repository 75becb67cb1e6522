import { setMaxListeners } from 'node:events';
import { AbortedError, DeadlineExceededError } from './errors.js';

/** Where a signal made here keeps the time of its end; registered, since a process may hold two copies of this file. */
const END: unique symbol = Symbol.for('agent-trm.deadline-end') as never;

/** A signal that fires when the caller's signal does or when the time is up, whichever comes first. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Milliseconds left, 0 once the time is up, Infinity without a time limit. */
  remainingMs(): number;
  /** Throws DeadlineExceededError or AbortedError once the signal has fired. */
  throwIfOver(): void;
  /** Stops the timer and lets go of the caller's signal. The signal stays as it is. */
  dispose(): void;
}

/**
 * Joins an optional AbortSignal and an optional time limit. Call `dispose` when the work is done.
 *
 * @param options.timeoutMs time limit in milliseconds, 0 or more; left out or Infinity for none. The timer does not
 *   keep the process alive.
 */
export function createDeadline(options: {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}): Deadline {
  const { signal, timeoutMs = Number.POSITIVE_INFINITY } = options;
  const controller = new AbortController();
  const end = performance.now() + timeoutMs;
  const endWithParents = Math.min(end, signal ? endOf(signal) : Number.POSITIVE_INFINITY);
  Object.defineProperty(controller.signal, END, { value: endWithParents });
  let timer: NodeJS.Timeout | undefined;
  const forward = (): void => controller.abort(signal?.reason);

  if (signal?.aborted) {
    forward();
  } else if (signal) {
    // One signal may stand over hundreds of requests at once; each lets go of it when it is done, so none leaks.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', forward, { once: true });
  }
  if (!signal?.aborted) {
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      const expire = (): void => controller.abort(new DeadlineExceededError(`not done within ${timeoutMs} ms`));
      // setTimeout fires at once for delays that do not fit 31 bits.
      timer = setTimeout(expire, Math.min(timeoutMs, 0x7fffffff)).unref();
    }
  }
  const dispose = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  };
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, end - performance.now()),
    throwIfOver: () => throwIfAborted(controller.signal),
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/**
 * Milliseconds until the deadline that a signal carries, 0 once it has passed; Infinity for a signal that was not made
 * by `createDeadline`, whose time limit nobody can see.
 */
export function remainingMsOf(signal: AbortSignal): number {
  return Math.max(0, endOf(signal) - performance.now());
}

function endOf(signal: AbortSignal): number {
  return (signal as { [END]?: number })[END] ?? Number.POSITIVE_INFINITY;
}

/** Throws DeadlineExceededError or AbortedError when the signal has fired; does nothing without a signal. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

/**
 * The error that stands for a signal that has fired: DeadlineExceededError when a time limit fired it (also the
 * TimeoutError of `AbortSignal.timeout`), else AbortedError. The signal's reason is the cause.
 */
export function abortError(signal: AbortSignal): AbortedError | DeadlineExceededError {
  const reason: unknown = signal.reason;
  if (DeadlineExceededError.isInstance(reason)) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new DeadlineExceededError(reason.message, { cause: reason });
  }
  return new AbortedError('aborted by the caller', { cause: reason });
}
