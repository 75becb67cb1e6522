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
  type TrainingSettings,
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
  steps: 4,
  batchSize: 3,
  warmUpSteps: 2,
  logEverySteps: 1,
  checkpointEverySteps: 100,
  vocabulary: { maxWords: 300, minCount: 1, hashBuckets: 32, maxTokens: 16, examples: 20 },
  curriculum: [
    { until: 0.5, H_cycles: 1, L_cycles: 1 },
    { until: 1, H_cycles: 1, L_cycles: 2 },
  ],
});

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
    expect(progress.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
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
      if (step === 2) controller.abort();
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    const resumed = await start('parts');
    expect([...resumed.weights.keys()].sort()).toEqual([...whole.weights.keys()].sort());
    for (const [name, { data }] of whole.weights) expect(resumed.weights.get(name)?.data, name).toEqual(data);
  });

  it('comes to the same losses and gradients in micro-batches, which need less memory', async () => {
    const reports: TrainingProgress[] = [];
    await train({
      facts,
      settings: { ...settings, microBatchSize: 2 },
      runFolder: join(folder, 'micro'),
      runtime: { executionProviders: ['cpu'], intraOpThreads: 1 },
      onProgress: (p) => reports.push(p),
    });
    for (const [index, report] of reports.entries()) {
      const expected = progress[index] as TrainingProgress;
      expect(report.loss / expected.loss).toBeCloseTo(1, 4);
      expect(report.gradientNorm / expected.gradientNorm).toBeCloseTo(1, 3);
      expect(report.callAccuracyPerStep).toEqual(expected.callAccuracyPerStep);
    }
  });

  describe('from another model', () => {
    const tune = async (from: ModelFolder, name: string, changed: Partial<TrainingSettings> = {}) =>
      train({
        facts,
        settings: { ...settings, steps: 1, warmUpSteps: 0, learningRate: 1e-9, ...changed },
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
          formatVersion: 3,
          inputs: [...CALIBRATION_INPUTS],
          intercept: 0,
          coefficients: CALIBRATION_INPUTS.map((_, index) => (index === 0 ? 1 : 0)),
          fittedOn: { rows: 1, split: 'calibration' },
        },
      });
      from = await readModelFolder(path);
    });

    it('starts at its weights and keeps its vocabulary', async () => {
      const tuned = await tune(from, 'tuned');
      for (const [name, { data }] of tuned.weights) {
        const first = from.weights.get(name)?.data as Float32Array;
        const furthest = data.reduce((most, value, index) => Math.max(most, Math.abs(value - Number(first[index]))), 0);
        expect(furthest, name).toBeLessThan(1e-6);
      }
      expect(tuned.vocabulary).toEqual(whole.vocabulary);
      expect(tuned.from).toEqual({ weightsSha256: from.manifest.files.weights.sha256, training: { seed: 1 } });
    });

    it('mixes its weights into the result where that is asked for', async () => {
      const kept = await tune(from, 'kept', { learningRate: 0.01, initialWeightsShare: 1 });
      const moved = [...kept.weights].flatMap(([name, { data }]) => {
        const first = from.weights.get(name)?.data;
        // Not toEqual, which tells -0 from 0.
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
    expect(whole.steps).toBe(4);
    expect(whole.datasetHash).toMatch(/^[0-9a-f]{64}$/);
    expect([...whole.weights.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });
});
