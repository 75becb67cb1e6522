import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TrainingError } from '../../core/errors.js';
import type { Vocabulary } from '../../encoding/index.js';
import type { Parameter } from '../../trm/remediation/index.js';
import { readSafetensors, readSafetensorsMetadata, toFloat32, writeSafetensors } from '../../trm/weights/index.js';
import type { BatchState } from './row-source.js';
import type { TrainingSettings } from './settings.js';

/** What a run must agree on with the checkpoint that it resumes. */
export interface RunIdentity {
  readonly settings: TrainingSettings;
  readonly datasetHash: string;
  /** Hash of the weights that the run starts from, when they are those of another model. */
  readonly weightsSha256?: string;
}

/** All that a run needs to go on from the end of a step as if it had never stopped. */
export interface TrainingCheckpoint {
  readonly step: number;
  /** Weights, moments (`m.`, `v.`), averaged weights (`ema.`) and the carry of the batch (`z_H`, `z_L`). */
  readonly tensors: ReadonlyMap<string, Parameter>;
  readonly batch: BatchState;
}

const batchState = z.strictObject({
  next: z.int().min(1),
  places: z.array(z.strictObject({ example: z.int().min(0), drawnAt: z.int().min(1), done: z.int().min(0) })).min(1),
});

/** One line of metrics.jsonl. */
export type MetricsLine = Readonly<Record<string, number | string | readonly number[]>>;

/**
 * A run's folder: `run.json` (settings, dataset hash), `vocabulary.json`, `metrics.jsonl` (one line a logged step)
 * and `checkpoint.safetensors`, which is replaced as a whole so that an interrupted write loses nothing.
 */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Starts a run, or opens one to resume it. Throws TrainingError when the folder holds a run of other settings,
   * facts or first weights, or holds a run and `resume` is false.
   */
  async open(identity: RunIdentity, vocabulary: Vocabulary, resume: boolean): Promise<void> {
    const file = join(this.path, 'run.json');
    const known = await readFile(file, 'utf8').catch(() => undefined);
    const text = `${JSON.stringify(identity, null, 2)}\n`;
    if (known !== undefined && !resume) {
      throw new TrainingError(`${this.path} already holds a run. Resume it with --resume, or choose another folder.`);
    }
    if (known !== undefined && known !== text) {
      throw new TrainingError(
        `${file} is of a run with other settings, facts or first weights, so it cannot be resumed. Choose another folder.`,
      );
    }
    if (known !== undefined) return;
    await mkdir(this.path, { recursive: true });
    await writeFile(file, text);
    await writeFile(join(this.path, 'vocabulary.json'), `${JSON.stringify(vocabulary)}\n`);
  }

  async log(line: MetricsLine): Promise<void> {
    await appendFile(join(this.path, 'metrics.jsonl'), `${JSON.stringify(line)}\n`);
  }

  async saveCheckpoint({ step, tensors, batch }: TrainingCheckpoint): Promise<void> {
    const map = new Map(
      [...tensors].map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data: bytesOf(data) }]),
    );
    const temporary = join(this.path, `checkpoint.${process.pid}.partial`);
    try {
      await writeFile(temporary, writeSafetensors(map, { step: String(step), batch: JSON.stringify(batch) }));
      await rename(temporary, join(this.path, 'checkpoint.safetensors'));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** The last checkpoint, or undefined before the first one. */
  async loadCheckpoint(): Promise<TrainingCheckpoint | undefined> {
    const bytes = await readFile(join(this.path, 'checkpoint.safetensors')).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new TrainingError(`${this.path}: the checkpoint cannot be read: ${error.message}`, { cause: error });
    });
    if (!bytes) return undefined;
    const metadata = readSafetensorsMetadata(bytes);
    const step = Number(metadata.step);
    if (!Number.isInteger(step) || step < 0)
      throw new TrainingError(`${this.path}: the checkpoint does not say its step`);
    const batch = batchState.safeParse(parseJson(metadata.batch));
    if (!batch.success) throw new TrainingError(`${this.path}: the checkpoint does not say which rows were in work`);
    const tensors = new Map(
      [...readSafetensors(bytes)].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]),
    );
    return { step, tensors, batch: batch.data };
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
