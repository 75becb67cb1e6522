import { createDeadline, throwIfAborted } from '../../core/deadline.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { DedupeStore } from './dedupe-store.js';
import type { LambdaCall, ReceivedCall } from './lambda-call.js';

/**
 * What came of a call: the fault is gone; it is not; the function failed; nobody knows, because the function does not
 * say or did not end in time.
 */
export type LambdaOutcome = 'effective' | 'ineffective' | 'failed' | 'unknown';

/**
 * A remediation function. It gets a call at least once, and ends when the signal fires. Nothing returned counts as
 * `unknown`; what it throws, and `failed`, let the event be delivered again.
 */
export type LambdaHandler = (
  call: LambdaCall,
  options: { readonly signal: AbortSignal },
) => Promise<LambdaOutcome | undefined> | Promise<void>;

/** What became of one event. */
export interface LambdaResult {
  readonly call: LambdaCall;
  /**
   * `handled`: the function ran to its end. `failed`: it failed or was out of time, and may be run again. `running`: the
   * same event is in work already. `duplicate`: it was handled before. `expired`: it came too late.
   */
  readonly disposition: 'handled' | 'failed' | 'running' | 'duplicate' | 'expired';
  /** Set when the function ran. */
  readonly outcome?: LambdaOutcome | undefined;
  /** Set when the function ran. */
  readonly durationMs?: number | undefined;
  /** What the function threw, or that its time was up. */
  readonly error?: unknown;
}

export interface RunOptions {
  readonly store: DedupeStore;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What went wrong behind the answer. */
  readonly onError: ((error: unknown) => void) | undefined;
}

/**
 * Runs the function of a call unless the event was handled or is in work. Rejects only before the function has run: as
 * the store does, or with AbortedError or DeadlineExceededError when the signal has fired.
 */
export async function runCall(
  handler: LambdaHandler,
  { call, key, expired }: ReceivedCall,
  { store, timeoutMs, signal, onError }: RunOptions,
): Promise<LambdaResult> {
  throwIfAborted(signal);
  if (expired) return { call, disposition: 'expired' };
  // Longer than the function may take, so that only a holder that died loses its claim.
  const claim = await store.claim(key, timeoutMs * 2 + 60_000);
  if (claim === 'done') return { call, disposition: 'duplicate' };
  if (claim === 'running') return { call, disposition: 'running' };

  const quietly = (work: Promise<void>): Promise<void> => work.catch((error: unknown) => onError?.(error));
  const deadline = createDeadline({ signal, timeoutMs });
  const started = performance.now();
  const result = (outcome: LambdaOutcome, error?: unknown): LambdaResult => ({
    call,
    disposition: error === undefined && outcome !== 'failed' ? 'handled' : 'failed',
    outcome,
    durationMs: performance.now() - started,
    ...(error !== undefined && { error }),
  });
  const work = Promise.resolve().then((): Promise<unknown> => handler(call, { signal: deadline.signal }));
  try {
    const outcome = readOutcome(await untilAborted(() => work, deadline.signal));
    // The function has run: that the store cannot note it is no reason to have it run again.
    await quietly(outcome === 'failed' ? store.release(key) : store.complete(key));
    return result(outcome);
  } catch (error) {
    const failure = error ?? new Error('the function rejected with nothing');
    if (!deadline.signal.aborted) {
      await quietly(store.release(key));
      return result('failed', failure);
    }
    // A function that does not heed its signal goes on; until it ends, the event stays claimed.
    const release = (): Promise<void> => quietly(store.release(key));
    work.then(release, release);
    return result('unknown', failure);
  } finally {
    deadline.dispose();
  }
}

function readOutcome(value: unknown): LambdaOutcome {
  return value === 'effective' || value === 'ineffective' || value === 'failed' ? value : 'unknown';
}
