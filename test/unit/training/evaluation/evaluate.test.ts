import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError, TrainingError } from '../../../../src/core/errors.js';
import {
  type DetailedEvaluation,
  evaluateInDetail,
  evaluateModel,
  pageOf,
} from '../../../../src/training/evaluation/index.js';
import { modelCard } from '../../../../src/training/evaluation/report/model-card.js';
import { facts } from '../../../fixtures/facts.js';
import { writeRandomModel } from '../../trm/remediation/random-model.js';
import { labelled } from './judged.js';

const runtime = { executionProviders: ['cpu'], intraOpThreads: 1 } as const;
const COUNT = 12;
const OWN = {
  name: 'own',
  description: "two alerts of one's own",
  examples: [labelled('PodCrashLooping', ['pod-restart']), labelled('Watchdog', [])],
};

describe('an evaluation, of random weights', () => {
  let folder: string;
  let modelPath: string;
  let evaluation: DetailedEvaluation;
  const progress: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-trm-evaluate-'));
    modelPath = join(folder, 'random');
    await writeRandomModel(modelPath, 9);
    evaluation = await evaluateInDetail({
      modelPath,
      facts,
      suites: ['unseen-alert', 'ood', 'memory'],
      sets: [OWN],
      count: COUNT,
      seed: 5,
      threshold: 0.5,
      baselineExamples: 40,
      runtime,
      onProgress: (stage) => void (progress.at(-1) === stage || progress.push(stage)),
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('measures every suite and every set, in order, on as many cases as there are', () => {
    const { report, sets } = evaluation;
    expect(report).toMatchObject({ model: 'random-v1', threshold: 0.5, seed: 5 });
    expect(report.rows.map(({ suite }) => suite)).toEqual(['unseen-alert', 'ood', 'memory', 'own']);
    expect(sets.map(({ cases }) => cases.length)).toEqual(report.rows.map(({ cases }) => cases));
    expect(report.rows.map(({ cases }) => cases)).toEqual([COUNT, COUNT, report.rows[2]?.cases, 2]);
    expect(report.risks).toBeUndefined();
    for (const stage of ['unseen-alert', 'ood', 'memory', 'own']) expect(progress).toContain(stage);
  });

  it('lets every row run to the last step, and counts what its head would have stopped at', () => {
    const { report, sets, folder: model } = evaluation;
    const { H_cycles } = model.manifest.config;
    for (const { cases } of sets) {
      for (const { answered, final } of cases) {
        expect(answered.steps).toHaveLength(model.manifest.haltMaxSteps * H_cycles);
        expect(final.hCycle).toBe(H_cycles);
        expect(final.step === model.manifest.haltMaxSteps || final.answer.features.qHaltLogit > 0).toBe(true);
      }
    }
    for (const { cycles } of report.rows) expect(cycles).toHaveLength(model.manifest.haltMaxSteps * H_cycles);
  });

  it('measures headline suites on several draws where these are asked for, the first being that of the row', async () => {
    expect(evaluation.report.draws).toBeUndefined();
    const { report } = await evaluateInDetail({
      modelPath,
      facts,
      suites: ['unseen-alert', 'none'],
      count: 6,
      seed: 5,
      draws: 3,
      runtime,
    });
    const { draws = [] } = report;
    expect(draws.map(({ suite, seed }) => [suite, seed])).toEqual([5, 6, 7].map((seed) => ['unseen-alert', seed]));
    expect(draws[0]).toMatchObject({ callAccuracy: report.rows[0]?.callAccuracy });
    const alone = await evaluateModel({ modelPath, facts, suites: ['unseen-alert'], count: 6, seed: 7, runtime });
    expect(draws[2]).toMatchObject({ functionAccuracy: alone.rows[0]?.functionAccuracy });
    const card = modelCard(evaluation.folder.manifest, report, 'train');
    expect(card).toMatch(/\| suite \| 5 \| 6 \| 7 \|\n\|---\|---\|---\|---\|\n\| unseen-alert \|/);
  });

  it('adds answered alerts and asks about others, where the suite of the memory is asked for', () => {
    const { memory, rows } = evaluation.report;
    expect(memory?.taught).toBeGreaterThan(3);
    expect(memory?.taught).toBeLessThan(COUNT);
    expect(memory?.others).toBeGreaterThan(COUNT / 2);
    expect(memory?.others).toBeLessThanOrEqual(COUNT);
    for (const share of [memory?.found, memory?.followed, memory?.unchanged]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    // Three in four are the same alert in another spelling; what is shown nothing is answered as before.
    expect(memory?.found).toBeGreaterThan(0.5);
    expect(memory?.unchanged).toBeGreaterThan(0.5);
    expect(rows.find(({ suite }) => suite === 'memory')?.cases).toBeLessThan(COUNT);
  });

  it('compares with baselines on the same cases', () => {
    const { baselines, rows } = evaluation.report;
    for (const { suite, cases } of rows) {
      const own = baselines?.rows.filter((row) => row.suite === suite) ?? [];
      expect(own.length).toBeGreaterThan(3);
      for (const row of own) expect(row.cases, `${suite} ${row.baseline}`).toBe(cases);
    }
    expect(baselines?.skipped.map(({ baseline }) => baseline)).toHaveLength(1);
  });

  it('is the same again, and another for another seed or depth', async () => {
    const options = {
      modelPath,
      facts,
      suites: ['unseen-alert'],
      count: COUNT,
      seed: 5,
      threshold: 0.5,
      runtime,
    } as const;
    const again = await evaluateModel(options);
    expect(again.rows).toEqual(evaluation.report.rows.slice(0, 1));
    expect([again.memory, again.baselines]).toEqual([undefined, undefined]);
    expect((await evaluateModel({ ...options, seed: 6 })).rows).not.toEqual(again.rows);
    const [shallow] = (await evaluateModel({ ...options, cycles: { H_cycles: 1, L_cycles: 1 } })).rows;
    expect(shallow?.cycles.map(({ hCycle }) => hCycle)).toEqual([1, 1]);
  });

  it('refuses what there is nothing of, or what there is not', async () => {
    const options = { modelPath, facts, count: 4, runtime };
    const empty = evaluateModel({ ...options, sets: [OWN, { ...OWN, name: 'empty', examples: [] }] });
    await expect(empty).rejects.toThrow(TrainingError);
    await expect(empty).rejects.toThrow(/suite empty: nothing was evaluated/);
    await expect(evaluateModel({ ...options, suites: ['iid'], count: 0 })).rejects.toThrow(/suite iid: nothing/);
    await expect(evaluateModel({ ...options, suites: ['no-such' as 'iid'] })).rejects.toThrow(ConfigurationError);
    await expect(evaluateModel({ ...options, modelPath: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'MODEL_LOAD',
    });
    const aborted = evaluateModel({ ...options, suites: ['iid'], signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  });

  describe('as a page', () => {
    const made = { measuredAt: '2026-01-31T00:00:00.000Z', command: 'agent-trm evaluate' };
    const page = () => pageOf(evaluation, made);

    it('says what was measured, of which model, and how', () => {
      const { manifest } = evaluation.folder;
      expect(page()).toMatchObject({
        formatVersion: 1,
        model: { name: 'random', version: 1, parameterCount: manifest.parameterCount },
        threshold: 0.5,
        seed: 5,
        ...made,
      });
      expect(page().model.hashes).toEqual({
        weights: manifest.files.weights.sha256,
        vocabulary: manifest.files.vocabulary.sha256,
        dataset: 'none',
      });
      expect(page().riskThresholds).toBeUndefined();
      const risks = [{ risk: 0.02, found: { threshold: 0.8, coverage: 0.4, riskBound: 0.01 } }, { risk: 0.001 }];
      const withRisks = { ...evaluation, report: { ...evaluation.report, risks } } as unknown as DetailedEvaluation;
      expect(pageOf(withRisks, made).riskThresholds).toEqual([
        { risk: 0.02, threshold: 0.8, coverage: 0.4 },
        { risk: 0.001, threshold: undefined, coverage: undefined },
      ]);
    });

    it('has for every suite its figures, its own baselines, a curve and a confusion of all cases', () => {
      for (const [index, suite] of page().suites.entries()) {
        const row = evaluation.report.rows[index];
        expect(suite).toMatchObject({ name: row?.suite, cases: row?.cases, noneCases: row?.noneCases });
        expect(suite.figures).toMatchObject({ coverage: row?.coverage, ece: row?.ece, meanSteps: row?.meanSteps });
        expect(suite.figures.callAccuracy).toEqual({
          value: row?.callAccuracy,
          low: row?.callInterval.low,
          high: row?.callInterval.high,
        });
        expect(suite.baselines?.length).toBe(
          evaluation.report.baselines?.rows.filter((one) => one.suite === row?.suite).length,
        );
        expect(suite.riskCoverage?.at(-1)?.[0]).toBe(1);
        const counted = suite.confusion?.counts.flat().reduce((sum, count) => sum + count, 0);
        expect(counted).toBe(row?.cases);
        expect(suite.reliability?.reduce((sum, { count }) => sum + count, 0)).toBe(row?.cases);
      }
    });

    it('shows wrong answers, the surest first, with their steps up to the one that counts', () => {
      for (const [index, { worstErrors = [] }] of page().suites.entries()) {
        const wrong = evaluation.sets[index]?.cases.filter(({ verdict }) => !verdict.callRight) ?? [];
        expect(worstErrors).toHaveLength(Math.min(10, wrong.length));
        for (const [place, { id, confidence, trace }] of worstErrors.entries()) {
          expect(confidence).toBeLessThanOrEqual(worstErrors[place - 1]?.confidence ?? 1);
          expect(trace?.at(-1)?.confidence).toBe(confidence);
          expect(wrong.map(({ answered }) => answered.example.id)).toContain(id);
        }
      }
      expect(page().suites.flatMap(({ worstErrors = [] }) => worstErrors).length).toBeGreaterThan(0);
    });

    it('thins a long curve and keeps its end', () => {
      const [first] = evaluation.sets;
      const cases = Array.from({ length: 1_001 }, (_, index) => {
        const one = first?.cases[index % COUNT] as (typeof first & object)['cases'][number];
        return { ...one, scored: { ...one.scored, confidence: index / 1_000 } };
      });
      const long = { ...evaluation, sets: [{ set: OWN, cases }] } as DetailedEvaluation;
      const curve = pageOf(long, made).suites[0]?.riskCoverage ?? [];
      expect(curve.length).toBeLessThanOrEqual(201);
      expect(curve.length).toBeGreaterThan(100);
      expect(curve.at(-1)?.[0]).toBe(1);
      for (const [index, [coverage]] of curve.entries()) expect(coverage).toBeGreaterThan(curve[index - 1]?.[0] ?? 0);
    });
  });

  describe('as a model card', () => {
    const card = () => modelCard(evaluation.folder.manifest, evaluation.report, 'agent-trm train', 'What lost: X.\n');

    it('has a row for every suite in each table, as many cells as columns, and no NaN', () => {
      const lines = card().split('\n');
      const tables = lines
        .join('\n')
        .split('\n\n')
        .filter((part) => part.startsWith('| '));
      expect(tables).toHaveLength(4);
      for (const table of tables) {
        const widths = table.split('\n').map((line) => line.split('|').length);
        expect(new Set(widths).size, table).toBe(1);
      }
      const [suites, cycles, baselines] = tables.map((table) => table.split('\n').slice(2));
      for (const rows of [suites, cycles, baselines]) {
        expect(rows?.map((line) => line.split(' | ')[0]?.slice(2))).toEqual(['unseen-alert', 'ood', 'memory', 'own']);
      }
      expect(card()).not.toMatch(/NaN|undefined|Infinity|\[object/);
    });

    it('says how it was made, what a suite holds, and what was tried', () => {
      expect(card()).toMatch(/^# random v1\n/);
      expect(card()).toContain('`agent-trm train`');
      expect(card()).toMatch(/at seed 5 and threshold 0\.5/);
      expect(card()).toContain('- ood: input that is no alert');
      expect(card()).toMatch(/What lost: X\.\n\n## Limits/);
      const { baselines: _, ...bare } = evaluation.report;
      expect(modelCard(evaluation.folder.manifest, bare, 'x')).not.toContain('### Baselines');
    });
  });
});
