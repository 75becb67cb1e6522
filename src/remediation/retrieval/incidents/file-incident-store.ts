import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../../core/deadline.js';
import { DisposeGuard } from '../../../core/dispose-guard.js';
import { ConfigurationError, InvalidInputError } from '../../../core/errors.js';
import { untilAborted } from '../../../core/until-aborted.js';
import { INCIDENT_LIMITS, type Incident, parseIncident } from './incident.js';
import { IncidentIndex } from './incident-index.js';
import type { IncidentStore, StoreCallOptions } from './incident-store.js';
import { readLines } from './read-lines.js';

/** A line of the file that is no incident. */
export interface SkippedLine {
  /** Byte of the file at which it begins. */
  readonly offset: number;
  /** Why, in a sentence; it repeats nothing of the line. */
  readonly reason: string;
}

export interface FileIncidentStoreOptions {
  /** JSON Lines file; made when it is not there. */
  readonly path: string;
  /** Waits after each record until it is on the disk. Default false: a crash of the machine may lose the last ones. */
  readonly fsync?: boolean | undefined;
  /** Bytes of the file at most. Default 67 108 864 (64 MiB). */
  readonly maxBytes?: number | undefined;
  /** Called once for each line that is skipped. */
  readonly onSkipped?: ((line: SkippedLine) => void) | undefined;
}

/** Records that are read in one turn of the event loop. */
const TURN = 256;

/**
 * Incidents in a JSON Lines file that only grows, and that several processes may write at once: each record is one
 * append, and what others have appended is seen by the next read. Every record brings the end of the line before it
 * along, so one that a crash has torn spoils no other; it is skipped and reported.
 *
 * @throws ConfigurationError by `add` and by reads when the file is over `maxBytes`
 */
export function createFileIncidentStore(options: FileIncidentStoreOptions): IncidentStore {
  const { path: file, fsync = false, maxBytes = 67_108_864, onSkipped } = options;
  if (typeof file !== 'string' || file === '') throw new ConfigurationError('path: expected the path of a file');
  const guard = new DisposeGuard(`the incident store ${file}`);
  const index = new IncidentIndex();
  let offset = 0;
  let inode: number | undefined;
  let reported = -1;
  let reading: Promise<void> = Promise.resolve();

  const checkSize = (bytes: number): void => {
    if (bytes <= maxBytes) return;
    throw new ConfigurationError(
      `the incident store ${file} would hold ${bytes} bytes, and ${maxBytes} are allowed; move the file away to begin ` +
        'a new one, or raise maxBytes',
    );
  };

  const skip = (at: number, reason: string): void => {
    if (at <= reported) return;
    reported = at;
    onSkipped?.({ offset: at, reason });
  };

  /** Takes over what was appended since the last time; everything when the file was replaced or cut. */
  const catchUp = async (): Promise<void> => {
    const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!handle) return;
    try {
      const { size, ino } = await handle.stat();
      if (ino !== inode || size < offset) {
        index.clear();
        [offset, inode, reported] = [0, ino, -1];
      }
      checkSize(size);
      const { lines, end, rest } = await readLines(handle, offset, () => guard.check());
      for (const [count, line] of lines.entries()) {
        // Whatever else waits gets its turn.
        if (count % TURN === TURN - 1) await setImmediate();
        const read = readRecord(line.bytes);
        if (read === undefined) continue;
        if ('reason' in read) skip(line.offset, read.reason);
        else index.put(read.incident);
      }
      offset = end;
      if (rest > 0) skip(end, 'the line has no end: it was torn off, or is still being written');
    } finally {
      await handle.close();
    }
  };

  const synchronized = (options: StoreCallOptions = {}): Promise<void> =>
    guard.run(async () => {
      throwIfAborted(options.signal);
      // One after the other, each beginning where the last one ended, whether that one failed or not.
      const next = reading.then(catchUp, catchUp);
      reading = next;
      next.catch(() => undefined);
      await (options.signal ? untilAborted(() => next, options.signal) : next);
    });

  return {
    add: (incident, { signal } = {}) =>
      guard.run(async () => {
        throwIfAborted(signal);
        const record = Buffer.from(`\n${JSON.stringify(parseIncident(incident))}\n`);
        if (record.length > INCIDENT_LIMITS.bytes) {
          throw new InvalidInputError(
            '',
            `expected an incident of at most ${INCIDENT_LIMITS.bytes} bytes, received ${record.length}; drop labels or annotations`,
          );
        }
        const handle = await openForAppend(file);
        try {
          const { size } = await handle.stat();
          checkSize(size + record.length);
          throwIfAborted(signal);
          const { bytesWritten } = await handle.write(record);
          if (bytesWritten < record.length) {
            throw new ConfigurationError(`the incident store ${file} took only a part of a record; is the disk full?`);
          }
          if (fsync) await handle.sync();
        } finally {
          await handle.close();
        }
      }),
    async nearest(alert, k, options) {
      await synchronized(options);
      return index.nearest(alert, k);
    },
    async all(options) {
      await synchronized(options);
      return index.all();
    },
    dispose: () =>
      guard.dispose(async () => {
        await reading.catch(() => undefined);
        index.clear();
      }),
  };
}

async function openForAppend(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    return open(file, 'a');
  }
}

/** The incident of a line, why it is none, or undefined for an empty line. */
export function readRecord(
  line: Uint8Array,
): { readonly incident: Incident } | { readonly reason: string } | undefined {
  if (line.length > INCIDENT_LIMITS.bytes) return { reason: `the line has over ${INCIDENT_LIMITS.bytes} bytes` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(line).trim();
  } catch {
    return { reason: 'the line is no UTF-8' };
  }
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: 'the line is no JSON' };
  }
  try {
    return { incident: parseIncident(value) };
  } catch (error) {
    if (InvalidInputError.isInstance(error)) return { reason: error.message };
    throw error;
  }
}
