import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOfFile } from '../lines.js';
import { createLeakageCounter, type Leak } from './leakage.js';
import { DATASET_MANIFEST, readDatasetManifest } from './manifest.js';
import { type DatasetProblem, type OpenDatasetOptions, openDataset } from './open-dataset.js';

export interface ValidateDatasetOptions extends OpenDatasetOptions {
  /** Called for every problem as it is found. */
  readonly onProblem?: (problem: DatasetProblem) => void;
}

export interface DatasetValidation {
  /** True when there is at least one row, every one is good, the files are those of the manifest, and nothing leaks. */
  readonly ok: boolean;
  /** Good rows of each file. */
  readonly good: Readonly<Record<string, number>>;
  /** Rows and files that cannot be used. */
  readonly problems: number;
  readonly manifest: 'none' | 'matches' | 'differs';
  /** Alert names and alert texts that stand in more than one split. */
  readonly leakage: number;
  /** The first of them. */
  readonly leaks: readonly Leak[];
}

/**
 * Reads every row of a file or folder, compares the files with the hashes of the manifest where there is one, and
 * counts what stands in more than one split.
 *
 * @throws TrainingError when the path cannot be read
 */
export async function validateDataset(path: string, options: ValidateDatasetOptions = {}): Promise<DatasetValidation> {
  const dataset = await openDataset(path, options);
  const leakage = createLeakageCounter();
  const good: Record<string, number> = Object.fromEntries(dataset.files.map((file) => [file, 0]));
  let problems = 0;
  const report = (problem: DatasetProblem): void => {
    problems += 1;
    options.onProblem?.(problem);
  };
  for await (const row of dataset.rows()) {
    if ('example' in row) {
      good[row.file] = (good[row.file] ?? 0) + 1;
      leakage.add(row.example);
    } else report(row);
  }
  const rows = Object.values(good).reduce((sum, count) => sum + count, 0);
  if (rows === 0 && problems === 0)
    report({ file: path, reason: 'expected at least one labelled alert, received none' });
  const manifest = dataset.folder === undefined ? 'none' : await checkManifest(dataset.folder, good, report);
  return {
    ok: problems === 0 && leakage.count() === 0,
    good,
    problems,
    manifest,
    leakage: leakage.count(),
    leaks: leakage.leaks(),
  };
}

/** Compares the files of a folder with what its manifest says of them. */
async function checkManifest(
  folder: string,
  good: Readonly<Record<string, number>>,
  report: (problem: DatasetProblem) => void,
): Promise<DatasetValidation['manifest']> {
  const read = await readDatasetManifest(folder);
  if (read === undefined) return 'none';
  const own = join(folder, DATASET_MANIFEST);
  if ('fault' in read) {
    report({ file: own, reason: read.fault });
    return 'differs';
  }
  const { manifest } = read;
  let result: 'matches' | 'differs' = 'matches';
  const differ = (file: string, reason: string): void => {
    result = 'differs';
    report({ file, reason });
  };
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const file = join(folder, name);
    if (!(await exists(file))) differ(file, 'is named in the manifest, but is not there; build the dataset again');
    else if ((await hashOfFile(file)) !== sha256) {
      differ(file, 'has another SHA-256 than the manifest says: it was changed after the dataset was built');
    }
  }
  for (const file of Object.keys(good)) {
    if (!Object.keys(manifest.files).some((name) => join(folder, name) === file)) {
      differ(file, 'is not named in the manifest: it was added after the dataset was built');
    }
  }
  if (manifest.leakage > 0) differ(own, `says that ${manifest.leakage} names or alerts stand in more than one split`);
  return result;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
