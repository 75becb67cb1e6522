import { createDeadline } from '../../core/deadline.js';
import { untilAborted } from '../../core/until-aborted.js';

/**
 * Runs work that has to be done within a time, and stops waiting for it then.
 *
 * @throws DeadlineExceededError when the time is up, AbortedError or DeadlineExceededError when the caller's signal
 *   fires, else what the work throws
 */
export async function withinTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = createDeadline({ signal, timeoutMs });
  try {
    return await untilAborted(async () => work(deadline.signal), deadline.signal);
  } finally {
    deadline.dispose();
  }
}
