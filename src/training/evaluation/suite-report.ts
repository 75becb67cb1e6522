import type { ReasoningStep } from '../../trm/remediation/index.js';
import type { AnsweredExample } from './answer-examples.js';
import { judge, type Verdict } from './judge.js';
import { augrc, brierScore, expectedCalibrationError, type Scored, selective, share } from './metrics.js';
import { type CycleReport, measureReflection } from './reflection.js';
import {
  adaptiveCalibrationError,
  aurc,
  clusteredBootstrap,
  type Interval,
  negativeLogLikelihood,
  selectiveAccuracyAtCoverage,
  shareStatistic,
} from './statistics/index.js';

/** Figures of one suite; shares are in [0, 1], NaN where there is nothing to count. */
export interface SuiteReport {
  readonly suite: string;
  readonly cases: number;
  readonly functionAccuracy: number;
  /** Function and every pointer right. */
  readonly callAccuracy: number;
  /** 95 % intervals, by bootstrap over alert names. */
  readonly functionInterval: Interval;
  readonly callInterval: Interval;
  /** Share of right calls among the answers that name a right function. */
  readonly parameterAccuracy: number;
  /** After every H cycle of every supervision step, had no row halted. */
  readonly cycles: readonly CycleReport[];
  readonly meanSteps: number;
  readonly meanConfidence: number;
  /** Share at or over the threshold, and exact calls among them. */
  readonly coverage: number;
  readonly selectiveAccuracy: number;
  /** Exact calls among the 70 % that are the most confident. */
  readonly selectiveAccuracyAt70: number;
  /** Cases on which nothing should be done, and the share of them on which an accepted answer acts. */
  readonly noneCases: number;
  readonly wronglyActed: number;
  readonly ece: number;
  readonly adaptiveEce: number;
  readonly brier: number;
  readonly nll: number;
  readonly aurc: number;
  readonly augrc: number;
}

/** An example, what the model answered where its own head halted, and how that is judged. */
export interface JudgedCase {
  readonly answered: AnsweredExample;
  readonly final: ReasoningStep;
  readonly verdict: Verdict;
  readonly scored: Scored;
}

/**
 * Judges answers whose rows ran to the last supervision step: the answer that counts is the one at the end of the first
 * step at which q says that it is right, as the selector halts. Input that is no alert has no right answer to be sure of.
 */
export function judgeCases(answered: readonly AnsweredExample[]): JudgedCase[] {
  return answered.map((entry) => {
    const final = halted(entry.steps);
    const verdict = judge(final.answer, entry.example);
    const right = verdict.callRight && entry.example.answerable !== false;
    return { answered: entry, final, verdict, scored: { confidence: final.confidence, right } };
  });
}

function halted(steps: readonly ReasoningStep[]): ReasoningStep {
  const ends = steps.filter(({ step }, index) => steps[index + 1]?.step !== step);
  return ends.find(({ answer }) => answer.features.qHaltLogit > 0) ?? (ends.at(-1) as ReasoningStep);
}

/** The figures of one suite. */
export function suiteReport(
  suite: string,
  cases: readonly JudgedCase[],
  { threshold, seed }: { readonly threshold: number; readonly seed: number },
): SuiteReport {
  const total = cases.length;
  const scored = cases.map((entry) => entry.scored);
  const count = (test: (entry: JudgedCase) => boolean): number => cases.filter(test).length;
  const groupOf = (entry: JudgedCase): string => entry.answered.example.group;
  const interval = (test: (entry: JudgedCase) => boolean): Interval =>
    clusteredBootstrap(cases, groupOf, shareStatistic(test), { seed });
  const named = (entry: JudgedCase): boolean =>
    entry.final.answer.lambdaFunction !== null && entry.verdict.functionRight;
  const mean = (value: (entry: JudgedCase) => number): number =>
    cases.reduce((sum, entry) => sum + value(entry), 0) / total;
  const functionInterval = interval(({ verdict }) => verdict.functionRight);
  const callInterval = interval(({ verdict }) => verdict.callRight);
  const noneCases = count(({ answered }) => answered.example.functions.length === 0);
  const accepted = selective(scored, threshold);
  return {
    suite,
    cases: total,
    functionAccuracy: functionInterval.estimate,
    callAccuracy: callInterval.estimate,
    functionInterval,
    callInterval,
    parameterAccuracy: share(
      count((entry) => named(entry) && entry.verdict.callRight),
      count(named),
    ),
    cycles: measureReflection(cases.map(({ answered }) => answered)).cycles,
    meanSteps: mean(({ final }) => final.step),
    meanConfidence: mean(({ final }) => final.confidence),
    coverage: accepted.coverage,
    selectiveAccuracy: accepted.accuracy,
    selectiveAccuracyAt70: selectiveAccuracyAtCoverage(scored, 0.7),
    noneCases,
    wronglyActed: share(
      count(({ verdict, final }) => verdict.actedWrongly && final.confidence >= threshold),
      noneCases,
    ),
    ece: expectedCalibrationError(scored),
    adaptiveEce: adaptiveCalibrationError(scored),
    brier: brierScore(scored),
    nll: negativeLogLikelihood(scored),
    aurc: aurc(scored),
    augrc: augrc(scored),
  };
}
