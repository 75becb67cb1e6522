import { z } from 'zod';
import { ModelLoadError } from '../../core/errors.js';
import type { CalibrationFeatures } from '../../encoding/index.js';

/** Inputs of the fitted map, in the order of the coefficients. */
export const CALIBRATION_INPUTS = ['qHaltLogit', 'marginLogit', 'pointerLogit', 'noneProbability'] as const;

const schema = z.object({
  formatVersion: z.literal(1),
  inputs: z.tuple([
    z.literal(CALIBRATION_INPUTS[0]),
    z.literal(CALIBRATION_INPUTS[1]),
    z.literal(CALIBRATION_INPUTS[2]),
    z.literal(CALIBRATION_INPUTS[3]),
  ]),
  intercept: z.number(),
  coefficients: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  /** The map holds for these files only. */
  weightsSha256: z.string(),
  vocabularySha256: z.string(),
  /** Rows that it was fitted on, none of them in training or test. */
  fittedOn: z.object({ rows: z.int().min(1), split: z.string() }),
});

/** A logistic map from what the model says to the probability that its whole answer is right (Platt 1999). */
export type Calibration = z.infer<typeof schema>;

/** Checks a calibration and that it belongs to the given files. Throws ModelLoadError. */
export function parseCalibration(
  value: unknown,
  files: { readonly weightsSha256: string; readonly vocabularySha256: string },
): Calibration {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new ModelLoadError(
      `the calibration cannot be used: ${result.error.issues.map(({ message }) => message).join('; ')}`,
    );
  }
  const { weightsSha256, vocabularySha256 } = result.data;
  if (weightsSha256 !== files.weightsSha256 || vocabularySha256 !== files.vocabularySha256) {
    throw new ModelLoadError(
      'the calibration was fitted for other weights or another vocabulary; confidences would mean nothing. Fit it again.',
    );
  }
  return result.data;
}

/** Probabilities as log odds, kept finite. */
function logit(probability: number): number {
  const clamped = Math.min(Math.max(probability, 1e-4), 1 - 1e-4);
  return Math.log(clamped / (1 - clamped));
}

/** Features as the numbers that the map takes. */
export function calibrationInputs(features: CalibrationFeatures): [number, number, number, number] {
  const q = Math.min(Math.max(features.qHaltLogit, -10), 10);
  return [q, logit(features.margin), logit(features.pointerProbability), features.noneProbability];
}

/** Probability in [0, 1] that the whole answer is right. */
export function calibratedConfidence(features: CalibrationFeatures, calibration: Calibration): number {
  const inputs = calibrationInputs(features);
  const score = calibration.coefficients.reduce(
    (sum, coefficient, index) => sum + coefficient * (inputs[index] as number),
    calibration.intercept,
  );
  return 1 / (1 + Math.exp(-score));
}
