import type { IncomingMessage } from 'node:http';
import { abortError } from '../../core/deadline.js';
import { AbortedError } from '../../core/errors.js';
import { tooLarge } from '../message/body.js';

/**
 * Reads the body of a request as it arrives, at most so many bytes. What is over the limit is thrown away unread, so
 * that the answer can still be sent.
 *
 * @throws EventError `too-large`, AbortedError when the client hangs up or the signal fires, DeadlineExceededError
 */
export function readBody(request: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (settle: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      // A request that is given up may still report that its connection broke.
      request.on('error', () => undefined);
      request.resume();
      settle();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) finish(() => reject(tooLarge(maxBytes)));
      else chunks.push(chunk);
    };
    const onEnd = (): void => finish(() => resolve(Buffer.concat(chunks)));
    const onError = (error: Error): void =>
      finish(() => reject(new AbortedError('the client broke off its request', { cause: error })));
    const onClose = (): void => onError(new Error('the connection was closed'));
    const onAbort = (): void => finish(() => reject(abortError(signal)));

    if (signal.aborted) return onAbort();
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return finish(() => reject(tooLarge(maxBytes)));
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
