import { access, type FileHandle, open, rename } from 'node:fs/promises';
import type { Secret } from '../../core/secret.js';
import { headPath, rotatedPath, writeHead } from './audit-files.js';
import { type ChainBody, type ChainHead, chainLine } from './chain.js';
import type { ResumedChain } from './resume-chain.js';

export interface ChainFileSettings {
  readonly path: string;
  /** Size in bytes at which a file is rotated. */
  readonly maxBytes: number;
  /** Whether lines are on the disk before they count as written. */
  readonly sync: boolean;
  readonly key: Secret | undefined;
}

/** Most bytes that are written at once. */
const BATCH_BYTES = 1_048_576;

/** The files of a chain, which only grow. One `append` at a time. */
export class ChainFile {
  readonly #settings: ChainFileSettings;
  #head: ChainHead;
  #size: number;
  /** Bytes that were there before a write that failed, which may have left a part of its lines behind. */
  #undoTo: number | undefined;

  constructor(settings: ChainFileSettings, { head, size }: ResumedChain) {
    this.#settings = settings;
    this.#head = head;
    this.#size = size;
  }

  get head(): ChainHead {
    return this.#head;
  }

  /**
   * Writes the first of these bodies, as many as fit, after rotating when the file is full. Either all of them are
   * written then or, when it rejects with the system's error, none.
   *
   * @returns how many were written, 1 or more; whether a file was rotated before; and the bytes that were expected in the
   *   file and found there, when something else has changed it: the chain then has a line about that
   */
  async append(bodies: readonly ChainBody[], time: string) {
    const { path, maxBytes, sync, key } = this.#settings;
    const first = Buffer.byteLength(chainLine(this.#head, bodies[0] as ChainBody, key).line) + 1;
    // Not after a failed write: what it has left behind would be put away as well.
    const isFull = this.#undoTo === undefined && this.#size > 0 && this.#size + first > maxBytes;
    const rotated = isFull && (await this.#rotate());
    // Opened anew each time: a file that was moved away or deleted would otherwise take lines that nobody finds.
    const handle = await open(path, 'a', 0o600);
    try {
      const found = await this.#undo(handle);
      const changed = found === this.#size ? undefined : { expectedBytes: this.#size, foundBytes: found };
      const batch = this.#batchOf(bodies, found, changed && { kind: 'changed', time, ...changed });
      this.#undoTo = found;
      await handle.appendFile(batch.bytes);
      if (sync) await handle.datasync();
      this.#undoTo = undefined;
      this.#size = found + batch.bytes.length;
      this.#head = batch.head;
      return { written: batch.count, changed, rotated };
    } finally {
      await handle.close();
    }
  }

  /** Notes the last line beside the file. Rejects with the system's error. */
  noteHead(): Promise<void> {
    return writeHead(headPath(this.#settings.path), this.#head);
  }

  #batchOf(bodies: readonly ChainBody[], size: number, marker: ChainBody | undefined) {
    const { maxBytes, key } = this.#settings;
    const lines: string[] = [];
    let head = this.#head;
    let bytes = 0;
    let count = 0;
    if (marker) {
      const next = chainLine(head, marker, key);
      lines.push(next.line);
      head = next.head;
    }
    for (const body of bodies) {
      const next = chainLine(head, body, key);
      const length = Buffer.byteLength(next.line) + 1;
      if (count > 0 && (bytes + length > BATCH_BYTES || size + bytes + length > maxBytes)) break;
      lines.push(next.line);
      head = next.head;
      bytes += length;
      count += 1;
    }
    return { bytes: Buffer.from(`${lines.join('\n')}\n`), head, count };
  }

  async #rotate(): Promise<boolean> {
    const { path } = this.#settings;
    const target = rotatedPath(path, this.#head.seq);
    // A rename would replace what is there, and nothing of a log is ever replaced: the file goes on growing instead.
    if (await exists(target)) return false;
    await rename(path, target);
    this.#size = 0;
    return true;
  }

  /** Takes back what a failed write has left behind. Gives the size of the file. */
  async #undo(handle: FileHandle): Promise<number> {
    const { size } = await handle.stat();
    if (this.#undoTo === undefined || size <= this.#undoTo) return size;
    await handle.truncate(this.#undoTo);
    return this.#undoTo;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
