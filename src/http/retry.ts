import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '../core/deadline.js';
import { FailedAttempt } from './failure.js';
import type { Cockatiel } from './libraries.js';

/** Waits that a server may ask for, in milliseconds; for longer ones the next provider is the better answer. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** Longest wait that is not asked for, in milliseconds. */
const LONGEST_BACKOFF_MS = 5_000;

/** Milliseconds of a Retry-After header, seconds or a date; undefined for none and for one that is neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse takes much that is no date, such as "-5"; those of HTTP name a weekday.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Milliseconds to wait before the next attempt, or undefined when there should be none: the failure is final, the
 * server wants to be left alone for too long, or the wait would not end before the deadline.
 *
 * @param retry 1 for the first retry
 * @param random in [0, 1), spreads callers that failed together
 */
export function planRetry(
  failure: unknown,
  retry: number,
  options: { readonly retryDelayMs: number; readonly remainingMs: number; readonly random: number },
): number | undefined {
  if (!(failure instanceof FailedAttempt) || !failure.retryable) return undefined;
  const backoff = Math.min(LONGEST_BACKOFF_MS, options.retryDelayMs * 2 ** (retry - 1));
  const jittered = backoff * (0.5 + options.random / 2);
  const delay = Math.max(jittered, failure.retryAfterMs ?? 0);
  return delay > LONGEST_RETRY_AFTER_MS || delay >= options.remainingMs ? undefined : delay;
}

/**
 * Runs an attempt again for as long as `plan` gives a wait. Rejects as the last attempt did, or with
 * DeadlineExceededError or AbortedError when the signal fires during a wait.
 */
export async function withRetries<T>(
  { retry, handleWhen, ConstantBackoff }: Cockatiel,
  maxAttempts: number,
  plan: (failure: unknown, retry: number) => number | undefined,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  let delayMs: number | undefined;
  const policy = retry(
    handleWhen(() => delayMs !== undefined),
    { maxAttempts: maxAttempts - 1, backoff: new ConstantBackoff(0) },
  );
  return policy.execute(async ({ attempt: retries }) => {
    // Waited for here, since the policy's own timer does not end with the signal.
    if (retries > 0) await wait(delayMs ?? 0, signal);
    try {
      return await attempt();
    } catch (error) {
      delayMs = plan(error, retries + 1);
      throw error;
    }
  });
}

async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(delayMs, undefined, { signal });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
}
