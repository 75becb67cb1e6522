import type { EvaluationReport } from './evaluate.js';
import type { GateRow } from './report/page-data.js';
import type { SuiteReport } from './suite-report.js';

/** One measure that a model must reach, and how it is read from a report. */
export interface GateBar {
  readonly measure: string;
  readonly bar: string;
  readonly least?: number;
  readonly most?: number;
  /** More than this. */
  readonly over?: number;
  /** Undefined where the report does not hold what it takes. */
  value(report: EvaluationReport): number | undefined;
}

const row = (report: EvaluationReport, suite: string): SuiteReport | undefined =>
  report.rows.find((candidate) => candidate.suite === suite);

/** Points by which the model leads the best baseline in a suite, as a share. */
function lead(report: EvaluationReport, suite: string): number | undefined {
  const own = row(report, suite);
  const others = report.baselines?.rows.filter((candidate) => candidate.suite === suite) ?? [];
  if (own === undefined || others.length === 0) return undefined;
  return own.functionAccuracy - Math.max(...others.map(({ functionAccuracy }) => functionAccuracy));
}

/** Suites whose alerts are those of production; the others ask for something else, or are no alerts. */
const CALIBRATED = ['iid', 'unseen-alert', 'unseen-vendor', 'unseen-function', 'large-catalog', 'noisy', 'none'];

/** The worst value over suites; undefined where none of them was measured. */
function over(
  report: EvaluationReport,
  suites: readonly string[],
  pick: 'max' | 'min',
  value: (suite: SuiteReport) => number,
): number | undefined {
  const values = suites
    .flatMap((suite) => row(report, suite) ?? [])
    .map(value)
    .filter(Number.isFinite);
  return values.length === 0 ? undefined : Math[pick](...values);
}

const NO_ACTION = ['iid', 'unseen-alert', 'unseen-vendor', 'unseen-function', 'noisy', 'none', 'ood'];

/** What a published model must reach. */
export const GATE: readonly GateBar[] = [
  {
    measure: 'exact call, iid',
    bar: 'at least 90 %',
    least: 0.9,
    value: (report) => row(report, 'iid')?.callAccuracy,
  },
  {
    measure: 'function, unseen alert names',
    bar: 'at least 85 %',
    least: 0.85,
    value: (report) => row(report, 'unseen-alert')?.functionAccuracy,
  },
  {
    measure: 'function, unseen alert names, over the best baseline',
    bar: 'at least 5 points',
    least: 0.05,
    value: (report) => lead(report, 'unseen-alert'),
  },
  {
    measure: 'function, unseen functions, catalogs of 16 to 32',
    bar: 'at least 80 %',
    least: 0.8,
    value: (report) => row(report, 'large-catalog')?.functionAccuracy,
  },
  {
    measure: 'function, unseen functions, over the best baseline',
    bar: 'at least 5 points',
    least: 0.05,
    value: (report) => lead(report, 'large-catalog'),
  },
  {
    measure: 'alerts like an answered one that was added are answered like it',
    bar: 'at least 90 %',
    least: 0.9,
    value: (report) => report.memory?.followed,
  },
  {
    measure: 'other answers unchanged by it',
    bar: 'at least 99 %',
    least: 0.99,
    value: (report) => report.memory?.unchanged,
  },
  {
    measure: 'parameters exact, given the right function; least of iid, unseen alerts and unseen functions',
    bar: 'at least 97 %',
    least: 0.97,
    value: (report) =>
      over(report, ['iid', 'unseen-alert', 'unseen-function'], 'min', (suite) => suite.parameterAccuracy),
  },
  {
    measure: 'no-action cases acted on at the threshold, all main suites and ood together',
    bar: 'at most 2 %',
    most: 0.02,
    value: (report) => {
      const suites = NO_ACTION.flatMap((name) => row(report, name) ?? []).filter(({ noneCases }) => noneCases > 0);
      const cases = suites.reduce((sum, { noneCases }) => sum + noneCases, 0);
      return cases === 0
        ? undefined
        : suites.reduce((sum, { noneCases, wronglyActed }) => sum + noneCases * wronglyActed, 0) / cases;
    },
  },
  {
    measure: 'right among the 70 % most confident; least of iid, unseen alerts and unseen functions',
    bar: 'at least 95 %',
    least: 0.95,
    value: (report) =>
      over(report, ['iid', 'unseen-alert', 'unseen-function'], 'min', (suite) => suite.selectiveAccuracyAt70),
  },
  {
    measure: 'answered by the model alone at the threshold; least of iid and unseen alerts',
    bar: 'at least 70 %',
    least: 0.7,
    value: (report) => over(report, ['iid', 'unseen-alert'], 'min', (suite) => suite.coverage),
  },
  {
    measure: 'ECE (15 bins), the worst suite but ood',
    bar: 'at most 0.05',
    most: 0.05,
    value: (report) => over(report, CALIBRATED, 'max', (suite) => suite.ece),
  },
  {
    measure: 'RemedARC, symbols never seen, exact',
    bar: 'over 45 %',
    over: 0.45,
    value: (report) => row(report, 'remedarc')?.callAccuracy,
  },
];

/** A share of 0.95 less one of 0.9 is a little under 0.05 in floating point. */
const ROUNDING = 1e-9;

/** The gate with what a report came to; `passed` is null where it was not measured. */
export function gateRows(report: EvaluationReport): GateRow[] {
  return GATE.map(({ measure, bar, least, most, over: floor, value }): GateRow => {
    const found = value(report);
    const known = found !== undefined && Number.isFinite(found);
    return {
      measure,
      bar,
      value: found,
      unit: measure.startsWith('ECE') ? 'number' : 'share',
      passed: known
        ? found >= (least ?? Number.NEGATIVE_INFINITY) - ROUNDING &&
          found <= (most ?? Number.POSITIVE_INFINITY) + ROUNDING &&
          found > (floor ?? Number.NEGATIVE_INFINITY)
        : null,
    };
  });
}
