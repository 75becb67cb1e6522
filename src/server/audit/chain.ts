import { createHash, createHmac } from 'node:crypto';
import type { Secret } from '../../core/secret.js';
import { canonicalJson, type Json } from './canonical-json.js';

/** Where a chain stands: the number and hash of its last line. */
export interface ChainHead {
  /** 0 before the first line. */
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What stands in a line besides its place in the chain. */
export type ChainBody = Readonly<Record<string, Json>>;

/** Hash of the line before the first one. */
export const GENESIS: ChainHead = { seq: 0, sha256: '0'.repeat(64) };

/** Longest line in bytes; what the log writes has a tenth of it at most. */
export const LONGEST_LINE_BYTES = 65_536;

const HASH = /^[0-9a-f]{64}$/;

/**
 * The next line of a chain, without its line break: the canonical JSON of the body with `seq`, `prev` (the hash of the
 * line before) and `sha256` over the canonical JSON of all the rest. With a key it is an HMAC: then nobody without the
 * key can write a line that fits.
 */
export function chainLine(
  head: ChainHead,
  body: ChainBody,
  key?: Secret | undefined,
): { readonly line: string; readonly head: ChainHead } {
  const unsigned = { ...body, seq: head.seq + 1, prev: head.sha256 };
  const sha256 = hashOf(canonicalJson(unsigned), key);
  return { line: canonicalJson({ ...unsigned, sha256 }), head: { seq: head.seq + 1, sha256 } };
}

/** What a line of a chain says, once it is known to be whole. */
export interface ChainEntry {
  readonly seq: number;
  readonly prev: string;
  readonly sha256: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Reads one line by itself: canonical to the byte, and its hash that of its content. Whether it fits behind another
 * is the caller's to compare.
 *
 * @returns why it cannot be believed, when it cannot
 */
export function readChainLine(line: Buffer, key?: Secret | undefined): ChainEntry | { readonly broken: string } {
  if (line.length > LONGEST_LINE_BYTES) return { broken: `it has more than ${LONGEST_LINE_BYTES} bytes` };
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
    value = JSON.parse(text);
  } catch {
    return { broken: 'it is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { broken: 'it is not a JSON object' };
  const { seq, prev, sha256, ...body } = value as Record<string, unknown>;
  if (!Number.isSafeInteger(seq) || (seq as number) < 1 || !isHash(prev) || !isHash(sha256)) {
    return { broken: 'seq, prev or sha256 is missing' };
  }
  const { sha256: _, ...unsigned } = value as Record<string, Json>;
  let expected: string;
  try {
    if (canonicalJson(value as Json) !== text) return { broken: 'it is not written as the log writes it' };
    expected = hashOf(canonicalJson(unsigned), key);
  } catch {
    return { broken: 'it is nested too deeply' };
  }
  if (expected !== sha256) return { broken: 'its hash does not fit its content' };
  return { seq: seq as number, prev, sha256, body };
}

const isHash = (value: unknown): value is string => typeof value === 'string' && HASH.test(value);

function hashOf(text: string, key: Secret | undefined): string {
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key.reveal());
  return hash.update(text, 'utf8').digest('hex');
}
