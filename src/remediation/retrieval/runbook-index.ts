import { setImmediate } from 'node:timers/promises';
import { DisposeGuard } from '../../core/dispose-guard.js';
import { ConfigurationError } from '../../core/errors.js';
import { untilAborted } from '../../core/until-aborted.js';
import type { Alert } from '../../domain/alert/alert.js';
import { quote } from '../../domain/describe.js';
import type { Embedder } from '../../domain/index.js';
import { parseSections } from './markdown/parse-sections.js';
import { listRunbooks, type RunbookFile, readRunbook } from './runbook-files.js';
import { createSearchableRunbooks, type RunbookHit, type SearchableRunbooks } from './searchable-runbooks.js';
import { fillVectors } from './section-vectors.js';
import { type IndexedFile, loadIndex, type StoredIndex, saveIndex } from './stored-index.js';

export interface RunbookIndexOptions {
  /** Markdown files, and folders of them. */
  readonly runbooks: string | readonly string[];
  /** File in which the index is kept. Default: it is built anew in every process. */
  readonly indexPath?: string | undefined;
  /** Adds vectors to the words. */
  readonly embedder?: Embedder | undefined;
  /** Milliseconds for which the files count as unchanged, 0 or more. Default 5 000. */
  readonly refreshMs?: number | undefined;
  /** Called with what was left out or could not be done, once for each text. */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/** Runbooks that can be searched; what changes on disk is read again. */
export interface RunbookIndex {
  /**
   * The `k` sections that fit an alert best, best first.
   *
   * @throws ConfigurationError when a path is not there at the first search; AbortedError or DeadlineExceededError when
   *   the signal fires; DisposedError after `dispose()`
   */
  search(alert: Alert, k: number, signal: AbortSignal): Promise<readonly RunbookHit[]>;
  dispose(): Promise<void>;
}

/** A file may change again within the grain of its time stamp; a stamp this young is not believed. */
const YOUNG_MS = 2_000;
const MOST_WARNINGS = 1_000;

/** Opens runbooks; nothing is read before the first search. */
export function createRunbookIndex(options: RunbookIndexOptions): RunbookIndex {
  const { indexPath, embedder, refreshMs = 5_000 } = options;
  const runbooks = typeof options.runbooks === 'string' ? [options.runbooks] : options.runbooks;
  if (runbooks.length === 0 || runbooks.some((path) => path === '')) {
    throw new ConfigurationError('runbooks: expected paths of Markdown files or folders, got an empty one or none');
  }
  const guard = new DisposeGuard('the index of runbooks');
  const stop = new AbortController();
  const warned = new Set<string>();
  let stored: StoredIndex | undefined;
  let searchable: SearchableRunbooks | undefined;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<SearchableRunbooks> | undefined;

  const warn = (warning: string): void => {
    if (warned.has(warning) || warned.size >= MOST_WARNINGS) return;
    warned.add(warning);
    options.onWarning?.(warning);
  };

  const load = async (): Promise<StoredIndex> => {
    if (indexPath === undefined) return { files: [] };
    const loaded = await loadIndex(indexPath);
    if ('index' in loaded) return loaded.index;
    if (loaded.fault !== 'missing') warn(`${indexPath} ${loaded.fault}; the index is built anew`);
    return { files: [] };
  };

  const refresh = async (): Promise<SearchableRunbooks> => {
    const listing = await listRunbooks(runbooks);
    for (const warning of listing.warnings) warn(warning);
    if (searchable === undefined && listing.missing.length > 0) {
      const names = listing.missing.map((path) => quote(path)).join(', ');
      throw new ConfigurationError(`runbooks: ${names} cannot be found or read; give paths of files or folders`);
    }
    for (const path of listing.missing) warn(`${path} cannot be found or read any more; what it said is dropped`);
    const before = stored ?? (await load());
    const known = new Map(before.files.map((file) => [file.path, file]));
    const files: { readonly file: RunbookFile; readonly indexed: IndexedFile }[] = [];
    for (const file of listing.files) {
      guard.check();
      const indexed = await readFile(file, known.get(file.path), warn);
      if (indexed) files.push({ file, indexed });
    }
    const filled = await fillVectors({
      index: { files: files.map(({ indexed }) => indexed), ...(before.probe !== undefined && { probe: before.probe }) },
      embedder,
      warn,
      signal: stop.signal,
    });
    const { changed, contentChanged } = compare(before, filled);
    if (contentChanged || searchable === undefined) {
      searchable = await createSearchableRunbooks(
        files.map(({ file }, at) => [file.name, filled.files[at] as IndexedFile]),
      );
    }
    if (changed && indexPath !== undefined) {
      await saveIndex(indexPath, filled).catch((error: Error) => {
        warn(`${indexPath} cannot be written (${error.message}); the index is kept in memory only`);
      });
    }
    stored = filled;
    refreshedAt = performance.now();
    return searchable;
  };

  const current = async (): Promise<SearchableRunbooks> => {
    guard.check();
    if (searchable !== undefined && performance.now() - refreshedAt < refreshMs) return searchable;
    refreshing ??= guard.run(refresh).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  return {
    async search(alert, k, signal) {
      const runbook = await untilAborted(current, signal);
      return untilAborted(() => runbook.search(alert, k, { embedder, warn }), signal);
    },
    dispose() {
      stop.abort();
      return guard.dispose(async () => undefined);
    },
  };
}

/** What is known of a file if it has not changed, else what it says now; undefined when it is gone. */
async function readFile(
  file: RunbookFile,
  known: IndexedFile | undefined,
  warn: (warning: string) => void,
): Promise<IndexedFile | undefined> {
  const { path, size, mtimeMs } = file;
  if (known?.size === size && known.mtimeMs === mtimeMs && mtimeMs + YOUNG_MS < known.checkedAtMs) return known;
  const checkedAtMs = Date.now();
  try {
    const read = await readRunbook(path);
    if (!read) return undefined;
    if (known?.sha256 === read.sha256) return { ...known, size, mtimeMs, checkedAtMs };
    // Between files whatever else waits gets its turn: parsing one takes its time.
    await setImmediate();
    return { path, size, mtimeMs, checkedAtMs, sha256: read.sha256, sections: parseSections(read.text) };
  } catch (error) {
    warn(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return known;
  }
}

/** Whether the index is another one than before, and whether searches could tell. */
function compare(before: StoredIndex, after: StoredIndex): { changed: boolean; contentChanged: boolean } {
  const same = before.files.length === after.files.length;
  const changed = !same || before.probe !== after.probe || after.files.some((file, at) => file !== before.files[at]);
  const contentChanged =
    !same ||
    after.files.some(
      (file, at) => file.sections !== before.files[at]?.sections || file.vectors !== before.files[at]?.vectors,
    );
  return { changed, contentChanged };
}
