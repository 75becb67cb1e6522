import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES } from '../../../../src/encoding/index.js';
import { parseFacts } from '../../../../src/training/dataset/index.js';
import {
  parseTrainingSettings,
  type TrainedModel,
  type TrainingProgress,
  train,
} from '../../../../src/training/index.js';
import {
  CALIBRATION_INPUTS,
  type ModelFolder,
  readModelFolder,
  writeModelFolder,
} from '../../../../src/trm/remediation/index.js';
import { fewFacts } from '../../../fixtures/facts.js';

/** Small in everything: what is tested is that a run can stop and go on. */
const settings = parseTrainingSettings({
  network: { hidden_size: 24, num_heads: 2, expansion: 1, encoder_layers: 1, slots: 4 },
  steps: 2,
  batchSize: 3,
  warmUpSteps: 1,
  logEverySteps: 1,
  checkpointEverySteps: 100,
  vocabulary: { maxWords: 300, minCount: 1, hashBuckets: 32, maxTokens: 16, examples: 20 },
  curriculum: [
    { until: 0.5, H_cycles: 1, L_cycles: 1 },
    { until: 1, H_cycles: 1, L_cycles: 2 },
  ],
});

/** Names of the tensors that are not the same to the bit. Comparing millions of numbers one by one takes minutes. */
function differing(found: TrainedModel['weights'], wanted: TrainedModel['weights']): string[] {
  const bytes = (data?: Float32Array): Uint8Array =>
    data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array();
  return [...wanted].flatMap(([name, { data }]) =>
    Buffer.compare(bytes(data), bytes(found.get(name)?.data)) === 0 ? [] : [name],
  );
}

const facts = parseFacts(await fewFacts());

describe('a training run', () => {
  let folder: string;
  let whole: TrainedModel;
  const progress: TrainingProgress[] = [];
  const start = async (name: string, signal?: AbortSignal, onProgress?: (p: TrainingProgress) => void) =>
    train({
      facts,
      settings,
      runFolder: join(folder, name),
      resume: true,
      runtime: { executionProviders: ['cpu'], intraOpThreads: 1 },
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-trm-train-'));
    whole = await start('whole', undefined, (p) => progress.push(p));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('reports every step with finite figures, and writes them down', async () => {
    expect(progress.map(({ step }) => step)).toEqual([1, 2]);
    for (const { loss, gradientNorm, functionAccuracy } of progress) {
      expect(loss).toBeGreaterThan(0);
      expect(gradientNorm).toBeGreaterThan(0);
      expect(functionAccuracy).toBeGreaterThanOrEqual(0);
      expect(functionAccuracy).toBeLessThanOrEqual(1);
    }
    const lines = (await readFile(join(folder, 'whole', 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).loss)).toEqual(progress.map(({ loss }) => loss));
  });

  it('stopped in the middle and resumed, ends in the same weights', async () => {
    const controller = new AbortController();
    const stopped = start('parts', controller.signal, ({ step }) => {
      if (step === 1) controller.abort();
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    const resumed = await start('parts');
    expect([...resumed.weights.keys()].sort()).toEqual([...whole.weights.keys()].sort());
    expect(differing(resumed.weights, whole.weights)).toEqual([]);
  });

  describe('from another model', () => {
    const tune = async (from: ModelFolder, name: string, initialWeightsShare = 0) =>
      train({
        facts,
        settings: { ...settings, initialWeightsShare },
        from,
        runFolder: join(folder, name),
        runtime: { executionProviders: ['cpu'], intraOpThreads: 1 },
      });
    let from: ModelFolder;
    beforeAll(async () => {
      const path = join(folder, 'model');
      const manifest = { name: 'tiny', version: 1, config: whole.config, haltMaxSteps: 1, causes: [...CAUSES] };
      await writeModelFolder(path, {
        manifest: { ...manifest, training: { seed: 1 }, metrics: {} },
        weights: whole.weights,
        vocabulary: whole.vocabulary,
        calibration: {
          formatVersion: 1,
          inputs: [...CALIBRATION_INPUTS],
          intercept: 0,
          coefficients: [1, 0, 0, 0],
          fittedOn: { rows: 1, split: 'calibration' },
        },
      });
      from = await readModelFolder(path);
    });

    it('says which one, and keeps the share of its weights that is asked for', async () => {
      const tuned = await tune(from, 'tuned', 1);
      expect(tuned.from?.weightsSha256).toBe(from.manifest.files.weights.sha256);
      expect(tuned.vocabulary).toEqual(whole.vocabulary);
      const moved = [...tuned.weights].flatMap(([name, { data }]) => {
        const first = from.weights.get(name)?.data;
        return data.every((value, index) => value === first?.[index]) ? [] : [name];
      });
      expect(moved).toEqual([]);
    });

    it('is needed for a share of initial weights', async () => {
      const alone = train({
        facts,
        settings: { ...settings, initialWeightsShare: 0.5 },
        runFolder: join(folder, 'alone'),
      });
      await expect(alone).rejects.toThrow(/--from/);
    });

    it('is refused when the other model has another shape or other causes', async () => {
      const { manifest } = from;
      const wider = { ...from, manifest: { ...manifest, config: { ...manifest.config, hidden_size: 48 } } };
      await expect(tune(wider, 'wider')).rejects.toThrow(/hidden_size is 48, expected 24/);
      const renamed = { ...from, manifest: { ...manifest, causes: manifest.causes.map((cause) => `${cause}-2`) } };
      await expect(tune(renamed, 'renamed')).rejects.toThrow(/causes/);
    });
  });

  it('says what it was made of, and its weights are numbers', async () => {
    expect(whole.steps).toBe(2);
    expect(whole.datasetHash).toMatch(/^[0-9a-f]{64}$/);
    expect([...whole.weights.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });
});
