import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { cleanText } from '../../encoding/text/words.js';

/** What is read of the runbooks; what is over a limit is left out with a warning. */
export const RUNBOOK_LIMITS = {
  files: 2_000,
  /** Bytes of one file. */
  fileBytes: 524_288,
  /** Folders within folders. */
  depth: 16,
} as const;

/** A file of the runbooks as it is on disk. */
export interface RunbookFile {
  /** Absolute. */
  readonly path: string;
  /** How evidence calls it: its name, or its path below the folder that was given; unique. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface RunbookListing {
  readonly files: readonly RunbookFile[];
  /** Paths that were given and are not there, or may not be read. */
  readonly missing: readonly string[];
  /** What was left out, in words. */
  readonly warnings: readonly string[];
}

const MARKDOWN = /\.(?:md|markdown)$/i;

/**
 * Finds the Markdown files of paths, in the order of the paths and by name within a folder. Names that begin with a
 * dot and `node_modules` are passed over. Links to files are followed, since Kubernetes mounts a ConfigMap as such;
 * links to folders are not.
 */
export async function listRunbooks(runbooks: readonly string[]): Promise<RunbookListing> {
  const found = new Map<string, Omit<RunbookFile, 'name'> & { readonly base: string }>();
  const missing: string[] = [];
  const warnings: string[] = [];
  const add = async (file: string, base: string): Promise<void> => {
    if (found.has(file)) return;
    const info = await statOf(file);
    if (!info?.isFile()) return;
    if (info.size > RUNBOOK_LIMITS.fileBytes) {
      warnings.push(`${file} has ${info.size} bytes; at most ${RUNBOOK_LIMITS.fileBytes} are read: split it`);
    } else if (found.size >= RUNBOOK_LIMITS.files) {
      warnings.push(`${file} was left out: at most ${RUNBOOK_LIMITS.files} files are read`);
    } else found.set(file, { path: file, base, size: info.size, mtimeMs: info.mtimeMs });
  };
  const walk = async (folder: string, base: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      warnings.push(`${folder} cannot be listed: ${error.message}`);
      return [];
    });
    for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const full = path.join(folder, entry.name);
      if (!entry.isDirectory()) {
        if (MARKDOWN.test(entry.name)) await add(full, base);
      } else if (depth < RUNBOOK_LIMITS.depth) await walk(full, base, depth + 1);
      else warnings.push(`${full} was left out: at most ${RUNBOOK_LIMITS.depth} folders within folders are read`);
    }
  };
  for (const given of runbooks) {
    const root = path.resolve(given);
    const info = await statOf(root);
    if (info === undefined) missing.push(given);
    else if (info.isDirectory()) await walk(root, root, 1);
    else await add(root, path.dirname(root));
  }
  return { files: withNames([...found.values()]), missing, warnings: warnings.slice(0, 100) };
}

/** Text and hash of a file; undefined when it has grown too long or is gone by now. Rejects when it cannot be read. */
export async function readRunbook(
  file: string,
): Promise<{ readonly text: string; readonly sha256: string } | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined || bytes.length > RUNBOOK_LIMITS.fileBytes) return undefined;
  return {
    text: new TextDecoder('utf-8').decode(bytes),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** What is not there and what may not be looked at are one. */
async function statOf(file: string) {
  return stat(file).catch(() => undefined);
}

/** Files of several folders may be called alike; then the folders above tell them apart. */
function withNames(files: readonly (Omit<RunbookFile, 'name'> & { readonly base: string })[]): RunbookFile[] {
  const taken = new Set<string>();
  return files.map(({ base, ...file }) => {
    let above = base;
    let name = path.relative(above, file.path);
    while (taken.has(name) && path.dirname(above) !== above) {
      above = path.dirname(above);
      name = path.relative(above, file.path);
    }
    taken.add(name);
    return { ...file, name: cleanText(name.split(path.sep).join('/')) };
  });
}
