import { open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Secret } from '../../core/secret.js';
import { type ChainEntry, type ChainHead, readChainLine } from './chain.js';

/** Of `audit.jsonl`, files that were rotated are `audit.000000001234.jsonl`, by the number of their last line. */
const ROTATED_DIGITS = 12;

/** The files of a log, the oldest first; `current`, which comes last, need not exist. */
export interface AuditFiles {
  readonly rotated: readonly string[];
  readonly current: string;
  /** Where the log notes its last line, so that lines missing at its end are found. */
  readonly head: string;
}

export function headPath(current: string): string {
  return `${current}.head`;
}

export function rotatedPath(current: string, lastSeq: number): string {
  const { dir, name, ext } = path.parse(current);
  return path.join(dir, `${name}.${String(lastSeq).padStart(ROTATED_DIGITS, '0')}${ext}`);
}

/** The path of the current file of the log that a file belongs to. */
export function currentPathOf(file: string): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, name.replace(/\.\d{12}$/, '') + ext);
}

/** Finds the files of a log that are there. Rejects with the system's error when its folder cannot be read. */
export async function findAuditFiles(current: string): Promise<AuditFiles> {
  const { dir, base } = path.parse(current);
  const names = await readdir(dir === '' ? '.' : dir);
  const rotated = names
    .filter((name) => name !== base && currentPathOf(name) === base)
    .sort()
    .map((name) => path.join(dir, name));
  return { rotated, current, head: headPath(current) };
}

/** Reads the note of the last line; undefined when there is none, or none that can be read. */
export async function readHead(file: string): Promise<ChainHead | undefined> {
  try {
    const { seq, sha256 } = JSON.parse(await readFile(file, 'utf8')) as { seq?: unknown; sha256?: unknown };
    if (!Number.isSafeInteger(seq) || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    return { seq: seq as number, sha256 };
  } catch {
    return undefined;
  }
}

/** Notes the last line, by a file that takes the other's place at once. */
export async function writeHead(file: string, head: ChainHead): Promise<void> {
  const temporary = `${file}.tmp`;
  await writeFile(temporary, formatHead(head), { mode: 0o600 });
  await rename(temporary, file);
}

export function formatHead({ seq, sha256 }: ChainHead): string {
  return `${JSON.stringify({ seq, sha256 })}\n`;
}

/** The end of a file of a log. */
export interface Tail {
  /** Bytes of the file. */
  readonly size: number;
  /** The last line that has a line break: what it says, or why it cannot be believed; undefined when there is none. */
  readonly last: ChainEntry | { readonly broken: string; readonly raw: Buffer } | undefined;
  /** Bytes behind the last line break: a line that was not written to its end. */
  readonly torn: Buffer;
}

/** Reads no more of a file than its last line. Undefined when there is no file. */
export async function readTail(file: string, key: Secret | undefined): Promise<Tail | undefined> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const chunks: Buffer[] = [];
    let position = size;
    // Two line breaks enclose the last whole line; at the start of the file there is none before it.
    for (let breaks = 0; position > 0 && breaks < 2; ) {
      const length = Math.min(CHUNK_BYTES, position);
      position -= length;
      const chunk = Buffer.alloc(length);
      await handle.read(chunk, 0, length, position);
      breaks += countBreaks(chunk);
      chunks.unshift(chunk);
    }
    const end = Buffer.concat(chunks);
    const lastBreak = end.lastIndexOf(BREAK);
    const torn = end.subarray(lastBreak + 1);
    if (lastBreak < 0) return { size, last: undefined, torn };
    const raw = end.subarray(lastBreak === 0 ? 0 : end.lastIndexOf(BREAK, lastBreak - 1) + 1, lastBreak);
    const entry = readChainLine(raw, key);
    return { size, last: 'broken' in entry ? { ...entry, raw } : entry, torn };
  } finally {
    await handle.close();
  }
}

const BREAK = 0x0a;
const CHUNK_BYTES = 65_536;

function countBreaks(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(BREAK); at >= 0 && count < 2; at = bytes.indexOf(BREAK, at + 1)) count += 1;
  return count;
}
