import { untilAborted } from '../../core/until-aborted.js';
import { cosine, type Embedder } from '../../domain/index.js';
import type { RunbookSection } from './section.js';
import { decodeVector, encodeVector, type IndexedFile, type StoredIndex } from './stored-index.js';

/** By its vector one embedder is told from another. */
export const PROBE_TEXT = 'A pod restarts over and over.';
/** Texts of one call. */
const BATCH = 32;
/** Characters of a section that are embedded; small models read no more. */
const LONGEST_TEXT = 1_200;
/** The same model gives the same vector, but for rounding. */
const SAME = 0.999;

/** What of a section is embedded. */
export function embeddedText({ headings, text }: RunbookSection): string {
  return `${headings.join(' > ')}\n${text}`.slice(0, LONGEST_TEXT);
}

/**
 * Gives vectors to the sections that have none; all of them when the embedder is not the one that made those there
 * are. Without an embedder vectors stay as they are. When it fails, that is a warning, and the sections go without.
 */
export async function fillVectors(task: {
  readonly index: StoredIndex;
  readonly embedder: Embedder | undefined;
  readonly warn: (warning: string) => void;
  readonly signal: AbortSignal;
}): Promise<StoredIndex> {
  const { index, embedder, warn, signal } = task;
  if (!embedder) return index;
  try {
    const [probe] = await embed([PROBE_TEXT], embedder, signal);
    const sameProbe =
      index.probe !== undefined && (cosine(decodeVector(index.probe), probe as Float32Array) ?? 0) >= SAME;
    const files: IndexedFile[] = [];
    for (const file of index.files) {
      const complete = sameProbe && file.vectors?.length === file.sections.length;
      files.push(complete ? file : { ...file, vectors: await vectorsOf(file.sections, embedder, signal) });
    }
    return { files, probe: sameProbe ? index.probe : encodeVector(probe as Float32Array) };
  } catch (error) {
    if (signal.aborted) throw error;
    warn(`the embedder failed (${messageOf(error)}); runbooks are searched by words where vectors are missing`);
    return index;
  }
}

async function vectorsOf(
  sections: readonly RunbookSection[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<string[]> {
  const vectors: string[] = [];
  for (let at = 0; at < sections.length; at += BATCH) {
    const made = await embed(sections.slice(at, at + BATCH).map(embeddedText), embedder, signal);
    vectors.push(...made.map(encodeVector));
  }
  return vectors;
}

/** Vectors of texts, as many as there are texts. */
export async function embed(
  texts: readonly string[],
  embedder: Embedder,
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const vectors = await untilAborted(() => embedder(texts), signal);
  const fits = Array.isArray(vectors) && vectors.every((vector) => vector instanceof Float32Array);
  if (!fits || vectors.length !== texts.length) {
    throw new TypeError(`expected ${texts.length} vectors (Float32Array), got another number or kind`);
  }
  return vectors;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
