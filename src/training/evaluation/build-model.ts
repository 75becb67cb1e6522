import { CAUSES } from '../../encoding/index.js';
import type { RuntimeOptions } from '../../runtime/index.js';
import {
  CALIBRATION_INPUTS,
  type ModelFolder,
  type ModelManifest,
  type ParameterMap,
  type ReasoningStep,
  writeModelFolder,
} from '../../trm/remediation/index.js';
import { fromFloat32, toFloat32 } from '../../trm/weights/index.js';
import { type Example, exampleAt, type Facts, outOfDomainExample, type StreamOptions } from '../dataset/index.js';
import type { TrainedModel, TrainingSettings } from '../trainer/index.js';
import { answerExamples } from './answer-examples.js';
import { fitCalibration } from './calibration/fit-calibration.js';
import { type EvaluationReport, evaluateModel } from './evaluate.js';
import { judge } from './judge.js';
import { modelCard } from './report/model-card.js';
import type { SuiteReport } from './suite-report.js';
import { SUITES, type Suite } from './suites.js';

export interface BuildModelOptions {
  readonly trained: TrainedModel;
  readonly settings: TrainingSettings;
  readonly facts: Facts;
  /** Folder to write; an older model there is replaced. */
  readonly path: string;
  readonly name: string;
  readonly version: number;
  /** Command that made the model, for the card. */
  readonly command: string;
  /** Markdown for the card: what was tried, and what lost. */
  readonly notes?: string;
  /** Rows to fit the calibration on. Default 2,000. */
  readonly calibrationRows?: number;
  /** What it is measured on. Default: all suites, with baselines and thresholds by risk. */
  readonly suites?: readonly Suite[];
  /** Examples a suite of the evaluation. Default 400. */
  readonly evaluationRows?: number;
  readonly runtime?: RuntimeOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/**
 * Makes a model folder out of trained weights: rounds them to what is shipped (float16), fits the calibration on the
 * calibration split, writes the folder, measures it, and writes it again with its figures and card.
 */
export async function buildModelFolder(options: BuildModelOptions): Promise<EvaluationReport> {
  const { trained, facts, signal, runtime } = options;
  const weights = shippedPrecision(trained.weights);
  const manifest = manifestOf(options, {});
  const folder = uncalibrated(options, weights, manifest);
  const count = options.calibrationRows ?? 2_000;
  const examples = calibrationExamples(facts, count);
  const answered = await answerExamples(folder, examples, {
    ...(runtime && { runtime }),
    ...(signal && { signal }),
    onProgress: (done) => options.onProgress?.('calibration', done, count),
  });
  const calibration = fitCalibration(
    answered.map(({ example, steps }) => {
      const { answer, step } = steps.at(-1) as ReasoningStep;
      const right = example.answerable !== false && judge(answer, example).callRight;
      return { features: { ...answer.features, step }, right };
    }),
    'calibration',
  );
  const calibratedAt = new Date().toISOString();
  const parts = { weights, vocabulary: trained.vocabulary, calibration };
  await writeModelFolder(options.path, { ...parts, manifest: manifestOf(options, {}, calibratedAt) });
  const report = await evaluateModel({
    modelPath: options.path,
    facts,
    suites: options.suites ?? SUITES,
    count: options.evaluationRows ?? 400,
    ...(options.suites === undefined && { baselineExamples: BASELINE_EXAMPLES, risks: RISKS, draws: DRAWS }),
    ...(runtime && { runtime }),
    ...(signal && { signal }),
    onProgress: (suite, done, total) => options.onProgress?.(suite, done, total),
  });
  const figures = {
    threshold: report.threshold,
    seed: report.seed,
    suites: Object.fromEntries(report.rows.map(({ suite, ...row }) => [suite, figuresOf(row)])),
    ...(report.draws && { draws: report.draws }),
    ...(report.memory && { memory: report.memory }),
    ...(report.risks && { risks: report.risks }),
  };
  const measured = manifestOf(options, figures, calibratedAt);
  const card = modelCard(measured, report, options.command, options.notes);
  await writeModelFolder(options.path, { ...parts, manifest: measured, texts: { 'MODEL_CARD.md': card } });
  return report;
}

/** Examples of the training split that the baselines learn from. */
const BASELINE_EXAMPLES = 4_000;
/** Draws of the headline suites. */
const DRAWS = 3;
/** Shares of wrong answers that thresholds are derived for. */
const RISKS = [0.02, 0.05];

/** The single figures of a suite, to four digits; the page of `agent-trm evaluate --report` has the rest. */
function figuresOf(row: Omit<SuiteReport, 'suite'>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      typeof value === 'number' && Number.isFinite(value) ? [[name, Number(value.toFixed(4))]] : [],
    ),
  );
}

