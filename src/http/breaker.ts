import { DeadlineExceededError } from '../core/errors.js';
import { FailedAttempt } from './failure.js';
import type { Cockatiel } from './libraries.js';
import type { HttpSettings } from './options.js';

/** Whether a server is asked, is tried again just now, or is left alone. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** Leaves a server alone that failed several times in a row. */
export interface Breaker {
  /** Runs an attempt, or throws FailedAttempt `unavailable` at once while the server is left alone. */
  run<T>(attempt: () => Promise<T>): Promise<T>;
}

/**
 * A circuit breaker for one server. Failures are those of the server (FailedAttempt says so) and deadlines that
 * passed while it was asked; any other outcome, such as a refused token, neither opens nor resets it.
 *
 * @param now milliseconds of the clock
 * @param onState told of every change; what it throws is ignored
 */
export function createBreaker(
  cockatiel: Cockatiel,
  origin: string,
  settings: Pick<HttpSettings, 'breakerThreshold' | 'breakerResetMs'>,
  now: () => number = Date.now,
  onState?: (state: BreakerState) => void,
): Breaker {
  const { breakerThreshold, breakerResetMs } = settings;
  const policy = cockatiel.circuitBreaker(cockatiel.handleWhen(countsAgainstServer), {
    breaker: new cockatiel.ConsecutiveBreaker(breakerThreshold),
    halfOpenAfter: breakerResetMs,
  });
  if (onState) {
    policy.onStateChange((state) => {
      try {
        onState(nameOf(state, cockatiel));
      } catch {
        // Who looks on must not keep a call from its answer.
      }
    });
  }
  let openedAt = 0;
  policy.onBreak(() => {
    openedAt = now();
  });
  return {
    async run(attempt) {
      if (policy.state === cockatiel.CircuitState.HalfOpen) {
        // The policy would let this call wait for the other one, for as long as that one has time.
        throw new FailedAttempt('unavailable', `${origin} kept failing, and another call is trying it again just now`);
      }
      try {
        return await policy.execute(attempt);
      } catch (error) {
        if (!(error instanceof Error) || !cockatiel.isBrokenCircuitError(error)) throw error;
        const waitMs = Math.max(0, openedAt + breakerResetMs - now());
        throw new FailedAttempt(
          'unavailable',
          `${origin} failed at least ${breakerThreshold} times in a row; it is tried again in ${(waitMs / 1000).toFixed(1)} s` +
            lastFailure(policy.lastFailure),
        );
      }
    },
  };
}

function nameOf(state: number, { CircuitState }: Cockatiel): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}

function countsAgainstServer(error: Error): boolean {
  return error instanceof FailedAttempt ? error.countsAgainstServer : DeadlineExceededError.isInstance(error);
}

function lastFailure(failure: object | undefined): string {
  const error = failure && 'error' in failure ? failure.error : undefined;
  return error instanceof Error ? `; the last failure: ${error.message}` : '';
}
