import { abortError } from '../../core/deadline.js';
import { AbortedError } from '../../core/errors.js';
import { Problem } from './problem.js';

/**
 * Reads the body of a request as it arrives. What is over the limit is not read to its end.
 *
 * @param onBytes told of every piece before it is kept; what it throws ends the reading
 * @throws Problem `too-large`, `unsupported-media-type` for a compressed body; AbortedError or DeadlineExceededError
 *   when the signal fires; AbortedError when the client hangs up
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  signal: AbortSignal,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new Problem('unsupported-media-type', { detail: 'expected a body that is not compressed' });
  }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const stop = (): void => {
    reader.cancel(signal.reason).catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      if (signal.aborted) throw abortError(signal);
      const { done, value } = await reader.read();
      // A reader that was cancelled ends like one that has read all.
      if (signal.aborted) throw abortError(signal);
      if (done) return Buffer.concat(chunks);
      bytes += value.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      onBytes(value.byteLength);
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof Problem) reader.cancel().catch(() => undefined);
    if (error instanceof Problem || signal.aborted) throw error;
    throw new AbortedError('the client broke off its request', { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What is left of the request is not read, so nothing can follow it on the same connection. */
function tooLarge(maxBytes: number): Problem {
  return new Problem('too-large', {
    detail: `expected a body of at most ${maxBytes} bytes; send less at once`,
    headers: { connection: 'close' },
  });
}
