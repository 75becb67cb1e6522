import type { ReliabilityBin } from '../../charts/index.js';

/**
 * A figure that may be missing. JSON knows no NaN, so a figure over nothing (the accuracy of no accepted answer) is
 * NaN in memory and null in report.json; both count as not measured.
 */
export type Figure = number | null | undefined;

/** A share with the ends of its 95 % interval, all in [0, 1]. */
export interface Estimate {
  readonly value: Figure;
  readonly low?: Figure;
  readonly high?: Figure;
}

/** Plain JSON: all that the page of an evaluation shows, and what report.json holds. What is absent is left out. */
export interface EvaluationPage {
  readonly formatVersion: 1;
  readonly model: ModelFacts;
  /** Confidence from which an answer is accepted, in [0, 1]. */
  readonly threshold: number;
  readonly seed: number;
  /** When it was measured, as ISO 8601. */
  readonly measuredAt?: string;
  /** The command that measured it. */
  readonly command?: string;
  readonly suites: readonly SuitePage[];
  readonly gate?: readonly GateRow[];
  /** Thresholds by stated risk (selection with guaranteed risk), or that none could be derived. */
  readonly riskThresholds?: readonly RiskThreshold[] | 'none';
}

export interface ModelFacts {
  readonly name: string;
  readonly version: number | string;
  readonly parameterCount?: number;
  /** What is hashed -> the hash, such as `weights`, `vocabulary`, `dataset`. */
  readonly hashes?: Readonly<Record<string, string>>;
}

/** One measure that a release depends on. */
export interface GateRow {
  readonly measure: string;
  /** What is asked for, in words: `at least 85%`. */
  readonly bar: string;
  readonly value: Figure | string;
  /** How a number is written. Default: number. */
  readonly unit?: 'number' | 'share';
  /** Null when it could not be measured. */
  readonly passed: boolean | null;
}

/** The lowest threshold that keeps a stated risk. */
export interface RiskThreshold {
  /** Share of accepted answers that may be wrong, in [0, 1]. */
  readonly risk: number;
  /** Null when no threshold keeps it. */
  readonly threshold: Figure;
  /** Share of answers that are accepted then. */
  readonly coverage?: Figure;
}

export interface SuitePage {
  readonly name: string;
  /** One sentence on what the suite holds. */
  readonly description?: string;
  readonly cases: number;
  /** Cases on which nothing should be done. */
  readonly noneCases?: number;
  readonly figures: SuiteFigures;
  readonly reliability?: readonly ReliabilityBin[];
  /** [coverage, risk], from the most confident answers on. */
  readonly riskCoverage?: readonly (readonly [number, number])[];
  /** One entry an H cycle, in order. */
  readonly cycles?: readonly CycleRow[];
  readonly confusion?: Confusion;
  readonly baselines?: readonly BaselineRow[];
  readonly worstErrors?: readonly WorstError[];
}

/** Shares are in [0, 1]. */
export interface SuiteFigures {
  readonly functionAccuracy?: Estimate;
  /** Function and every pointer right. */
  readonly callAccuracy?: Estimate;
  /** Share of answers at or over the threshold, and right ones among them. */
  readonly coverage?: Figure;
  readonly selectiveAccuracy?: Figure;
  /** Right ones among the 70 % that are the most confident. */
  readonly selectiveAccuracyAt70?: Figure;
  /** Accepted answers that act, among the cases on which nothing should be done. */
  readonly wronglyActed?: Figure;
  readonly ece?: Figure;
  readonly adaptiveEce?: Figure;
  readonly brier?: Figure;
  readonly nll?: Figure;
  readonly aurc?: Figure;
  readonly augrc?: Figure;
  /** Supervision steps. */
  readonly meanSteps?: Figure;
}

/** The answers after one H cycle; both numbers count from 1. */
export interface CycleRow {
  readonly step: number;
  readonly hCycle: number;
  readonly functionAccuracy: Figure;
  readonly callAccuracy: Figure;
  readonly meanConfidence?: Figure;
}

/** How often which function was answered where which one was expected. */
export interface Confusion {
  /** Names of the rows (expected) and of the columns (answered). */
  readonly classes: readonly string[];
  /** Cases by row, then by column. */
  readonly counts: readonly (readonly number[])[];
}

export interface BaselineRow {
  readonly baseline: string;
  readonly functionAccuracy: Figure;
  readonly callAccuracy: Figure;
  readonly wronglyActed?: Figure;
}

/** A wrong answer. Texts of the alert come from outside. */
export interface WorstError {
  readonly id: string;
  readonly alert: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly metrics?: Readonly<Record<string, number | string>>;
  };
  /** Functions that were presented. */
  readonly catalog?: readonly string[];
  /** Acceptable functions; empty when nothing should be done. */
  readonly expected: readonly string[];
  /** Acceptable parameters of the expected function, where those were what went wrong. */
  readonly expectedParameters?: Readonly<Record<string, unknown>>;
  readonly answered: {
    /** Null when the model named none. */
    readonly lambdaFunction: string | null;
    readonly parameters?: Readonly<Record<string, unknown>>;
  };
  readonly confidence: number;
  /** Cause that the model named. */
  readonly cause?: string;
  readonly trace?: readonly {
    readonly step: number;
    readonly hCycle: number;
    readonly function: string | null;
    readonly confidence: Figure;
  }[];
}
