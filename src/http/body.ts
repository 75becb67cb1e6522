import { FailedAttempt } from './failure.js';
import type { TextCutter } from './lines.js';

/** The bytes of an answer as they arrive. */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Reads an answer as UTF-8 text. Throws FailedAttempt `bad-response` for more bytes than allowed and for bytes that
 * are no UTF-8.
 */
export async function readText(body: ByteStream, maxBytes: number): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of decode(body, maxBytes)) pieces.push(piece);
  return pieces.join('');
}

/** At most the first bytes of an error answer; bytes that are no UTF-8 are replaced, and what follows is not read. */
export async function readStart(body: ByteStream, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBytes);
}

/**
 * Hands out the parts of an answer as they arrive, until it ends or `onPart` returns `true`.
 * Throws as `readText` does, and what `onPart` throws.
 *
 * @returns whether `onPart` ended it
 */
export async function readParts(
  body: ByteStream,
  maxBytes: number,
  cutter: TextCutter,
  onPart: (part: string) => boolean,
): Promise<boolean> {
  for await (const piece of decode(body, maxBytes)) {
    for (const part of cutter.push(piece)) {
      if (onPart(part)) return true;
    }
  }
  return cutter.end().some(onPart);
}

async function* decode(body: ByteStream, maxBytes: number): AsyncGenerator<string> {
  // One decoder for the whole answer, since characters may be cut anywhere.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new FailedAttempt('bad-response', `the answer is larger than ${maxBytes} bytes`);
    yield decodeStrictly(() => decoder.decode(chunk, { stream: true }));
  }
  yield decodeStrictly(() => decoder.decode());
}

function decodeStrictly(work: () => string): string {
  try {
    return work();
  } catch (error) {
    throw new FailedAttempt('bad-response', 'the answer is not valid UTF-8', { cause: error });
  }
}
