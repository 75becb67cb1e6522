import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError, TrainingError } from '../../../../src/core/errors.js';
import { buildVocabulary } from '../../../../src/encoding/index.js';
import { RunFolder, type TrainingCheckpoint } from '../../../../src/training/trainer/run-folder.js';
import { parseTrainingSettings } from '../../../../src/training/trainer/settings.js';

const vocabulary = buildVocabulary([], { maxWords: 8, minCount: 1, hashBuckets: 4, maxTokens: 4 });
const identity = { settings: parseTrainingSettings({ steps: 7 }), datasetHash: 'a'.repeat(64) };
const checkpoint: TrainingCheckpoint = {
  step: 5,
  tensors: new Map([
    ['weight', { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0.1) }],
    ['m.weight', { shape: [2, 2], data: new Float32Array(4) }],
  ]),
  batch: { next: 9, places: [{ example: 3, drawnAt: 2, done: 1 }] },
};

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'agent-trm-run-')), 'run');
});
afterEach(() => rm(join(path, '..'), { recursive: true, force: true }));

describe('the folder of a run', () => {
  it('has no checkpoint at first, then the last one that was saved', async () => {
    const folder = new RunFolder(path);
    await folder.open(identity, vocabulary, false);
    expect(await folder.loadCheckpoint()).toBeUndefined();
    await folder.saveCheckpoint({ ...checkpoint, step: 4 });
    await folder.saveCheckpoint(checkpoint);
    expect(await folder.loadCheckpoint()).toEqual(checkpoint);
    expect((await readdir(path)).sort()).toEqual(['checkpoint.safetensors', 'run.json', 'vocabulary.json']);
  });

  it('is not used for another run by mistake', async () => {
    await new RunFolder(path).open(identity, vocabulary, false);
    await expect(new RunFolder(path).open(identity, vocabulary, false)).rejects.toThrow(/--resume/);
    await new RunFolder(path).open(identity, vocabulary, true);
    for (const other of [
      { ...identity, datasetHash: 'b'.repeat(64) },
      { ...identity, settings: parseTrainingSettings({ steps: 8 }) },
      { ...identity, weightsSha256: 'c'.repeat(64) },
    ]) {
      const opened = new RunFolder(path).open(other, vocabulary, true);
      await expect(opened).rejects.toThrow(/other settings, facts or first weights/);
      await expect(opened).rejects.toBeInstanceOf(TrainingError);
    }
  });

  it('writes one line a report', async () => {
    const folder = new RunFolder(path);
    await folder.open(identity, vocabulary, false);
    await folder.log({ step: 1, loss: 2.5 });
    await folder.log({ step: 2, loss: 2 });
    const lines = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { step: 1, loss: 2.5 },
      { step: 2, loss: 2 },
    ]);
  });

  it('refuses a damaged checkpoint', async () => {
    const folder = new RunFolder(path);
    await folder.open(identity, vocabulary, false);
    await folder.saveCheckpoint(checkpoint);
    const file = join(path, 'checkpoint.safetensors');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 3));
    await expect(folder.loadCheckpoint()).rejects.toBeInstanceOf(CheckpointError);
    await folder.saveCheckpoint({ ...checkpoint, batch: { next: 0, places: [] } });
    await expect(folder.loadCheckpoint()).rejects.toThrow(/which rows were in work/);
  });
});
