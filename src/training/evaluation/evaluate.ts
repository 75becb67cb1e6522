import { TrainingError } from '../../core/errors.js';
import type { Embedder } from '../../domain/index.js';
import type { RuntimeOptions } from '../../runtime/index.js';
import { type ModelFolder, readModelFolder } from '../../trm/remediation/index.js';
import { type Example, type Facts, generateExamples } from '../dataset/index.js';
import { answerExamples } from './answer-examples.js';
import { type BaselinesReport, evaluateBaselines } from './baselines/index.js';
import { type MemoryReport, measureMemory } from './memory.js';
import { type GuaranteedThreshold, sgrThreshold } from './statistics/index.js';
import { type JudgedCase, judgeCases, type SuiteReport, suiteReport } from './suite-report.js';
import { HEADLINE_SUITES, MAIN_SUITES, SUITE_DESCRIPTIONS, type Suite, suiteExamples } from './suites.js';

/** Labelled alerts under a name. */
export interface EvaluationSet {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly Example[];
}

export interface EvaluateOptions {
  readonly modelPath: string;
  readonly facts: Facts;
  /** Generated suites. Default: `MAIN_SUITES`, or none where `sets` are given. */
  readonly suites?: readonly Suite[];
  /** Alerts of one's own. */
  readonly sets?: readonly EvaluationSet[];
  /** Examples a suite. Default 400. */
  readonly count?: number;
  readonly seed?: number;
  /** Draws of each headline suite, with seeds that count up from `seed`: how far a figure depends on the draw. Default 1. */
  readonly draws?: number;
  readonly threshold?: number;
  /** Shares of accepted answers that may be wrong, each in (0, 1), to derive thresholds for. */
  readonly risks?: readonly number[];
  /** Compare with simple methods on the same cases: how many training examples they see. Default: no comparison. */
  readonly baselineExamples?: number;
  /** For the baseline of neighbours by embedding, which is left out without one. */
  readonly embedder?: Embedder;
  readonly runtime?: RuntimeOptions;
  readonly precision?: 'float32' | 'int8';
  /** Other cycles than the model was made for, with the same weights. */
  readonly cycles?: { readonly H_cycles: number; readonly L_cycles: number };
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** A threshold that keeps a stated risk; undefined threshold = none does. */
export interface RiskReport {
  readonly risk: number;
  readonly found?: GuaranteedThreshold;
}

/** What one draw of a suite came to. */
export interface DrawReport extends Pick<SuiteReport, 'suite' | 'functionAccuracy' | 'callAccuracy'> {
  readonly seed: number;
}

export interface EvaluationReport {
  readonly model: string;
  readonly threshold: number;
  readonly seed: number;
  readonly rows: readonly SuiteReport[];
  /** The headline suites on several draws, the one of `rows` among them. */
  readonly draws?: readonly DrawReport[];
  /** Measured with the suite `memory`. */
  readonly memory?: MemoryReport;
  readonly risks?: readonly RiskReport[];
  readonly baselines?: BaselinesReport;
}

/** A report with the cases behind it. */
export interface DetailedEvaluation {
  readonly folder: ModelFolder;
  readonly report: EvaluationReport;
  readonly sets: readonly { readonly set: EvaluationSet; readonly cases: readonly JudgedCase[] }[];
}

/** Seeds of rows that are no part of a suite. */
const RISK_SEED = 31_000;
const BASELINE_SEED = 40_000;
/** Rows that thresholds are derived from: alert names that neither training nor calibration saw, functions of training. */
const RISK_ROWS = 2_000;

/** Measures a model folder. Rejects with TrainingError when a suite holds no case, and as loading a model does. */
export async function evaluateModel(options: EvaluateOptions): Promise<EvaluationReport> {
  return (await evaluateInDetail(options)).report;
}

/** As `evaluateModel`, with every judged case. */
export async function evaluateInDetail(options: EvaluateOptions): Promise<DetailedEvaluation> {
  const folder = withCycles(await readModelFolder(options.modelPath), options.cycles);
  const { facts, threshold = 0.7, seed = 20_000, count = 400, draws = 1, risks = [], signal } = options;
  const suites = options.suites ?? (options.sets === undefined ? MAIN_SUITES : []);
  const sets: EvaluationSet[] = [
    ...suites.map((suite) => ({
      name: suite,
      description: SUITE_DESCRIPTIONS[suite],
      examples: suiteExamples(suite, facts, seed, count),
    })),
    ...(options.sets ?? []),
  ];
  for (const { name, examples } of sets) {
    if (examples.length === 0) throw new TrainingError(`suite ${name}: nothing was evaluated`);
  }
  const answer = async (stage: string, examples: readonly Example[]): Promise<JudgedCase[]> =>
    judgeCases(
      await answerExamples(folder, examples, {
        ...(options.runtime && { runtime: options.runtime }),
        ...(options.precision && { precision: options.precision }),
        ...(signal && { signal }),
        shouldHalt: () => false,
        onProgress: (done) => options.onProgress?.(stage, done, examples.length),
      }),
    );
  const measured: { set: EvaluationSet; cases: JudgedCase[] }[] = [];
  for (const set of sets) measured.push({ set, cases: await answer(set.name, set.examples) });
  const rows = measured.map(({ set, cases }) => suiteReport(set.name, cases, { threshold, seed }));
  const drawn: DrawReport[] = [];
  for (const suite of draws > 1 ? HEADLINE_SUITES.filter((name) => suites.includes(name)) : []) {
    drawn.push(drawOf(rows[suites.indexOf(suite)] as SuiteReport, seed));
    for (let at = seed + 1; at < seed + draws; at++) {
      const cases = await answer(`${suite}, seed ${at}`, suiteExamples(suite, facts, at, count));
      drawn.push(drawOf(suiteReport(suite, cases, { threshold, seed: at }), at));
    }
  }
  const memory = suites.includes('memory')
    ? await measureMemory(folder, facts, { ...options, seed, count: Math.min(count, 200) })
    : undefined;
  const riskRows =
    risks.length === 0
      ? []
      : await answer('risk', generateExamples(facts, { seed: RISK_SEED, split: 'validation', count: RISK_ROWS }));
  const baselines =
    options.baselineExamples === undefined
      ? undefined
      : await evaluateBaselines({
          training: generateExamples(facts, { seed: BASELINE_SEED, split: 'train', count: options.baselineExamples }),
          suites: sets.map(({ name, examples }) => ({ suite: name, examples })),
          ...(options.embedder && { embedder: options.embedder }),
          ...(signal && { signal }),
          onProgress: (baseline, suite, cases) => options.onProgress?.(`${baseline} on ${suite}`, cases, cases),
        });
  return {
    folder,
    sets: measured,
    report: {
      model: `${folder.manifest.name}-v${folder.manifest.version}`,
      threshold,
      seed,
      rows,
      ...(drawn.length > 0 && { draws: drawn }),
      ...(memory && { memory }),
      ...(risks.length > 0 && {
        risks: risks.map((risk): RiskReport => {
          const found = sgrThreshold(
            riskRows.map(({ scored }) => scored),
            { risk },
          );
          return { risk, ...(found && { found }) };
        }),
      }),
      ...(baselines && { baselines }),
    },
  };
}

function drawOf({ suite, functionAccuracy, callAccuracy }: SuiteReport, seed: number): DrawReport {
  return { suite, seed, functionAccuracy, callAccuracy };
}

function withCycles(folder: ModelFolder, cycles: EvaluateOptions['cycles']): ModelFolder {
  const { manifest } = folder;
  return cycles ? { ...folder, manifest: { ...manifest, config: { ...manifest.config, ...cycles } } } : folder;
}
