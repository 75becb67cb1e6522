import { unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Secret } from '../../core/secret.js';
import { findAuditFiles, readTail, rotatedPath } from './audit-files.js';
import type { ChainBody, ChainHead } from './chain.js';

export interface RetentionSettings {
  /** The current file of the log. */
  readonly path: string;
  /** Rotated files that are kept, 1 or more. */
  readonly maxFiles: number;
  readonly key: Secret | undefined;
  /** ISO 8601. */
  readonly time: string;
  /** Writes the first of these lines, one or more, to where they outlast a crash. */
  readonly append: (bodies: readonly ChainBody[]) => Promise<{ readonly written: number; readonly rotated: boolean }>;
  readonly onRetired: (retired: { readonly file: string; readonly throughSeq: number }) => void;
}

/** A rotated file that is one too many, and its last line, on which the next file hangs. */
interface RetiredFile {
  readonly file: string;
  readonly last: ChainHead;
}

/**
 * Deletes the oldest rotated files that are more than may be kept, the oldest first, each after the chain tells of it, so
 * that its beginning is known to be missing by this and nothing else. Of a crash in between come lines about files that
 * are still there; the next rotation deletes them.
 *
 * @throws Error for a file whose end is not what its name says, which stays, as do all after it: deleting it would destroy
 *   what shows that something was changed; the system's error when a file cannot be listed, read, written or deleted
 */
export async function retireFiles({ time, append, onRetired, ...where }: RetentionSettings): Promise<void> {
  // The lines themselves may fill a file, so that there is one more.
  for (let again = true; again; ) {
    again = false;
    const { retired, doubtful } = await findRetired(where);
    let lines = retired.map(({ last }): ChainBody => {
      return { kind: 'retired', time, throughSeq: last.seq, throughSha256: last.sha256 };
    });
    while (lines.length > 0) {
      const { written, rotated } = await append(lines);
      lines = lines.slice(written);
      again ||= rotated;
    }
    for (const { file, last } of retired) {
      await unlink(file);
      onRetired({ file, throughSeq: last.seq });
    }
    if (doubtful !== undefined) {
      throw new Error(`${doubtful} and those after it are kept: its last line is not the one that its name says`);
    }
  }
}

async function findRetired({
  path: current,
  maxFiles,
  key,
}: Pick<RetentionSettings, 'path' | 'maxFiles' | 'key'>): Promise<{
  readonly retired: readonly RetiredFile[];
  readonly doubtful: string | undefined;
}> {
  const { rotated } = await findAuditFiles(current);
  const retired: RetiredFile[] = [];
  for (const file of rotated.slice(0, Math.max(0, rotated.length - maxFiles))) {
    const last = (await readTail(file, key))?.last;
    const isNamed = last !== undefined && !('broken' in last) && isRotatedAt(file, current, last.seq);
    if (!isNamed) return { retired, doubtful: file };
    retired.push({ file, last: { seq: last.seq, sha256: last.sha256 } });
  }
  return { retired, doubtful: undefined };
}

const isRotatedAt = (file: string, current: string, seq: number): boolean =>
  path.basename(rotatedPath(current, seq)) === path.basename(file);

/** The last line that was deleted, as a line of the chain tells; undefined for any other line. */
export function readRetired(body: Readonly<Record<string, unknown>>): ChainHead | undefined {
  const { kind, throughSeq, throughSha256 } = body;
  const seq = Number.isSafeInteger(throughSeq) ? (throughSeq as number) : 0;
  return kind === 'retired' && seq > 0 && typeof throughSha256 === 'string'
    ? { seq, sha256: throughSha256 }
    : undefined;
}
