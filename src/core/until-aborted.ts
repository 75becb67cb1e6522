import { abortError, throwIfAborted } from './deadline.js';

/**
 * Runs work and stops waiting for it when the signal fires, so that work which does not heed the signal holds nobody
 * up. Its late result or failure is dropped. Once the signal has fired, whatever the work says, the error is that of
 * the signal.
 *
 * @throws AbortedError or DeadlineExceededError when the signal fires, else what the work throws
 */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortError(signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
