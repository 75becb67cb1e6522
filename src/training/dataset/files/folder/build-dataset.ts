import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted } from '../../../../core/deadline.js';
import { TrainingError } from '../../../../core/errors.js';
import { DEFAULT_CATALOG } from '../../../../domain/index.js';
import type { Example, Split } from '../../example.js';
import type { Facts } from '../../facts/schema.js';
import { SPLITS } from '../../plan.js';
import { leakageCount } from '../../statistics.js';
import { exampleAt } from '../../stream.js';
import type { WrittenFile } from '../lines.js';
import { DEFAULT_CATALOG_ID } from '../read-labelled-alerts.js';
import { writeLabelledAlerts } from '../write-labelled-alerts.js';
import { CATALOGS_FILE, writeCatalogs } from './catalogs.js';
import { createLeakageCounter } from './leakage.js';
import { DATASET_MANIFEST, type DatasetManifest, SPLIT_RULES } from './manifest.js';

export interface BuildDatasetOptions {
  readonly facts: Facts;
  /** Folder to write; made when it is not there. */
  readonly out: string;
  readonly seed: number;
  /** Examples of each split, 0 or more. */
  readonly counts: Readonly<Record<Split, number>>;
  /** Which catalogs are presented. Default both. */
  readonly catalogs?: 'default' | 'random' | 'both';
  /** Version of this package, for the manifest. */
  readonly packageVersion: string;
  /** Replaces the files of an older dataset in the folder; other files in it stay. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (split: Split, done: number, total: number) => void;
}

/**
 * Draws a dataset and writes it as a folder: `train.jsonl`, `validation.jsonl`, `calibration.jsonl`, `test.jsonl`,
 * `catalogs.jsonl` and `manifest.json`. The same facts, seed, counts and catalogs give the same bytes. Nothing is left
 * behind on failure.
 *
 * @throws TrainingError when the folder is not empty and `force` is not set, when it cannot be written, or when the
 *   splits leak; AbortedError
 */
export async function buildDataset(options: BuildDatasetOptions): Promise<DatasetManifest> {
  const { facts, seed, counts, catalogs = 'both', onProgress } = options;
  const total = SPLITS.reduce((sum, split) => sum + counts[split], 0);
  let done = 0;
  function* examples(split: Split): Generator<Example, void, void> {
    for (let index = 0; index < counts[split]; index++) {
      yield exampleAt(facts, { seed, split, catalogs }, index);
      done += 1;
      onProgress?.(split, done, total);
    }
  }
  return writeDataset({
    out: options.out,
    examples,
    about: { seed, catalogs, factsHash: facts.hash, packageVersion: options.packageVersion },
    factsLeakage: leakageCount(facts),
    force: options.force ?? false,
    ...(options.signal && { signal: options.signal }),
  });
}

export interface WriteDatasetOptions {
  readonly out: string;
  readonly examples: (split: Split) => Iterable<Example> | AsyncIterable<Example>;
  readonly about: Pick<DatasetManifest, 'seed' | 'catalogs' | 'factsHash' | 'packageVersion'>;
  /** Leakage that is known of the facts behind the examples. */
  readonly factsLeakage: number;
  readonly force: boolean;
  readonly signal?: AbortSignal;
}

/** Writes examples as a dataset folder; see `buildDataset`. */
export async function writeDataset(options: WriteDatasetOptions): Promise<DatasetManifest> {
  const { out, signal } = options;
  const made = await prepareFolder(out, options.force);
  const stage = await mkdtemp(join(out, '.partial-'));
  try {
    const leakage = createLeakageCounter();
    const catalogs = new Map([[DEFAULT_CATALOG_ID, DEFAULT_CATALOG]]);
    const files: Record<string, WrittenFile> = {};
    for (const split of SPLITS) {
      const watched = watch(options.examples(split), (example) => leakage.add(example));
      const name = `${split}.jsonl`;
      files[name] = await writeLabelledAlerts(join(stage, name), watched, { catalogs, ...(signal && { signal }) });
    }
    files[CATALOGS_FILE] = await writeCatalogs(join(stage, CATALOGS_FILE), catalogs);
    const leaked = leakage.count() + options.factsLeakage;
    if (leaked > 0) {
      const [first] = leakage.leaks();
      const example =
        first === undefined ? 'the facts themselves' : `${first.what} is in ${first.splits.join(' and ')}`;
      throw new TrainingError(
        `leakage ${leaked}: ${example}; nothing was written, since a test on it would prove nothing`,
      );
    }
    const manifest: DatasetManifest = {
      formatVersion: 1,
      ...options.about,
      files,
      leakage: leaked,
      splitRules: [...SPLIT_RULES],
    };
    await writeFile(join(stage, DATASET_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    throwIfAborted(signal);
    await publish(stage, out, [...Object.keys(files), DATASET_MANIFEST]);
    return manifest;
  } finally {
    await rm(stage, { recursive: true, force: true });
    // Fails when the folder holds the dataset, and then it is to stay.
    if (made) await rmdir(out).catch(() => undefined);
  }
}

async function* watch(
  examples: Iterable<Example> | AsyncIterable<Example>,
  see: (example: Example) => void,
): AsyncGenerator<Example, void, void> {
  for await (const example of examples) {
    see(example);
    yield example;
  }
}

/** Makes the folder, or sees that it may be written to; true when it was not there before. */
async function prepareFolder(out: string, force: boolean): Promise<boolean> {
  let entries: string[];
  let made: string | undefined;
  try {
    made = await mkdir(out, { recursive: true });
    entries = await readdir(out);
  } catch (error) {
    throw new TrainingError(`${out} cannot be used as a folder: ${(error as Error).message}`, { cause: error });
  }
  if (entries.length > 0 && !force) {
    throw new TrainingError(
      `${out} is not empty (${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ', ...' : ''}). Choose another ` +
        'folder, or pass --force (force: true) to replace the dataset in it.',
    );
  }
  return made !== undefined;
}

/** Moves the files to their places; the manifest goes first and comes last, so that it never vouches for a mixture. */
async function publish(stage: string, out: string, names: readonly string[]): Promise<void> {
  await rm(join(out, DATASET_MANIFEST), { force: true });
  for (const name of names) await rename(join(stage, name), join(out, name));
}
