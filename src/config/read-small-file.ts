import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ConfigurationError } from '../core/errors.js';

/**
 * The text of a file of at most so many bytes, without a byte order mark. Links are followed, as those of a mounted
 * Kubernetes secret have to be.
 *
 * @throws ConfigurationError that says why not and shows nothing of the content: missing, not allowed, no regular file,
 *   over the limit, no UTF-8
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<string> {
  const cannot = (why: string, cause?: unknown): ConfigurationError =>
    new ConfigurationError(`${path} cannot be read: ${why}`, { cause });
  try {
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await file.stat()).isFile()) throw cannot('expected a regular file');
      const buffer = Buffer.alloc(maxBytes + 1);
      let length = 0;
      for (let read = 1; read > 0 && length < buffer.length; length += read) {
        ({ bytesRead: read } = await file.read(buffer, length, buffer.length - length));
      }
      if (length > maxBytes) throw cannot(`expected at most ${maxBytes} bytes`);
      return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (ConfigurationError.isInstance(error)) throw error;
    if (error instanceof TypeError && !('syscall' in error)) throw cannot('expected UTF-8 text');
    throw cannot((error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}
