import { TrainingError } from '../../core/errors.js';
import type { CalibrationFeatures } from '../../encoding/index.js';
import { CALIBRATION_INPUTS, type Calibration, calibrationInputs } from '../../trm/remediation/index.js';

export interface CalibrationRow {
  readonly features: CalibrationFeatures;
  readonly right: boolean;
}

/** Keeps coefficients finite where the rows can be separated; small against hundreds of rows. */
const RIDGE = 1e-2;
const ITERATIONS = 50;

/**
 * Fits the logistic map from features to the probability of being right, by Newton's method on the regularised
 * likelihood. Targets are pulled in from 0 and 1 as Platt (1999) does, so that few rows give no certainty.
 *
 * @throws TrainingError without at least one right and one wrong row
 */
export function fitCalibration(
  rows: readonly CalibrationRow[],
  split: string,
): Omit<Calibration, 'weightsSha256' | 'vocabularySha256'> {
  const right = rows.filter((row) => row.right).length;
  if (right === 0 || right === rows.length) {
    throw new TrainingError(
      `the calibration needs right and wrong answers, but ${right} of ${rows.length} are right; use more rows`,
    );
  }
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
  const [intercept = 0, a = 0, b = 0, c = 0, d = 0] = weights;
  return {
    formatVersion: 1,
    inputs: [...CALIBRATION_INPUTS],
    intercept,
    coefficients: [a, b, c, d],
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
  return solve(hessian, gradient);
}

/** Gaussian elimination with row pivoting; the matrix is positive definite. */
function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, vector[index] as number]);
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs((rows[row] as number[])[pivot] as number) > Math.abs((rows[best] as number[])[pivot] as number))
        best = row;
    }
    [rows[pivot], rows[best]] = [rows[best] as number[], rows[pivot] as number[]];
    const top = rows[pivot] as number[];
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const line = rows[row] as number[];
      const factor = (line[pivot] as number) / (top[pivot] as number);
      for (let column = pivot; column <= size; column++) {
        line[column] = (line[column] as number) - factor * (top[column] as number);
      }
    }
  }
  return rows.map((row, index) => (row[size] as number) / (row[index] as number));
}
