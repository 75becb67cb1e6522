import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type RunbookSection, sectionSchema } from './section.js';

/** What is known of one file. */
export interface IndexedFile {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** When the file was read or compared last, in milliseconds since 1970. */
  readonly checkedAtMs: number;
  readonly sha256: string;
  readonly sections: readonly RunbookSection[];
  /** One a section, Float32 in base64; left out without an embedder. */
  readonly vectors?: readonly string[] | undefined;
}

export interface StoredIndex {
  readonly files: readonly IndexedFile[];
  /** Vector of `PROBE_TEXT` by the embedder that made the vectors; another one has another. */
  readonly probe?: string | undefined;
}

const FORMAT = 'agent-trm-runbook-index';
/** Grows when sections are read or kept in another way, which makes indexes of before worthless. */
const VERSION = 1;

const schema = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      size: z.number(),
      mtimeMs: z.number(),
      checkedAtMs: z.number(),
      sha256: z.string().length(64),
      sections: z.array(sectionSchema),
      vectors: z.array(z.string()).optional(),
    }),
  ),
  probe: z.string().optional(),
}) satisfies z.ZodType<StoredIndex>;

/** The index, or why there is none to be had: `missing`, or what is wrong with it in words. */
export type LoadedIndex = { readonly index: StoredIndex } | { readonly fault: string | 'missing' };

/** Reads a stored index. Never throws: one that is damaged, or of another version, is to be built anew. */
export async function loadIndex(file: string): Promise<LoadedIndex> {
  try {
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { format, version, sha256, index } = (stored ?? {}) as Record<string, unknown>;
    if (format !== FORMAT) return { fault: 'is no index of runbooks' };
    if (version !== VERSION) return { fault: `has version ${String(version)}, not ${VERSION}` };
    if (hashOf(index) !== sha256) return { fault: 'is damaged: its hash does not fit' };
    const parsed = schema.safeParse(index);
    return parsed.success ? { index: parsed.data } : { fault: `is damaged at ${z.prettifyError(parsed.error)}` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { fault: 'missing' };
    return { fault: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * Replaces the stored index as a whole: written beside it, then renamed. Of two processes that do so at once the last
 * one stays, and a reader sees one or the other.
 */
export async function saveIndex(file: string, index: StoredIndex): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(JSON.stringify({ format: FORMAT, version: VERSION, sha256: hashOf(index), index }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex');
}

/** A vector as text. */
export function encodeVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** The vector of a text that `encodeVector` made. */
export function decodeVector(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const vector = new Float32Array(Math.floor(bytes.length / 4));
  for (let index = 0; index < vector.length; index++) vector[index] = bytes.readFloatLE(index * 4);
  return vector;
}
