import { describe, expect, it } from 'vitest';
import { type EvaluationReport, GATE, gateRows } from '../../../../src/training/evaluation/index.js';
import type { SuiteReport } from '../../../../src/training/evaluation/suite-report.js';

const interval = { estimate: 0.95, low: 0.9, high: 1 };

/** A suite that reaches every bar. */
function suite(name: string, figures: Partial<SuiteReport> = {}): SuiteReport {
  return {
    suite: name,
    cases: 400,
    functionAccuracy: 0.95,
    callAccuracy: 0.95,
    functionInterval: interval,
    callInterval: interval,
    parameterAccuracy: 0.99,
    cycles: [],
    meanSteps: 1,
    meanConfidence: 0.9,
    coverage: 0.9,
    selectiveAccuracy: 0.97,
    selectiveAccuracyAt70: 0.98,
    noneCases: 100,
    wronglyActed: 0.01,
    ece: 0.02,
    adaptiveEce: 0.02,
    brier: 0.1,
    nll: 0.2,
    aurc: 0.02,
    augrc: 0.02,
    ...figures,
  };
}

const NAMES = [
  'iid',
  'unseen-alert',
  'unseen-vendor',
  'unseen-function',
  'large-catalog',
  'noisy',
  'none',
  'ood',
  'remedarc',
];

function report(
  changes: Readonly<Record<string, Partial<SuiteReport>>> = {},
  more: Partial<EvaluationReport> = {},
): EvaluationReport {
  const baseline = {
    cases: 400,
    callAccuracy: 0.5,
    functionInterval: interval,
    callInterval: interval,
    coverage: 1,
    noneCases: 100,
    wronglyActed: 0.2,
    augrc: 0.1,
  };
  return {
    model: 'm-v1',
    threshold: 0.7,
    seed: 1,
    rows: NAMES.map((name) => suite(name, changes[name])),
    memory: { taught: 100, followed: 0.95, others: 100, unchanged: 1, found: 1 },
    baselines: {
      rows: ['unseen-alert', 'large-catalog'].flatMap((name) => [
        { suite: name, baseline: 'weak', functionAccuracy: 0.4, ...baseline },
        { suite: name, baseline: 'strong', functionAccuracy: 0.9, ...baseline },
      ]),
      skipped: [],
    },
    ...more,
  } as EvaluationReport;
}

/** The row whose measure begins so. */
function rowOf(measured: EvaluationReport, measure: string) {
  const rows = gateRows(measured).filter((row) => row.measure.startsWith(measure));
  expect(rows, measure).toHaveLength(1);
  return rows[0] as (typeof rows)[number];
}

describe('the gate', () => {
  it('is passed by a report that reaches every bar, each with a figure', () => {
    const rows = gateRows(report());
    expect(rows).toHaveLength(GATE.length);
    expect(rows.filter(({ passed }) => passed !== true)).toEqual([]);
    expect(rows.every(({ value }) => typeof value === 'number')).toBe(true);
  });

  it.each([
    ['exact call, iid', { iid: { callAccuracy: 0.899 } }],
    ['function, unseen alert names', { 'unseen-alert': { functionAccuracy: 0.849 } }],
    ['function, unseen alert names, over the best baseline', { 'unseen-alert': { functionAccuracy: 0.949 } }],
    ['function, unseen functions, catalogs', { 'large-catalog': { functionAccuracy: 0.79 } }],
    ['function, unseen functions, over', { 'large-catalog': { functionAccuracy: 0.94 } }],
    ['parameters exact', { 'unseen-function': { parameterAccuracy: 0.96 } }],
    ['no-action cases', { ood: { wronglyActed: 0.2 } }],
    ['right among the 70 %', { 'unseen-alert': { selectiveAccuracyAt70: 0.94 } }],
    ['answered by the model alone', { iid: { coverage: 0.69 } }],
    ['ECE', { noisy: { ece: 0.051 } }],
    ['RemedARC', { remedarc: { callAccuracy: 0.449 } }],
  ])('is not passed under the bar: %s', (measure, changes) => {
    const failed = gateRows(report(changes)).filter(({ passed }) => passed !== true);
    expect(failed.some((row) => row.measure.startsWith(measure))).toBe(true);
    expect(failed.every(({ passed }) => passed === false)).toBe(true);
  });

  it('takes exactly the bar for reached', () => {
    const exact = report({ iid: { callAccuracy: 0.9, coverage: 0.7 }, noisy: { ece: 0.05 } });
    expect(gateRows(exact).filter(({ passed }) => !passed)).toEqual([]);
  });

  it('fails a memory that is not followed, or that changes other answers', () => {
    const memory = { taught: 100, followed: 0.89, others: 100, unchanged: 0.98, found: 1 };
    const failed = gateRows(report({}, { memory })).filter(({ passed }) => passed === false);
    expect(failed.map(({ value }) => value)).toEqual([0.89, 0.98]);
  });

  it('says that it does not know what was not measured, and does not call it passed', () => {
    const { memory: _, baselines: __, ...rest } = report();
    const bare = { ...rest, rows: rest.rows.filter(({ suite: name }) => name === 'iid') };
    const unknown = gateRows(bare).filter(({ passed }) => passed === null);
    expect(unknown.map(({ value }) => value)).toEqual(unknown.map(() => undefined));
    expect(unknown.map(({ measure }) => measure.split(/[,;]/)[0])).toEqual([
      'function',
      'function',
      'function',
      'function',
      'alerts like an answered one that was added are answered like it',
      'other answers unchanged by it',
      'RemedARC',
    ]);
    const nothing = report({ iid: { callAccuracy: Number.NaN } });
    expect(rowOf(nothing, 'exact call, iid').passed).toBeNull();
    expect(gateRows({ ...bare, rows: [] }).every(({ passed }) => passed === null)).toBe(true);
  });

  it('leads the best of the baselines of the same suite', () => {
    expect(rowOf(report(), 'function, unseen alert names, over').value).toBeCloseTo(0.05, 12);
    const elsewhere = report();
    const rows = elsewhere.baselines?.rows.map((row) => ({ ...row, suite: 'iid' })) ?? [];
    const moved = { ...elsewhere, baselines: { rows, skipped: [] } } as EvaluationReport;
    expect(rowOf(moved, 'function, unseen alert names, over').passed).toBeNull();
  });

  it('adds up the no-action cases of all suites by how many they are', () => {
    const none = Object.fromEntries(NAMES.map((name) => [name, { noneCases: 0, wronglyActed: Number.NaN }]));
    const two = report({
      ...none,
      iid: { noneCases: 30, wronglyActed: 0.1 },
      ood: { noneCases: 270, wronglyActed: 0 },
    });
    expect(rowOf(two, 'no-action cases').value).toBeCloseTo(0.01, 12);
    expect(rowOf(report(none), 'no-action cases').passed).toBeNull();
  });

  it('takes the worst suite for what must hold in all', () => {
    const mixed = report({
      iid: { coverage: 0.8, ece: 0.01 },
      'unseen-alert': { coverage: 0.75 },
      none: { ece: 0.04 },
    });
    expect(rowOf(mixed, 'answered by the model alone').value).toBe(0.75);
    expect(rowOf(mixed, 'ECE')).toMatchObject({ value: 0.04, unit: 'number' });
  });
});
