import { describe, expect, it } from 'vitest';
import { judgeCases, suiteReport } from '../../../../src/training/evaluation/suite-report.js';
import { labelled, said } from './judged.js';

const RESTART = labelled('pod crash', ['pod-restart']);
const NONE = labelled('watchdog', []);

/** The answer that counts, by the confidence that tells the steps apart. */
function countedOf(...steps: ReturnType<typeof said>[]): number | undefined {
  return judgeCases([{ example: RESTART, steps }])[0]?.final.confidence;
}

describe('the answer that counts', () => {
  const step = (number: number, hCycle: number, q: number, confidence: number) =>
    said('pod-restart', confidence, { step: number, hCycle, q });

  it('stands at the end of the first supervision step at which q says that it is right', () => {
    const [first, second] = [step(1, 1, 5, 0.1), step(1, 2, -1, 0.2)];
    expect(
      countedOf(first, second, step(2, 1, -1, 0.3), step(2, 2, 1, 0.4), step(3, 1, 1, 0.5), step(3, 2, 1, 0.6)),
    ).toBe(0.4);
    expect(countedOf(step(1, 1, -1, 0.1), step(1, 2, 1, 0.2), step(2, 1, 1, 0.3), step(2, 2, 1, 0.4))).toBe(0.2);
  });

  it('is the last one where q never says so', () => {
    expect(countedOf(step(1, 1, -1, 0.1), step(1, 2, 0, 0.2), step(2, 1, 1, 0.3), step(2, 2, 0, 0.4))).toBe(0.4);
  });

  it('is never right about input that is no alert, also when it does nothing', () => {
    const example = { ...NONE, answerable: false };
    const [judged] = judgeCases([{ example, steps: [said(null, 0.9)] }]);
    expect(judged?.scored).toEqual({ confidence: 0.9, right: false });
    expect(judged?.verdict).toMatchObject({ callRight: true, actedWrongly: false });
    expect(judgeCases([{ example: NONE, steps: [said(null, 0.9)] }])[0]?.scored.right).toBe(true);
  });
});

describe('the figures of a suite', () => {
  const NAMESPACE = { kind: 'label', key: 'namespace' } as const;
  const cases = judgeCases([
    { example: RESTART, steps: [said('pod-restart', 0.95)] },
    { example: RESTART, steps: [said('pod-restart', 0.6, { name: NAMESPACE })] },
    {
      example: RESTART,
      steps: [said('pod-restart', 0.7, { step: 1, q: -1 }), said('pod-check-status', 0.8, { step: 2 })],
    },
    { example: NONE, steps: [said(null, 0.5)] },
    { example: NONE, steps: [said('pod-restart', 0.7)] },
    { example: NONE, steps: [said('pod-restart', 0.69)] },
    { example: { ...RESTART, noneAcceptable: true }, steps: [said(null, 0.9)] },
    { example: RESTART, steps: [said(null, 0.1)] },
  ]);
  const report = suiteReport('some', cases, { threshold: 0.7, seed: 3 });

  it('count functions, whole calls, and the parameters of the functions that are right', () => {
    expect(report).toMatchObject({ suite: 'some', cases: 8 });
    expect(report.functionAccuracy).toBeCloseTo(4 / 8, 12);
    expect(report.callAccuracy).toBeCloseTo(3 / 8, 12);
    // Of the two answers that name a right function, one fills it rightly; none has no parameters to be right in.
    expect(report.parameterAccuracy).toBeCloseTo(1 / 2, 12);
  });

  it('count what is accepted from the threshold on, and what acts where nothing should be done', () => {
    expect(report.coverage).toBeCloseTo(4 / 8, 12);
    expect(report.selectiveAccuracy).toBeCloseTo(2 / 4, 12);
    expect([report.noneCases, report.wronglyActed]).toEqual([3, 1 / 3]);
    expect(suiteReport('some', cases, { threshold: 0.69, seed: 3 }).wronglyActed).toBeCloseTo(2 / 3, 12);
    // Of the six most confident answers, the first, the second and nobody else.
    expect(report.selectiveAccuracyAt70).toBeCloseTo(2 / 6, 12);
  });

  it('say what the steps and the confidence come to', () => {
    expect(report.meanSteps).toBeCloseTo(9 / 8, 12);
    expect(report.meanConfidence).toBeCloseTo((0.95 + 0.6 + 0.8 + 0.5 + 0.7 + 0.69 + 0.9 + 0.1) / 8, 12);
    const rows = [0.05, 0.6, 0.8, 0.5, 0.7, 0.69, 0.1, 0.1].map((error) => error ** 2);
    expect(report.brier).toBeCloseTo(rows.reduce((sum, value) => sum + value, 0) / 8, 12);
  });

  it('have intervals around them, the same for the same seed', () => {
    for (const { estimate, low, high } of [report.functionInterval, report.callInterval]) {
      expect(low).toBeLessThanOrEqual(estimate);
      expect(high).toBeGreaterThanOrEqual(estimate);
    }
    expect(report.functionInterval.estimate).toBe(report.functionAccuracy);
    expect(suiteReport('some', cases, { threshold: 0.7, seed: 3 })).toEqual(report);
  });

  it('are NaN where there is nothing to count', () => {
    const quiet = suiteReport('quiet', judgeCases([{ example: RESTART, steps: [said(null, 0.1)] }]), {
      threshold: 0.7,
      seed: 1,
    });
    expect(quiet).toMatchObject({ coverage: 0, noneCases: 0 });
    for (const figure of [quiet.parameterAccuracy, quiet.selectiveAccuracy, quiet.wronglyActed])
      expect(figure).toBeNaN();
  });
});
