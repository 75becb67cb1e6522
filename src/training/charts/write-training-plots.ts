import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrainingError } from '../../core/errors.js';
import { isObject } from '../../core/is-object.js';
import { replaceFiles } from './replace-files.js';
import { type MetricsRow, trainingPlots } from './training-plots.js';

export interface WrittenPlots {
  readonly files: readonly string[];
  /** Lines of metrics.jsonl that are no JSON object and were left out: an interrupted run may end in one. */
  readonly unreadableLines: number;
}

/**
 * Draws the metrics of a run into `plots/` of its folder; older plots there are replaced.
 *
 * @throws TrainingError when the folder holds no metrics
 * @throws ConfigurationError when the folder cannot be written
 */
export async function writeTrainingPlots(runFolder: string): Promise<WrittenPlots> {
  const file = join(runFolder, 'metrics.jsonl');
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new TrainingError(`${file} cannot be read: ${error.message}. Expected the folder of a training run.`, {
      cause: error,
    });
  });
  const { rows, unreadableLines } = readMetrics(text);
  return { files: await replaceFiles(join(runFolder, 'plots'), trainingPlots(rows)), unreadableLines };
}

/** The lines of a metrics.jsonl. */
export function readMetrics(text: string): { rows: MetricsRow[]; unreadableLines: number } {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = lines.map(parseRow).filter((row) => row !== undefined);
  return { rows, unreadableLines: lines.length - rows.length };
}

function parseRow(line: string): MetricsRow | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? (value as MetricsRow) : undefined;
  } catch {
    return undefined;
  }
}
