import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TrainingError } from '../../../../core/errors.js';
import type { Catalog } from '../../../../domain/index.js';
import type { Example, Split } from '../../example.js';
import { SPLITS } from '../../plan.js';
import { linesOf } from '../lines.js';
import { createRowReader, eachLabelledAlert } from '../read-labelled-alerts.js';
import { CATALOGS_FILE, readCatalogs } from './catalogs.js';

/** Something in a dataset that cannot be used. */
export interface DatasetProblem {
  /** Path of the file. */
  readonly file: string;
  /** From 1; undefined for the file as a whole. */
  readonly line?: number;
  readonly reason: string;
}

/** A good line of a dataset. */
export interface DatasetRow {
  readonly file: string;
  readonly line: number;
  readonly example: Example;
}

export interface OpenDatasetOptions {
  /** The catalog of lines that name none. Default: the default catalog. */
  readonly catalog?: Catalog;
}

/** A dataset whose rows are not read yet. */
export interface OpenedDataset {
  /** The folder, or undefined for a single file. */
  readonly folder?: string;
  /** Its files of labelled alerts: those named after a split first, then the others by name. */
  readonly files: readonly string[];
  /** Every row, one at a time, in the order of the files. */
  rows(): AsyncGenerator<DatasetRow | DatasetProblem, void, void>;
}

/**
 * Opens a file of labelled alerts, or a folder of them with their catalogs. In a folder, a file that is named after a
 * split (`train.jsonl`) is of that split.
 *
 * @throws TrainingError when the path cannot be read, or the folder holds no file of labelled alerts
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  const folder = await isFolder(path);
  if (!folder) {
    const readerOf = () => createRowReader(options);
    return {
      files: [path],
      async *rows() {
        for await (const row of eachLabelledAlert(linesOf(path), readerOf())) yield { file: path, ...row };
      },
    };
  }
  const entries = await readdir(path);
  const names = entries.filter((name) => name.endsWith('.jsonl') && name !== CATALOGS_FILE).sort(bySplit);
  if (names.length === 0) {
    throw new TrainingError(
      `${path} holds no file of labelled alerts; expected files such as train.jsonl or alerts.jsonl`,
    );
  }
  return {
    folder: path,
    files: names.map((name) => join(path, name)),
    async *rows() {
      const { catalogs, problems } = entries.includes(CATALOGS_FILE)
        ? await readCatalogs(path)
        : { catalogs: new Map<string, Catalog>(), problems: [] };
      for (const problem of problems) yield { file: join(path, CATALOGS_FILE), ...problem };
      // One for all files, so that an id stands for one example of the folder.
      const reader = createRowReader({ ...options, catalogs });
      for (const name of names) {
        const split = splitOfFile(name);
        const place = { file: name, ...(split !== undefined && { split }) };
        const file = join(path, name);
        for await (const row of eachLabelledAlert(linesOf(file), reader, place)) yield { file, ...row };
      }
    },
  };
}

/** Reads a file or folder as a whole: the good rows as examples, and every bad one. See `openDataset`. */
export async function readDataset(
  path: string,
  options: OpenDatasetOptions = {},
): Promise<{ readonly examples: Example[]; readonly problems: DatasetProblem[] }> {
  const examples: Example[] = [];
  const problems: DatasetProblem[] = [];
  const dataset = await openDataset(path, options);
  for await (const row of dataset.rows()) {
    if ('example' in row) examples.push(row.example);
    else problems.push(row);
  }
  return { examples, problems };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new TrainingError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function splitOfFile(name: string): Split | undefined {
  return SPLITS.find((split) => basename(name, '.jsonl') === split);
}

function bySplit(left: string, right: string): number {
  const rank = (name: string): number => {
    const split = splitOfFile(name);
    return split === undefined ? SPLITS.length : SPLITS.indexOf(split);
  };
  return rank(left) - rank(right) || (left < right ? -1 : 1);
}
