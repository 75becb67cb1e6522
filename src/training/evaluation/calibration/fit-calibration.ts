import { solveLinear } from '../../../core/confidence/solve-linear.js';
import { TrainingError } from '../../../core/errors.js';
import {
  CALIBRATION_INPUTS,
  type Calibration,
  type ConfidenceFeatures,
  calibrationInputs,
  calibrationScore,
  interpolate,
} from '../../../trm/remediation/index.js';
import { fitIsotonic } from './isotonic.js';

export interface CalibrationRow {
  readonly features: ConfidenceFeatures;
  readonly right: boolean;
}

/** A map that is not tied to the files of a model yet. */
export type FittedMap = Omit<Calibration, 'weightsSha256' | 'vocabularySha256'>;

/** Keeps coefficients finite where the rows can be separated; small against hundreds of rows. */
const RIDGE = 1e-2;
const ITERATIONS = 50;
/** Rows that an isotonic map needs to be worth a try; below them it follows the noise. */
const ENOUGH_FOR_ISOTONIC = 400;

/**
 * Fits the map from features to the probability of being right. The first half of the rows fits a logistic map and an
 * isotonic one behind it; the second half decides between them by its negative log-likelihood; then the chosen kind is
 * fitted on all rows. Rows should come in random order.
 *
 * @throws TrainingError without at least one right and one wrong row
 */
export function fitCalibration(rows: readonly CalibrationRow[], split: string): FittedMap {
  const right = rows.filter((row) => row.right).length;
  if (right === 0 || right === rows.length) {
    throw new TrainingError(
      `the calibration needs right and wrong answers, but ${right} of ${rows.length} are right; use more rows`,
    );
  }
  const logistic = fitLogistic(rows, split);
  const [first, second] = [rows.filter((_, index) => index % 2 === 0), rows.filter((_, index) => index % 2 === 1)];
  const oneSided = first.every((row) => row.right) || !first.some((row) => row.right);
  if (rows.length < ENOUGH_FOR_ISOTONIC || oneSided) return logistic;
  const half = fitLogistic(first, split);
  const candidates = { logistic: half, isotonic: withIsotonic(half, first) };
  const negativeLogLikelihood = {
    logistic: meanNll(second, candidates.logistic),
    ...(candidates.isotonic && { isotonic: meanNll(second, candidates.isotonic) }),
  };
  const better = (negativeLogLikelihood.isotonic ?? Number.POSITIVE_INFINITY) < negativeLogLikelihood.logistic;
  const chosen = (better && withIsotonic(logistic, rows)) || logistic;
  return { ...chosen, fittedOn: { ...chosen.fittedOn, negativeLogLikelihood } };
}

function withIsotonic(map: FittedMap, rows: readonly CalibrationRow[]): FittedMap | undefined {
  const isotonic = fitIsotonic(rows.map(({ features, right }) => ({ score: calibrationScore(features, map), right })));
  return isotonic && { ...map, isotonic };
}

function meanNll(rows: readonly CalibrationRow[], map: FittedMap): number {
  const sum = rows.reduce((total, { features, right }) => {
    const score = calibrationScore(features, map);
    const raw = map.isotonic ? interpolate(score, map.isotonic) : 1 / (1 + Math.exp(-score));
    const probability = Math.min(Math.max(raw, 1e-6), 1 - 1e-6);
    return total - Math.log(right ? probability : 1 - probability);
  }, 0);
  return sum / rows.length;
}

/**
 * Logistic regression by Newton's method on the regularised likelihood. Targets are pulled in from 0 and 1 as Platt
 * (1999) does, so that few rows give no certainty.
 */
function fitLogistic(rows: readonly CalibrationRow[], split: string): FittedMap {
  const right = rows.filter((row) => row.right).length;
  const high = (right + 1) / (right + 2);
  const low = 1 / (rows.length - right + 2);
  const inputs = rows.map(({ features }) => [1, ...calibrationInputs(features)]);
  const targets = rows.map((row) => (row.right ? high : low));
  const weights = new Array<number>(inputs[0]?.length ?? 0).fill(0);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const step = newtonStep(inputs, targets, weights);
    for (const [index, change] of step.entries()) weights[index] = (weights[index] ?? 0) - change;
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  const [intercept = 0, ...coefficients] = weights;
  return {
    formatVersion: 3,
    inputs: [...CALIBRATION_INPUTS],
    intercept,
    coefficients,
    fittedOn: { rows: rows.length, split },
  };
}

function newtonStep(inputs: readonly number[][], targets: readonly number[], weights: readonly number[]): number[] {
  const size = weights.length;
  const gradient = weights.map((weight, index) => (index === 0 ? 0 : RIDGE * weight));
  const hessian = weights.map((_, row) => weights.map((__, column) => (row === column ? RIDGE : 0)));
  for (const [index, input] of inputs.entries()) {
    const score = input.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0);
    const probability = 1 / (1 + Math.exp(-score));
    const error = probability - (targets[index] ?? 0);
    const curvature = Math.max(probability * (1 - probability), 1e-6);
    for (let row = 0; row < size; row++) {
      gradient[row] = (gradient[row] ?? 0) + error * (input[row] ?? 0);
      const line = hessian[row] as number[];
      for (let column = 0; column < size; column++) {
        line[column] = (line[column] ?? 0) + curvature * (input[row] ?? 0) * (input[column] ?? 0);
      }
    }
  }
  return solveLinear(hessian, gradient);
}
