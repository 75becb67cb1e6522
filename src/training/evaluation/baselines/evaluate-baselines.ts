import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../../core/deadline.js';
import { TrainingError } from '../../../core/errors.js';
import type { Embedder } from '../../../domain/index.js';
import type { Example } from '../../dataset/example.js';
import { judge, type Verdict } from '../judge.js';
import { augrc, share } from '../metrics.js';
import { clusteredBootstrap, type Interval, shareStatistic } from '../statistics/index.js';
import type { Baseline, BaselineAnswer, Chooser } from './baseline.js';
import { alertNameLookup, majority } from './counting.js';
import { defaultRules } from './default-rules.js';
import { fillByNames } from './fill-by-names.js';
import { functionTextMatch } from './function-match.js';
import { wordRegression } from './logistic/word-regression.js';
import { bm25Neighbours } from './neighbours/bm25-neighbours.js';
import { EMBEDDING_NEIGHBOURS, embeddingNeighbours } from './neighbours/embedding-neighbours.js';

/** Cases that a model is measured on as well. */
export interface BaselineSuite {
  readonly suite: string;
  readonly examples: readonly Example[];
}

export interface EvaluateBaselinesOptions {
  /** From the training split only; with the default catalog and with others, as the stream gives them. */
  readonly training: readonly Example[];
  readonly suites: readonly BaselineSuite[];
  /** Without one, the neighbours by embedding are skipped. */
  readonly embedder?: Embedder | undefined;
  /** Default: `BASELINES`, and the neighbours by embedding. */
  readonly baselines?: readonly Baseline[];
  /** For the confidence intervals. Default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Called after each suite, with the answers of one baseline to it. */
  readonly onProgress?: (baseline: string, suite: string, cases: number) => void;
}

/**
 * Figures of one baseline in one suite; shares are in [0, 1], NaN where there is nothing to count. No threshold applies:
 * every answer counts.
 */
export interface BaselineReport {
  readonly suite: string;
  readonly baseline: string;
  readonly cases: number;
  readonly functionAccuracy: number;
  /** Function and every pointer right. */
  readonly callAccuracy: number;
  /** 95 % confidence intervals, by bootstrap over alert names. */
  readonly functionInterval: Interval;
  readonly callInterval: Interval;
  /** Share of cases in which a function is named. */
  readonly coverage: number;
  /** Cases on which nothing should be done, and the share of them on which a function is named. */
  readonly noneCases: number;
  readonly wronglyActed: number;
  /** Of the baseline's own confidence, by calls. */
  readonly augrc: number;
}

export interface BaselinesReport {
  /** By suite, then by baseline, in the order given. */
  readonly rows: readonly BaselineReport[];
  readonly skipped: readonly { readonly baseline: string; readonly reason: string }[];
}

/** One judged answer. */
export interface JudgedAnswer {
  readonly example: Example;
  readonly answer: BaselineAnswer;
  readonly verdict: Verdict;
}

/** All that need nothing but examples. */
export const BASELINES: readonly Baseline[] = [
  majority,
  alertNameLookup,
  defaultRules,
  functionTextMatch,
  bm25Neighbours,
  wordRegression,
];

/** Answers between which other work may go on. */
const TURN = 32;

/**
 * Fits every baseline on the same examples and measures it on every suite, as a model is measured.
 *
 * @throws TrainingError (rejects) without training examples, or when a suite holds none or shares one with the training
 */
export async function evaluateBaselines(options: EvaluateBaselinesOptions): Promise<BaselinesReport> {
  const { training, suites, embedder, seed = 1, signal } = options;
  check(options);
  const baselines = options.baselines ?? [...BASELINES, ...(embedder ? [embeddingNeighbours(embedder)] : [])];
  const measured: BaselineReport[][] = suites.map(() => []);
  for (const baseline of baselines) {
    throwIfAborted(signal);
    const choose = await baseline.fit(training);
    for (const [index, { suite, examples }] of suites.entries()) {
      const answers = await answerWith(choose, examples, signal);
      measured[index]?.push(reportOf(suite, baseline.name, answers, seed));
      options.onProgress?.(baseline.name, suite, examples.length);
    }
  }
  const reason = 'no embedder was given';
  const skips = options.baselines === undefined && embedder === undefined;
  return { rows: measured.flat(), skipped: skips ? [{ baseline: EMBEDDING_NEIGHBOURS, reason }] : [] };
}

/** Answers examples in order, of which the baseline sees the alert and the catalog only. */
export async function answerWith(
  choose: Chooser,
  examples: readonly Example[],
  signal?: AbortSignal,
): Promise<JudgedAnswer[]> {
  const answers: JudgedAnswer[] = [];
  for (const example of examples) {
    if (answers.length % TURN === 0) {
      throwIfAborted(signal);
      await setImmediate();
    }
    const question = { alert: example.alert, catalog: example.catalog };
    const answer = fillByNames(question, await choose(question));
    answers.push({ example, answer, verdict: judge(answer, example) });
  }
  return answers;
}

function check({ training, suites }: EvaluateBaselinesOptions): void {
  if (training.length === 0) throw new TrainingError('expected training examples for the baselines, got none');
  const groups = new Set(training.map(({ id }) => id));
  for (const { suite, examples } of suites) {
    if (examples.length === 0) throw new TrainingError(`suite ${suite}: nothing was evaluated`);
    const known = examples.find(({ id }) => groups.has(id));
    if (known)
      throw new TrainingError(`suite ${suite}: the baselines were trained on its case ${known.id}; use others`);
  }
}

function reportOf(suite: string, baseline: string, answers: readonly JudgedAnswer[], seed: number): BaselineReport {
  const interval = (test: (answer: JudgedAnswer) => boolean): Interval =>
    clusteredBootstrap(answers, ({ example }) => example.group, shareStatistic(test), { seed });
  const count = (test: (answer: JudgedAnswer) => boolean): number => answers.filter(test).length;
  const functionInterval = interval(({ verdict }) => verdict.functionRight);
  const callInterval = interval(({ verdict }) => verdict.callRight);
  const noneCases = count(({ example }) => example.functions.length === 0);
  return {
    suite,
    baseline,
    cases: answers.length,
    functionAccuracy: functionInterval.estimate,
    callAccuracy: callInterval.estimate,
    functionInterval,
    callInterval,
    coverage: share(
      count(({ answer }) => answer.lambdaFunction !== null),
      answers.length,
    ),
    noneCases,
    wronglyActed: share(
      count(({ verdict }) => verdict.actedWrongly),
      noneCases,
    ),
    augrc: augrc(answers.map(({ answer, verdict }) => ({ confidence: answer.confidence, right: verdict.callRight }))),
  };
}
