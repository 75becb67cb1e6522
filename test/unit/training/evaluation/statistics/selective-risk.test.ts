import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import type { Scored } from '../../../../../src/training/evaluation/metrics.js';
import {
  aurc,
  coverageAtRisk,
  riskCoverageCurve,
  selectiveAccuracyAtCoverage,
} from '../../../../../src/training/evaluation/statistics/index.js';

const rows = (...pairs: (readonly [number, boolean])[]): Scored[] =>
  pairs.map(([confidence, right]) => ({ confidence, right }));

/** From the most confident: right, right, wrong, right, wrong. */
const five = rows([0.9, true], [0.5, true], [0.8, true], [0.6, false], [0.1, false]);

describe('the risk-coverage curve', () => {
  it('has one point a threshold, the rows of equal confidence together', () => {
    expect(riskCoverageCurve(five)).toEqual([
      { threshold: 0.9, coverage: 0.2, risk: 0 },
      { threshold: 0.8, coverage: 0.4, risk: 0 },
      { threshold: 0.6, coverage: 0.6, risk: 1 / 3 },
      { threshold: 0.5, coverage: 0.8, risk: 1 / 4 },
      { threshold: 0.1, coverage: 1, risk: 2 / 5 },
    ]);
    expect(riskCoverageCurve(rows([0.5, true], [0.5, false], [0.5, false], [0.4, true]))).toEqual([
      { threshold: 0.5, coverage: 0.75, risk: 2 / 3 },
      { threshold: 0.4, coverage: 1, risk: 0.5 },
    ]);
    expect(riskCoverageCurve([])).toEqual([]);
  });
});

describe('selective accuracy at a coverage', () => {
  it('accepts the most confident rows, at least one', () => {
    expect(selectiveAccuracyAtCoverage(five, 0)).toBe(1);
    expect(selectiveAccuracyAtCoverage(five, 0.4)).toBe(1);
    expect(selectiveAccuracyAtCoverage(five, 0.41)).toBeCloseTo(2 / 3, 12);
    expect(selectiveAccuracyAtCoverage(five, 1)).toBeCloseTo(3 / 5, 12);
    const ten = Array.from({ length: 10 }, (_, index) => ({ confidence: 1 - index / 10, right: index < 7 }));
    expect(selectiveAccuracyAtCoverage(ten, 0.7)).toBe(1);
    expect(selectiveAccuracyAtCoverage([], 0.5)).toBeNaN();
  });

  it('takes the mean over equally confident rows at the edge', () => {
    const tied = rows([0.9, true], [0.5, true], [0.5, false], [0.5, false]);
    expect(selectiveAccuracyAtCoverage(tied, 0.5)).toBeCloseTo((1 + 1 / 3) / 2, 12);
    expect(() => selectiveAccuracyAtCoverage(tied, 70)).toThrow('expected a share in [0, 1], received 70');
  });
});

describe('coverage at a risk', () => {
  it('is that of the lowest threshold within the risk, also behind one that is not', () => {
    expect(coverageAtRisk(five, 0)).toBe(0.4);
    expect(coverageAtRisk(five, 0.25)).toBe(0.8);
    expect(coverageAtRisk(five, 0.4)).toBe(1);
    expect(coverageAtRisk(rows([0.9, false], [0.8, true]), 0.1)).toBe(0);
    expect(coverageAtRisk([], 0.1)).toBeNaN();
  });
});

describe('AURC', () => {
  it('is the mean risk over all numbers of accepted rows', () => {
    expect(aurc(five)).toBeCloseTo((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5, 12);
    expect(aurc(rows([0.5, true], [0.5, false]))).toBeCloseTo((1 / 2 + 1 / 2) / 2, 12);
    expect(aurc([])).toBeNaN();
  });
});

describe('every figure', () => {
  it('is the same for the rows in any order', () => {
    const random = createRandom(3);
    const many = Array.from({ length: 200 }, () => ({ confidence: random.integer(9) / 9, right: random.chance(0.6) }));
    const figures = (some: readonly Scored[]): number[] => [
      aurc(some),
      selectiveAccuracyAtCoverage(some, 0.37),
      coverageAtRisk(some, 0.4),
    ];
    expect(figures(random.shuffle(many))).toEqual(figures(many));
  });

  it('refuses a confidence that is no number', () => {
    expect(() => aurc(rows([0.5, true], [Number.NaN, true]))).toThrow(
      'rows[1].confidence: expected a finite number, received NaN',
    );
  });
});
