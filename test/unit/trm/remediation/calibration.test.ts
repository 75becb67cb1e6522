import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelLoadError } from '../../../../src/core/errors.js';
import {
  CALIBRATION_INPUTS,
  type Calibration,
  type ConfidenceFeatures,
  calibratedConfidence,
  calibrationInputs,
  interpolate,
  parseCalibration,
} from '../../../../src/trm/remediation/calibration.js';

const FILES = { weightsSha256: 'a', vocabularySha256: 'b' };
const COEFFICIENTS: Readonly<Record<string, number>> = {
  qHaltLogit: 1,
  marginLogit: 0.5,
  pointerLogit: 0.25,
  noneProbability: -1,
  concentration: 0.4,
  haltingStep: -0.2,
  logCatalogSize: 0.1,
  acts: 0.3,
  'acts:qHaltLogit': -0.25,
};
const MAP: Calibration = {
  formatVersion: 3,
  inputs: [...CALIBRATION_INPUTS],
  intercept: -0.5,
  coefficients: CALIBRATION_INPUTS.map((name) => COEFFICIENTS[name] ?? 0),
  fittedOn: { rows: 10, split: 'calibration' },
  ...FILES,
};
const FEATURES: ConfidenceFeatures = {
  acts: false,
  qHaltLogit: 2,
  margin: 0.8,
  pointerProbability: 0.5,
  noneProbability: 0.1,
  concentration: 0.75,
  step: 3,
  catalogSize: 7,
  unknownInAlert: 0,
  unknownInFunction: 0,
  unseenFunction: 0,
};

describe('the inputs of the calibration', () => {
  it('are log odds, the step from zero and the logarithm of the size of the catalog', () => {
    const inputs = calibrationInputs(FEATURES);
    for (const [index, value] of [2, Math.log(4), 0, 0.1, 0.75, 2, Math.log(7)].entries()) {
      expect(inputs[index]).toBeCloseTo(value, 12);
    }
  });

  it('are finite for certain answers, none named and an empty catalog', () => {
    const certain = {
      acts: true,
      qHaltLogit: 1e9,
      margin: 1,
      pointerProbability: 0,
      noneProbability: 1,
      concentration: 1,
      step: 1,
      catalogSize: 0,
      unknownInAlert: 0,
      unknownInFunction: 0,
      unseenFunction: 0,
    };
    expect(calibrationInputs(certain).every(Number.isFinite)).toBe(true);
    expect(calibrationInputs(certain)[0]).toBe(10);
    expect(calibrationInputs({ ...certain, qHaltLogit: -1e9 })[0]).toBe(-10);
  });
});

describe('the confidence', () => {
  it('is the logistic function of the weighted inputs', () => {
    const score = -0.5 + 2 + 0.5 * Math.log(4) - 0.1 + 0.3 - 0.4 + 0.1 * Math.log(7);
    expect(calibratedConfidence(FEATURES, MAP)).toBeCloseTo(1 / (1 + Math.exp(-score)), 12);
    const acting = calibratedConfidence({ ...FEATURES, acts: true }, MAP);
    expect(acting).toBeCloseTo(1 / (1 + Math.exp(-(score + 0.3 - 0.5))), 12);
  });

  it('goes through the isotonic map where there is one', () => {
    const isotonic = { scores: [-10, 10], probabilities: [0.25, 0.75] };
    const flat = { ...MAP, intercept: 5, coefficients: MAP.coefficients.map(() => 0), isotonic };
    expect(calibratedConfidence(FEATURES, flat)).toBeCloseTo(0.625, 12);
  });
});

const steps = fc
  .array(fc.tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 100 })), { minLength: 2, maxLength: 12 })
  .map((pairs) => ({
    scores: pairs.map(([score]) => score / 4).sort((left, right) => left - right),
    probabilities: pairs.map(([, share]) => share / 100).sort((left, right) => left - right),
  }));
const score = fc.double({ min: -15, max: 15, noNaN: true });

describe('an isotonic map', () => {
  it('meets its steps, is linear between them and constant outside', () => {
    const map = { scores: [-1, 0, 2], probabilities: [0.1, 0.5, 0.9] };
    for (const [at, value] of [
      [-7, 0.1],
      [-1, 0.1],
      [-0.5, 0.3],
      [0, 0.5],
      [1.5, 0.8],
      [2, 0.9],
      [9, 0.9],
    ] as const) {
      expect(interpolate(at, map), String(at)).toBeCloseTo(value, 12);
    }
  });

  it('never gives less for a higher score, nor anything outside its probabilities', () => {
    fc.assert(
      fc.property(steps, score, score, (map, one, other) => {
        const [low, high] = [interpolate(Math.min(one, other), map), interpolate(Math.max(one, other), map)];
        expect(low).toBeLessThanOrEqual(high + 1e-12);
        expect(low).toBeGreaterThanOrEqual((map.probabilities[0] as number) - 1e-12);
        expect(high).toBeLessThanOrEqual((map.probabilities.at(-1) as number) + 1e-12);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a calibration that is read', () => {
  it('comes back as it was written, with and without an isotonic map', () => {
    expect(parseCalibration(MAP, FILES)).toEqual(MAP);
    const rising = { ...MAP, isotonic: { scores: [0, 0, 1], probabilities: [0.2, 0.2, 0.4] } };
    expect(parseCalibration(rising, FILES)).toEqual(rising);
  });

  it.each([
    ['an older format', { formatVersion: 1 }, /formatVersion/],
    ['other inputs', { inputs: [...MAP.inputs].reverse() }, /expected the inputs qHaltLogit, marginLogit/],
    ['too few coefficients', { coefficients: [1, 2, 3, 4] }, /coefficients/],
    ['probabilities that fall', { isotonic: { scores: [0, 1], probabilities: [0.6, 0.5] } }, /isotonic.*both rising/],
    ['scores that fall', { isotonic: { scores: [1, 0], probabilities: [0.5, 0.6] } }, /isotonic.*both rising/],
    ['a step without a score', { isotonic: { scores: [0, 1], probabilities: [0, 0.5, 1] } }, /as many probabilities/],
    ['one step', { isotonic: { scores: [0], probabilities: [0.5] } }, /isotonic\.scores/],
    ['more than certainty', { isotonic: { scores: [0, 1], probabilities: [0.5, 1.5] } }, /isotonic\.probabilities/],
    ['other weights', { weightsSha256: 'c' }, /fitted for other weights/],
    ['another vocabulary', { vocabularySha256: 'c' }, /fitted for other weights or another vocabulary/],
  ])('is refused with %s', (_, change, message) => {
    const read = (): Calibration => parseCalibration({ ...MAP, ...change }, FILES);
    expect(read).toThrow(ModelLoadError);
    expect(read).toThrow(message);
  });
});
