import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { fitCalibration } from '../../../../../src/training/evaluation/calibration/fit-calibration.js';
import { expectedCalibrationError } from '../../../../../src/training/evaluation/metrics.js';
import { calibratedConfidence, calibrationScore } from '../../../../../src/trm/remediation/index.js';

const hashes = { weightsSha256: '', vocabularySha256: '' };

/** Rows whose chance of being right is known: the logistic function of q and of the log odds of the margin. */
function simulated(count: number, seed: string) {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const features = {
      acts: random.chance(0.5),
      qHaltLogit: 2 * random.normal(),
      margin: random.next(),
      pointerProbability: random.next(),
      noneProbability: random.next(),
      concentration: 0.5,
      catalogSize: 4 + random.integer(60),
      unknownInAlert: 0,
      unknownInFunction: 0,
      unseenFunction: 0,
      step: 1 + random.integer(3),
    };
    const logit = Math.log(features.margin / (1 - features.margin));
    const chance = 1 / (1 + Math.exp(-(0.5 + 0.8 * features.qHaltLogit + 0.6 * logit)));
    return { features, right: random.chance(chance) };
  });
}

describe('the calibration', () => {
  it('finds the map that made the rows, and is calibrated on others', () => {
    const fitted = { ...fitCalibration(simulated(4000, 'fit'), 'calibration'), ...hashes };
    expect(fitted.intercept).toBeCloseTo(0.5, 0);
    expect(fitted.coefficients[0]).toBeGreaterThan(0.65);
    expect(fitted.coefficients[0]).toBeLessThan(0.95);
    expect(fitted.coefficients[1]).toBeGreaterThan(0.45);
    expect(Math.abs(fitted.coefficients[2] as number)).toBeLessThan(0.1);
    const scored = simulated(4000, 'other').map(({ features, right }) => ({
      confidence: calibratedConfidence(features, fitted),
      right,
    }));
    expect(expectedCalibrationError(scored)).toBeLessThan(0.03);
  });

  it('gives answers that call a function a map of their own', () => {
    const rows = (seed: string) => {
      const random = createRandom(`${seed} of two kinds`);
      return simulated(4000, seed).map(({ features }) => {
        const score = features.acts ? 1.2 * features.qHaltLogit - 0.5 : 2;
        return { features, right: random.chance(1 / (1 + Math.exp(-score))) };
      });
    };
    const fitted = { ...fitCalibration(rows('fit'), 'calibration'), ...hashes };
    for (const acts of [true, false]) {
      const scored = rows('other')
        .filter(({ features }) => features.acts === acts)
        .map(({ features, right }) => ({ confidence: calibratedConfidence(features, fitted), right }));
      expect(expectedCalibrationError(scored)).toBeLessThan(0.04);
    }
  });

  it('stays finite where right and wrong can be told apart without fault', () => {
    const rows = [-3, -2, 2, 3].map((qHaltLogit) => ({
      features: {
        acts: true,
        qHaltLogit,
        margin: 0.5,
        pointerProbability: 0.5,
        noneProbability: 0.5,
        concentration: 0.5,
        catalogSize: 7,
        unknownInAlert: 0,
        unknownInFunction: 0,
        unseenFunction: 0,
        step: 1,
      },
      right: qHaltLogit > 0,
    }));
    const { intercept, coefficients } = fitCalibration(rows, 'calibration');
    expect([intercept, ...coefficients].every(Number.isFinite)).toBe(true);
    expect(coefficients[0]).toBeGreaterThan(0);
  });

  it('puts an isotonic map behind the logistic one where the chance is no logistic function, and only there', () => {
    const random = createRandom('steps');
    const rows = simulated(4000, 'steps').map(({ features }) => ({
      features,
      right: random.chance(features.qHaltLogit > 1 ? 0.95 : features.qHaltLogit > -1 ? 0.6 : 0.55),
    }));
    const fitted = { ...fitCalibration(rows, 'calibration'), ...hashes };
    expect(fitted.isotonic).toBeDefined();
    const { logistic, isotonic } = fitted.fittedOn.negativeLogLikelihood ?? {};
    expect(isotonic).toBeLessThan(logistic as number);
    const probabilities = rows.map(({ features }) => calibratedConfidence(features, fitted));
    const order = rows.map((_, index) => index).sort((a, b) => score(a) - score(b));
    function score(index: number): number {
      return calibrationScore((rows[index] as (typeof rows)[number]).features, fitted);
    }
    for (const [place, index] of order.entries()) {
      const before = order[place - 1];
      if (before !== undefined) expect(probabilities[index]).toBeGreaterThanOrEqual(probabilities[before] as number);
    }
  });

  it('needs right and wrong answers', () => {
    const rows = simulated(50, 'one-sided').map((row) => ({ ...row, right: true }));
    expect(() => fitCalibration(rows, 'calibration')).toThrow(/50 of 50 are right/);
    expect(() => fitCalibration([], 'calibration')).toThrow(/0 of 0/);
  });
});
