import { ConfigurationError, TrainingError } from '../../core/errors.js';
import type { RuntimeOptions } from '../../runtime/index.js';
import { type ModelFolder, type ReasoningStep, readModelFolder } from '../../trm/remediation/index.js';
import { type Example, type Facts, generateExamples } from '../dataset/index.js';
import { type AnsweredExample, answerExamples } from './answer-examples.js';
import { judge } from './judge.js';
import { augrc, brierScore, expectedCalibrationError, selective, share } from './metrics.js';

/**
 * Sets that a model is measured on. `iid`: alert names of the training split with values that were never seen;
 * `unseen-alert`: alert names that are not in training, with the default catalog; `unseen-function`: alert names and
 * functions that are not in training; `none`: rows of `unseen-alert` on which nothing should be done.
 */
export const SUITES = ['iid', 'unseen-alert', 'unseen-function', 'none'] as const;
export type Suite = (typeof SUITES)[number];

export interface EvaluateOptions {
  readonly modelPath: string;
  readonly facts: Facts;
  readonly suites?: readonly Suite[];
  /** Examples a suite. Default 400. */
  readonly count?: number;
  readonly seed?: number;
  readonly threshold?: number;
  readonly runtime?: RuntimeOptions;
  readonly precision?: 'float32' | 'int8';
  readonly signal?: AbortSignal;
  readonly onProgress?: (suite: Suite, done: number, total: number) => void;
}

/** Figures of one suite; shares are in [0, 1], NaN where there is nothing to count. */
export interface SuiteReport {
  readonly suite: Suite;
  readonly cases: number;
  readonly functionAccuracy: number;
  /** Function and every pointer right. */
  readonly callAccuracy: number;
  /** `callAccuracy` had the model stopped after each H cycle of the first supervision step. */
  readonly callAccuracyPerHCycle: readonly number[];
  readonly meanSteps: number;
  /** Share at or over the threshold, and exact calls among them. */
  readonly coverage: number;
  readonly selectiveAccuracy: number;
  /** Cases on which nothing should be done, and the share of them on which an accepted answer acts. */
  readonly noneCases: number;
  readonly wronglyActed: number;
  readonly ece: number;
  readonly brier: number;
  readonly augrc: number;
}

export interface EvaluationReport {
  readonly model: string;
  readonly threshold: number;
  readonly seed: number;
  readonly rows: readonly SuiteReport[];
}

/** Measures a model folder. Rejects with TrainingError when a suite holds no case, and as loading a model does. */
export async function evaluateModel(options: EvaluateOptions): Promise<EvaluationReport> {
  const folder = await readModelFolder(options.modelPath);
  const { threshold = 0.7, seed = 20_000 } = options;
  const rows: SuiteReport[] = [];
  for (const suite of options.suites ?? SUITES) {
    const examples = suiteExamples(suite, options.facts, seed, options.count ?? 400);
    if (examples.length === 0) throw new TrainingError(`suite ${suite}: nothing was evaluated`);
    const answered = await answerExamples(folder, examples, {
      ...(options.runtime && { runtime: options.runtime }),
      ...(options.precision && { precision: options.precision }),
      ...(options.signal && { signal: options.signal }),
      onProgress: (done) => options.onProgress?.(suite, done, examples.length),
    });
    rows.push(suiteReport(suite, answered, folder, threshold));
  }
  return { model: `${folder.manifest.name}-v${folder.manifest.version}`, threshold, seed, rows };
}

/** The cases of a suite; the same seed gives the same cases. Throws ConfigurationError for an unknown suite. */
export function suiteExamples(suite: Suite, facts: Facts, seed: number, count: number): Example[] {
  switch (suite) {
    case 'iid':
      return generateExamples(facts, { seed, split: 'train', count });
    case 'unseen-alert':
      return generateExamples(facts, { seed, split: 'test', catalogs: 'default', count });
    case 'unseen-function':
      return generateExamples(facts, { seed, split: 'test', catalogs: 'random', count });
    case 'none':
      return generateExamples(facts, { seed: seed + 1, split: 'test', catalogs: 'default', count }).filter(
        ({ functions }) => functions.length === 0,
      );
    default:
      throw new ConfigurationError(`there is no suite "${String(suite)}"; known are ${SUITES.join(', ')}`);
  }
}

function suiteReport(
  suite: Suite,
  answered: readonly AnsweredExample[],
  { manifest }: ModelFolder,
  threshold: number,
): SuiteReport {
  const total = answered.length;
  const verdicts = answered.map(({ example, steps }) => judge((steps.at(-1) as ReasoningStep).answer, example));
  const scored = answered.map(({ steps }, index) => ({
    confidence: (steps.at(-1) as ReasoningStep).confidence,
    right: verdicts[index]?.callRight ?? false,
  }));
  const count = (test: (index: number) => boolean): number => answered.filter((_, index) => test(index)).length;
  const noneCases = count((index) => answered[index]?.example.functions.length === 0);
  const accepted = selective(scored, threshold);
  return {
    suite,
    cases: total,
    functionAccuracy: share(
      count((index) => verdicts[index]?.functionRight ?? false),
      total,
    ),
    callAccuracy: share(
      count((index) => verdicts[index]?.callRight ?? false),
      total,
    ),
    callAccuracyPerHCycle: Array.from({ length: manifest.config.H_cycles }, (_, cycle) =>
      share(
        answered.filter(({ example, steps }) => judge((steps[cycle] as ReasoningStep).answer, example).callRight)
          .length,
        total,
      ),
    ),
    meanSteps: answered.reduce((sum, { steps }) => sum + (steps.at(-1) as ReasoningStep).step, 0) / total,
    coverage: accepted.coverage,
    selectiveAccuracy: accepted.accuracy,
    noneCases,
    wronglyActed: share(
      count((index) => (verdicts[index]?.actedWrongly ?? false) && (scored[index]?.confidence ?? 0) >= threshold),
      noneCases,
    ),
    ece: expectedCalibrationError(scored),
    brier: brierScore(scored),
    augrc: augrc(scored),
  };
}
