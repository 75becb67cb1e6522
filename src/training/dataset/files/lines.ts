import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { throwIfAborted } from '../../../core/deadline.js';
import { TrainingError } from '../../../core/errors.js';
import { LABELLED_ALERT_LIMITS } from './labelled-alert.js';

const NEWLINE = 0x0a;
/** Bytes that are written at once. */
const CHUNK = 65_536;

/**
 * The lines of a file as bytes, without their ends. A line that is over the limit comes cut to one byte more than the
 * limit, so that memory stays bounded and the reader can still refuse it.
 *
 * @throws TrainingError when the file cannot be read
 */
export async function* linesOf(path: string): AsyncGenerator<Uint8Array, void, void> {
  const most = LABELLED_ALERT_LIMITS.lineBytes + 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array): void => {
    const kept = part.subarray(0, most - length);
    if (kept.length > 0) parts.push(kept);
    length += kept.length;
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        yield Buffer.concat(parts);
        [parts, length, start] = [[], 0, end + 1];
      }
      keep(chunk.subarray(start));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new TrainingError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** SHA-256 of a file, hexadecimal. Rejects with TrainingError when it cannot be read. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throw new TrainingError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return hash.digest('hex');
}

/** What a file holds that was written. */
export interface WrittenFile {
  /** Lines in it. */
  readonly rows: number;
  readonly bytes: number;
  /** Of the whole file, hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes lines to a file as they come. The file is written beside its place and moved there at the end, so that a
 * failure leaves what was there before.
 *
 * @throws TrainingError when the file cannot be written; AbortedError; what the lines throw
 */
export async function writeLines(
  path: string,
  lines: Iterable<string> | AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.partial`;
  const hash = createHash('sha256');
  let [rows, bytes] = [0, 0];
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const handle = await writing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(temporary, 'wx');
  });
  const flush = async (): Promise<void> => {
    const chunk = Buffer.concat(waiting);
    [waiting, waitingBytes] = [[], 0];
    hash.update(chunk);
    bytes += chunk.length;
    await writing(path, () => handle.appendFile(chunk));
  };
  try {
    for await (const line of lines) {
      throwIfAborted(signal);
      const chunk = Buffer.from(`${line}\n`);
      rows += 1;
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= CHUNK) await flush();
    }
    await flush();
    await writing(path, () => finish(handle, temporary, path));
  } finally {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
  }
  return { rows, bytes, sha256: hash.digest('hex') };
}

async function finish(handle: FileHandle, temporary: string, path: string): Promise<void> {
  await handle.sync();
  await handle.close();
  await rename(temporary, path);
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new TrainingError(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
