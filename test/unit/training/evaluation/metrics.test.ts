import { describe, expect, it } from 'vitest';
import {
  augrc,
  brierScore,
  expectedCalibrationError,
  type Scored,
  selective,
} from '../../../../src/training/evaluation/metrics.js';

const rows = (...pairs: (readonly [number, boolean])[]): Scored[] =>
  pairs.map(([confidence, right]) => ({ confidence, right }));

describe('expected calibration error', () => {
  it('is the gap between confidence and accuracy, weighted by the size of the bin', () => {
    expect(expectedCalibrationError(rows([1, true], [1, true]))).toBe(0);
    expect(expectedCalibrationError(rows([1, false], [1, false]))).toBe(1);
    expect(expectedCalibrationError(rows([0.5, true], [0.5, false]))).toBe(0);
    // Bins of 0.9 (right 1 of 2, gap 0.4) and of 0.1 (right 0 of 2, gap 0.1).
    expect(expectedCalibrationError(rows([0.9, true], [0.9, false], [0.1, false], [0.1, false]))).toBeCloseTo(0.25, 12);
    expect(expectedCalibrationError([])).toBeNaN();
  });
});

describe('the Brier score', () => {
  it('is the mean squared gap', () => {
    expect(brierScore(rows([0.8, true], [0.3, false]))).toBeCloseTo((0.04 + 0.09) / 2, 12);
  });
});

describe('AUGRC', () => {
  it('is lower when the wrong answers are the least confident', () => {
    const good = augrc(rows([0.9, true], [0.8, true], [0.1, false]));
    const bad = augrc(rows([0.1, true], [0.2, true], [0.9, false]));
    expect(good).toBeCloseTo(1 / 9, 12);
    expect(bad).toBeCloseTo(3 / 9, 12);
    expect(augrc(rows([0.5, true]))).toBe(0);
  });
});

describe('selective accuracy', () => {
  it('counts rows at or over the threshold', () => {
    const result = selective(rows([0.7, true], [0.9, false], [0.69, false], [0.1, true]), 0.7);
    expect(result).toEqual({ coverage: 0.5, accuracy: 0.5 });
    expect(selective(rows([0.1, true]), 0.7)).toEqual({ coverage: 0, accuracy: Number.NaN });
  });
});
