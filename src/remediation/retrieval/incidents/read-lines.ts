import type { FileHandle } from 'node:fs/promises';

/** A line with the byte at which it begins. */
export interface Line {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface ReadLines {
  readonly lines: readonly Line[];
  /** Byte behind the last complete line. */
  readonly end: number;
  /** Bytes of a last line without an end. */
  readonly rest: number;
}

const CHUNK = 1_048_576;
const NEWLINE = 0x0a;

/** Reads the complete lines of a file from a byte on. */
export async function readLines(handle: FileHandle, from: number, checkStop: () => void): Promise<ReadLines> {
  const lines: Line[] = [];
  let pending: Buffer = Buffer.alloc(0);
  let offset = from;
  for (;;) {
    checkStop();
    const buffer = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, offset + pending.length);
    if (bytesRead === 0) return { lines, end: offset, rest: pending.length };
    let bytes: Buffer = Buffer.concat([pending, buffer.subarray(0, bytesRead)]);
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE)) {
      lines.push({ offset, bytes: bytes.subarray(0, at) });
      offset += at + 1;
      bytes = bytes.subarray(at + 1);
    }
    pending = bytes;
  }
}
