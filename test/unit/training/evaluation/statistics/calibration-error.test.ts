import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { expectedCalibrationError, type Scored } from '../../../../../src/training/evaluation/metrics.js';
import {
  adaptiveCalibrationError,
  negativeLogLikelihood,
  reliabilityBins,
} from '../../../../../src/training/evaluation/statistics/index.js';

const rows = (...pairs: (readonly [number, boolean])[]): Scored[] =>
  pairs.map(([confidence, right]) => ({ confidence, right }));

const random = createRandom(8);
/** Right as often as the confidence says. */
const calibrated = Array.from({ length: 20_000 }, () => {
  const confidence = random.next();
  return { confidence, right: random.chance(confidence) };
});

describe('the adaptive calibration error', () => {
  it('is the mean gap of bins of equal mass', () => {
    const four = rows([0.9, true], [0.8, false], [0.2, true], [0.1, false]);
    // Bins {0.9, 0.8} with 1 right and {0.2, 0.1} with 1 right: gaps 0.7 and 0.7.
    expect(adaptiveCalibrationError(four, 2)).toBeCloseTo((0.7 + 0.7) / 4, 12);
    expect(adaptiveCalibrationError(four, 1)).toBeCloseTo(0, 12);
    expect(adaptiveCalibrationError(four, 15)).toBeCloseTo((0.1 + 0.8 + 0.8 + 0.1) / 4, 12);
    expect(adaptiveCalibrationError([])).toBeNaN();
    expect(() => adaptiveCalibrationError(four, 0)).toThrow('bins: expected a whole number of at least 1, received 0');
  });

  it('does not depend on the order of equally confident rows', () => {
    const tied = [...rows([0.5, true], [0.5, true], [0.5, false], [0.5, false])];
    expect(adaptiveCalibrationError(tied, 2)).toBeCloseTo(0, 12);
    expect(adaptiveCalibrationError([...tied].reverse(), 2)).toBeCloseTo(0, 12);
  });

  it('tells calibrated rows from overconfident ones', () => {
    expect(adaptiveCalibrationError(calibrated)).toBeLessThan(0.02);
    const sure = calibrated.map(({ confidence, right }) => ({ confidence: Math.sqrt(confidence), right }));
    // The mean of sqrt(u) - u over [0, 1] is 2/3 - 1/2.
    expect(adaptiveCalibrationError(sure)).toBeCloseTo(1 / 6, 1);
  });
});

describe('reliability bins', () => {
  it('add up to the expected calibration error', () => {
    const bins = reliabilityBins(calibrated);
    expect(bins).toHaveLength(15);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(calibrated.length);
    const error = bins.reduce(
      (sum, { count, meanConfidence, accuracy }) =>
        sum + (count / calibrated.length) * Math.abs(meanConfidence - accuracy),
      0,
    );
    expect(error).toBeCloseTo(expectedCalibrationError(calibrated), 12);
    for (const { lower, upper, meanConfidence } of bins) {
      expect(meanConfidence).toBeGreaterThanOrEqual(lower);
      expect(meanConfidence).toBeLessThan(upper);
    }
  });

  it('keep a row of confidence 1 and say so where a bin is empty', () => {
    expect(reliabilityBins(rows([1, true], [0.6, false], [0.7, true]), 2)).toEqual([
      { lower: 0, upper: 0.5, count: 0, meanConfidence: Number.NaN, accuracy: Number.NaN },
      { lower: 0.5, upper: 1, count: 3, meanConfidence: (1 + 0.6 + 0.7) / 3, accuracy: 2 / 3 },
    ]);
  });
});

describe('the negative log-likelihood', () => {
  it('is the mean surprise, and finite for a sure answer that is wrong', () => {
    expect(negativeLogLikelihood(rows([0.8, true], [0.3, false]))).toBeCloseTo(
      -(Math.log(0.8) + Math.log(0.7)) / 2,
      12,
    );
    expect(negativeLogLikelihood(rows([1, false]))).toBeCloseTo(12 * Math.LN10, 9);
    expect(negativeLogLikelihood([])).toBeNaN();
  });
});
