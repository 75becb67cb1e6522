import { throwIfAborted } from '../../core/deadline.js';
import { DeadlineExceededError } from '../../core/errors.js';
import { describeValue } from '../../domain/describe.js';
import { messageOf } from './refusal.js';
import type { GuardedAction } from './verdict.js';
import { withinTime } from './within-time.js';

/** Asks a person. Nothing but `true` is a yes; the signal fires when the time is up or the caller gives up. */
export type Approve = (action: GuardedAction, options: { readonly signal: AbortSignal }) => Promise<boolean>;

/**
 * Asks for approval and says why there is none; undefined for a yes.
 *
 * @throws AbortedError or DeadlineExceededError when the caller's signal fires
 */
export async function whyNotApproved(
  approve: Approve,
  action: GuardedAction,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer: unknown = await withinTime((inner) => approve(action, { signal: inner }), timeoutMs, signal);
    if (answer === true) return undefined;
    return answer === false ? 'the action was not approved' : `no clear yes, but ${describeValue(answer)}`;
  } catch (error) {
    throwIfAborted(signal);
    if (DeadlineExceededError.isInstance(error)) return `nobody approved within ${timeoutMs} ms, which means no`;
    return `approval could not be asked for: ${messageOf(error)}`;
  }
}
