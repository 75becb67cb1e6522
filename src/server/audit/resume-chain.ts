import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Secret } from '../../core/secret.js';
import { findAuditFiles, readHead, readTail, type Tail } from './audit-files.js';
import { type ChainBody, type ChainHead, GENESIS, readChainLine } from './chain.js';

/** What is wrong with the log that a process takes over, as it is then written into the chain. */
export type AuditFinding =
  /** The last line was not written to its end; it was cut off. */
  | { readonly kind: 'torn'; readonly bytes: number; readonly fragmentSha256: string }
  /** The last line cannot be believed, and neither can what follows it. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** The note of the last line does not fit the last line that is there: lines at the end were lost or changed. */
  | { readonly kind: 'missing'; readonly notedSeq: number; readonly foundSeq: number };

export interface ResumedChain {
  readonly head: ChainHead;
  /** Bytes of the current file, 0 when there is none. */
  readonly size: number;
  readonly findings: readonly AuditFinding[];
}

/**
 * Finds where the chain of a log stands, in its current file or the newest one that was rotated, and cuts off a line
 * that was not written to its end.
 *
 * @throws the system's error when a file cannot be read or cut
 */
export async function resumeChain(current: string, key: Secret | undefined): Promise<ResumedChain> {
  const files = await findAuditFiles(current);
  const findings: AuditFinding[] = [];
  const noted = await readHead(files.head);
  const tail = await readTail(current, key);
  let size = tail?.size ?? 0;
  let head = tail && headOf(tail, noted, findings);
  if (tail && tail.torn.length > 0) {
    const whole = readChainLine(tail.torn, key);
    const follows = !('broken' in whole) && whole.prev === (head ?? GENESIS).sha256;
    if (follows) head = whole;
    else findings.push({ kind: 'torn', bytes: tail.torn.length, fragmentSha256: sha256(tail.torn) });
    size = await mendEnd(current, follows ? tail.size : tail.size - tail.torn.length, follows);
  }
  const newest = files.rotated.at(-1);
  if (head === undefined && newest !== undefined) {
    const older = await readTail(newest, key);
    head = older && headOf(older, noted, findings);
  }
  const found = head ?? GENESIS;
  const ahead = noted !== undefined && noted.seq > found.seq;
  const changed = noted !== undefined && noted.seq === found.seq && noted.sha256 !== found.sha256;
  const damaged = findings.some(({ kind }) => kind === 'damaged');
  if ((ahead || changed) && !damaged) findings.push({ kind: 'missing', notedSeq: noted.seq, foundSeq: found.seq });
  return { head: found, size, findings };
}

/** The lines that tell in the chain what was found. */
export function findingBody(finding: AuditFinding, time: string): ChainBody {
  return { ...finding, time };
}

function headOf(tail: Tail, noted: ChainHead | undefined, findings: AuditFinding[]): ChainHead | undefined {
  const { last } = tail;
  if (last === undefined || !('broken' in last)) return last;
  findings.push({ kind: 'damaged', why: last.broken });
  // The chain hangs on whatever stands there, so that the place of the damage stays where it is.
  return { seq: noted?.seq ?? seqIn(last.raw), sha256: sha256(last.raw) };
}

function seqIn(raw: Buffer): number {
  const seq = Number(/"seq":(\d{1,15})\b/.exec(raw.toString('latin1'))?.[1] ?? 0);
  return Number.isSafeInteger(seq) ? seq : 0;
}

/** Cuts a file, and puts the line break behind a line that lacks nothing else. Gives its new size. */
async function mendEnd(file: string, size: number, addBreak: boolean): Promise<number> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(size);
    if (addBreak) await handle.write('\n', size);
    await handle.datasync();
    return addBreak ? size + 1 : size;
  } finally {
    await handle.close();
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
