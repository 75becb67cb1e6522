import { createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { ConfigurationError, InvalidInputError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import { findAuditFiles, formatHead } from './audit-files.js';
import { type ChainEntry, type ChainHead, GENESIS, LONGEST_LINE_BYTES, readChainLine } from './chain.js';
import { readRetired } from './retention.js';

export interface VerifyAuditOptions {
  /** The current file of the log; the rotated ones beside it belong to it. */
  readonly path: string;
  /** Of a log that is keyed. */
  readonly key?: Secret | undefined;
  /**
   * True to begin with whatever line is the first that is there, when old files were put away by hand. Those that the log
   * itself has deleted, as it tells, need no such leave.
   */
  readonly partial?: boolean | undefined;
  /** A line that has to be in the log, noted elsewhere earlier. */
  readonly head?: ChainHead | undefined;
}

/** A place where the chain does not hold. */
export interface AuditBreak {
  readonly file: string;
  /** 1 for the first line of the file. */
  readonly line: number;
  readonly why: string;
}

/** A line in which the log itself tells of a fault. */
export interface AuditNote {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AuditReport {
  readonly path: string;
  /** Undefined when every line is whole and in its place. */
  readonly broken: AuditBreak | undefined;
  /** Lines that hold, from the first on; after a break no line is believed. */
  readonly lines: number;
  readonly records: number;
  /** The first and last line that hold, 0 for none. */
  readonly firstSeq: number;
  readonly head: ChainHead;
  readonly files: readonly string[];
  /** Where the log tells that it has deleted the lines before the first one; undefined when it does not, or has them. */
  readonly retired: RetiredLines | undefined;
  /** What the log tells of itself: records lost, lines torn, missing or damaged, files changed. */
  readonly notes: readonly AuditNote[];
  /** True when the last line says that the process has closed the log. */
  readonly closed: boolean;
}

/** Lines at the beginning that were deleted since more files than are kept were there. */
export interface RetiredLines {
  readonly throughSeq: number;
  /** The line that tells it, which is one of those that hold. */
  readonly file: string;
  readonly line: number;
}

const FAULTS: ReadonlySet<unknown> = new Set(['lost', 'torn', 'damaged', 'missing', 'changed']);

/**
 * Checks every line of a log: written to the byte as the log writes it, with a hash that fits, right behind the line
 * before it, over all of its files, down to the line that is noted as the last one. The first line is number 1, or else the
 * one behind a line that the log tells to have deleted.
 *
 * @throws InvalidInputError when there is no such log, ConfigurationError when it is keyed and there is no key
 */
export async function verifyAuditLog(options: VerifyAuditOptions): Promise<AuditReport> {
  const { path, key, partial = false } = options;
  const files = await existingFiles(path);
  // Read before the lines: a log that is being written may be ahead of the note, never behind it.
  const note = await readNote(files.head);
  const expected = [
    ...(options.head ? [options.head] : []),
    ...(note !== undefined && note !== 'unreadable' ? [note] : []),
  ];
  const notes: AuditNote[] = [];
  let state = NOTHING;
  /** The line before the first one that is there. */
  let before = GENESIS;
  const lacksBeginning = (): boolean => before.seq > 0 && !partial && state.retired === undefined;
  const reportOf = (found: AuditBreak | undefined): AuditReport => {
    const why = `${found?.why}; no line that holds tells why the log begins with line ${before.seq + 1}`;
    const broken = found && lacksBeginning() ? { ...found, why } : found;
    return { path, broken, ...state, files: files.paths, notes };
  };

  let place = { file: path, line: 0 };
  for (const file of files.paths) {
    place = { file, line: 0 };
    for await (const { bytes, finished } of readLines(file)) {
      place = { file, line: place.line + 1 };
      const entry = readChainLine(bytes, key);
      if ('broken' in entry) {
        if (place.line === 1 && key === undefined && isKeyed(bytes)) {
          throw new ConfigurationError(`${file}: the log is keyed; pass the key that it was written with`);
        }
        const why = finished ? entry.broken : 'it is not finished: the process ended within it, or writes it now';
        return reportOf({ ...place, why });
      }
      if (!finished) return reportOf({ ...place, why: 'it has no line break: the process ended behind it' });
      const isFirst = state.lines === 0;
      if (isFirst) before = { seq: entry.seq - 1, sha256: entry.prev };
      // Whether the log may begin there shows only later.
      const why = misplaced(entry, isFirst && entry.seq > 1 ? before : state.head, expected);
      if (why !== undefined) return reportOf({ ...place, why });
      const { kind } = entry.body;
      const told = readRetired(entry.body);
      const isRetired = told !== undefined && told.seq === before.seq && told.sha256 === before.sha256;
      if (FAULTS.has(kind)) notes.push({ ...place, kind: String(kind), body: entry.body });
      state = {
        head: { seq: entry.seq, sha256: entry.sha256 },
        lines: state.lines + 1,
        records: state.records + (kind === 'record' ? 1 : 0),
        firstSeq: state.firstSeq || entry.seq,
        // The end may have filled a file, which is told behind it when that was one too many.
        closed: kind === 'end' || (kind === 'retired' && state.closed),
        retired: isRetired ? { throughSeq: before.seq, ...place } : state.retired,
      };
    }
  }
  if (lacksBeginning()) {
    state = NOTHING;
    return reportOf({ file: files.paths[0] ?? path, line: 1, why: `lines 1 to ${before.seq} are missing before it` });
  }
  if (note === 'unreadable') return reportOf({ file: files.head, line: 1, why: 'it does not name a last line' });
  const last = Math.max(0, ...expected.map(({ seq }) => seq));
  if (last > state.head.seq) {
    const why = `lines are missing behind it: the last one is ${state.head.seq}, line ${last} was noted`;
    return reportOf({ ...place, why });
  }
  if (options.head && options.head.seq < before.seq) {
    const why = `line ${options.head.seq} was noted, and is not there: the log begins with line ${before.seq + 1}`;
    return reportOf({ ...place, why });
  }
  return reportOf(undefined);
}

/** What is known from the lines that hold so far. */
type State = Pick<AuditReport, 'head' | 'lines' | 'records' | 'firstSeq' | 'closed' | 'retired'>;

const NOTHING: State = { head: GENESIS, lines: 0, records: 0, firstSeq: 0, closed: false, retired: undefined };

/** Why a line that is whole by itself does not stand where it should. */
function misplaced(
  { seq, prev, sha256 }: ChainEntry,
  before: ChainHead | undefined,
  expected: readonly ChainHead[],
): string | undefined {
  if (before !== undefined && seq !== before.seq + 1) {
    return `expected line ${before.seq + 1} of the chain, found line ${seq}: lines are missing, repeated or out of order`;
  }
  if (before !== undefined && prev !== before.sha256) return 'it does not follow the line before it';
  if (expected.some((head) => head.seq === seq && head.sha256 !== sha256)) return 'it is not the line that was noted';
  return undefined;
}

async function existingFiles(path: string): Promise<{ readonly paths: readonly string[]; readonly head: string }> {
  try {
    const { rotated, current, head } = await findAuditFiles(path);
    const present = await access(current).then(
      () => true,
      () => false,
    );
    const paths = present ? [...rotated, current] : rotated;
    if (paths.length > 0) return { paths, head };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  throw new InvalidInputError('', `${path}: expected the file of an audit log, there is none`);
}

async function readNote(file: string): Promise<ChainHead | 'unreadable' | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { seq, sha256 } = JSON.parse(text) as ChainHead;
    return Number.isSafeInteger(seq) && text === formatHead({ seq, sha256 }) ? { seq, sha256 } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function isKeyed(line: Buffer): boolean {
  try {
    return (JSON.parse(line.toString('utf8')) as { hash?: unknown }).hash === 'hmac-sha256';
  } catch {
    return false;
  }
}

/** The lines of a file, without their line breaks; one that is too long comes cut, and is the last. */
async function* readLines(file: string): AsyncGenerator<{ readonly bytes: Buffer; readonly finished: boolean }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a, start)) {
      yield { bytes: rest.subarray(start, end), finished: true };
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > LONGEST_LINE_BYTES) break;
  }
  if (rest.length > 0) yield { bytes: rest, finished: false };
}