/** Seed of the rows that the calibration is fitted on. */
const CALIBRATION_SEED = 30_000;
/** Every so many rows, one is no alert at all. Odd, since every other row decides what the rest has fitted. */
const OUT_OF_DOMAIN_EVERY = 19;

/**
 * Which functions the rows are shown in turn: the usual ones, only such as training never saw, those of its rules too, and
 * many of the usual ones.
 */
const KINDS: readonly Pick<StreamOptions, 'functions' | 'catalogs' | 'catalogSizes'>[] = [
  {},
  { functions: 'unseen', catalogs: 'random' },
  { functions: 'all' },
  { catalogs: 'random', catalogSizes: [16, 32] },
];

/** Alert names and functions that are not in training, some beside demonstrations, and input that is no alert. */
function calibrationExamples(facts: Facts, count: number): Example[] {
  const stream = { seed: CALIBRATION_SEED, split: 'calibration', demonstrationShare: 0.1 } as const;
  return Array.from({ length: count }, (_, index): Example => {
    if (index % OUT_OF_DOMAIN_EVERY === 0) {
      return outOfDomainExample({ seed: CALIBRATION_SEED, split: 'calibration', index });
    }
    return exampleAt(facts, { ...stream, ...KINDS[Math.floor(index / 2) % KINDS.length] }, index);
  });
}

type Unwritten = Omit<ModelManifest, 'files' | 'parameterCount' | 'formatVersion' | 'architecture'>;

function manifestOf(options: BuildModelOptions, metrics: Record<string, unknown>, calibratedAt?: string): Unwritten {
  const { trained, settings } = options;
  return {
    name: options.name,
    version: options.version,
    config: trained.config,
    haltMaxSteps: settings.haltMaxSteps,
    causes: [...CAUSES],
    training: {
      datasetHash: trained.datasetHash,
      settings,
      command: options.command,
      ...(calibratedAt !== undefined && { calibratedAt }),
      ...(trained.from && { from: trained.from }),
    },
    metrics,
  };
}

/** The model as a folder that is not written yet, with a calibration that only passes q through. */
function uncalibrated(options: BuildModelOptions, weights: ParameterMap, manifest: Unwritten): ModelFolder {
  const none = '0'.repeat(64);
  const file = { name: 'none', sha256: none };
  return {
    path: options.path,
    manifest: {
      ...manifest,
      formatVersion: 1,
      architecture: 'remediation-slot-trm',
      parameterCount: 1,
      files: { weights: file, vocabulary: file, calibration: file },
    },
    weights,
    vocabulary: options.trained.vocabulary,
    calibration: {
      formatVersion: 3,
      inputs: [...CALIBRATION_INPUTS],
      intercept: 0,
      coefficients: CALIBRATION_INPUTS.map((_, index) => (index === 0 ? 1 : 0)),
      weightsSha256: none,
      vocabularySha256: none,
      fittedOn: { rows: 1, split: 'none' },
    },
  };
}

function shippedPrecision(weights: ParameterMap): ParameterMap {
  return new Map(
    [...weights].map(([name, { shape, data }]) => [name, { shape, data: toFloat32(fromFloat32(data, shape, 'F16')) }]),
  );
}
