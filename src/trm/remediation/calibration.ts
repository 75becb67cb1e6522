import { z } from 'zod';
import { ModelLoadError } from '../../core/errors.js';
import type { CalibrationFeatures } from '../../encoding/index.js';

/** What the fitted map reads: the features of an answer and the supervision step (from 1) that it was given at. */
export type ConfidenceFeatures = CalibrationFeatures & { readonly step: number };

/** What is read of every answer. */
const OF_ANSWERS = [
  'qHaltLogit',
  'marginLogit',
  'pointerLogit',
  'noneProbability',
  'concentration',
  'haltingStep',
  'logCatalogSize',
  'unknownInAlert',
  'unknownInFunction',
  'unseenFunction',
] as const;

/**
 * Inputs of the fitted map, in the order of the coefficients. Answers that call a function have coefficients of their own
 * beside those of all: what tells a right call from a wrong one is not what tells whether none should be made.
 */
export const CALIBRATION_INPUTS: readonly string[] = [
  ...OF_ANSWERS,
  'acts',
  ...OF_ANSWERS.map((name) => `acts:${name}`),
];

const schema = z
  .object({
    formatVersion: z.literal(3),
    inputs: z.array(z.string()),
    intercept: z.number(),
    coefficients: z.array(z.number()),
    /** Steps of a rising map from the logistic score to the probability; absent where the logistic map alone was better. */
    isotonic: z
      .object({ scores: z.array(z.number()).min(2), probabilities: z.array(z.number().min(0).max(1)).min(2) })
      .refine(
        ({ scores, probabilities }) => scores.length === probabilities.length && rises(scores) && rises(probabilities),
        {
          error: 'expected as many probabilities as scores, both rising',
        },
      )
      .optional(),
    /** The map holds for these files only. */
    weightsSha256: z.string(),
    vocabularySha256: z.string(),
    /** Rows that it was fitted on, none of them in training or test; what the methods came to on the second half of them. */
    fittedOn: z.object({
      rows: z.int().min(1),
      split: z.string(),
      negativeLogLikelihood: z.record(z.string(), z.number()).optional(),
    }),
  })
  .refine(({ inputs }) => inputs.join() === CALIBRATION_INPUTS.join(), {
    error: `expected the inputs ${CALIBRATION_INPUTS.join(', ')}`,
    path: ['inputs'],
  })
  .refine(({ coefficients }) => coefficients.length === CALIBRATION_INPUTS.length, {
    error: 'expected one number an input',
    path: ['coefficients'],
  });

function rises(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value >= (values[index - 1] as number));
}

/**
 * A logistic map from what the model says to the probability that its whole answer is right (Platt 1999), with an
 * isotonic map behind it (Zadrozny and Elkan 2002) where that fits better.
 */
export type Calibration = z.infer<typeof schema>;

/** Checks a calibration and that it belongs to the given files. Throws ModelLoadError. */
export function parseCalibration(
  value: unknown,
  files: { readonly weightsSha256: string; readonly vocabularySha256: string },
): Calibration {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new ModelLoadError(
      `the calibration cannot be used: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
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
export function calibrationInputs(features: ConfidenceFeatures): number[] {
  const q = Math.min(Math.max(features.qHaltLogit, -10), 10);
  const ofAnswer = [
    q,
    logit(features.margin),
    logit(features.pointerProbability),
    features.noneProbability,
    features.concentration,
    features.step - 1,
    Math.log(Math.max(1, features.catalogSize)),
    features.unknownInAlert,
    features.unknownInFunction,
    features.unseenFunction,
  ];
  const acts = features.acts ? 1 : 0;
  return [...ofAnswer, acts, ...ofAnswer.map((input) => acts * input)];
}

/** Log odds of the logistic map. */
export function calibrationScore(
  features: ConfidenceFeatures,
  { intercept, coefficients }: Pick<Calibration, 'intercept' | 'coefficients'>,
): number {
  return calibrationInputs(features).reduce((sum, input, index) => sum + input * (coefficients[index] ?? 0), intercept);
}

/** Probability in [0, 1] that the whole answer is right. */
export function calibratedConfidence(features: ConfidenceFeatures, calibration: Calibration): number {
  const score = calibrationScore(features, calibration);
  const { isotonic } = calibration;
  return isotonic ? interpolate(score, isotonic) : 1 / (1 + Math.exp(-score));
}

/** Linear between the steps, so that a higher score never means less; constant outside them. */
export function interpolate(
  score: number,
  { scores, probabilities }: { readonly scores: readonly number[]; readonly probabilities: readonly number[] },
): number {
  const above = scores.findIndex((step) => step > score);
  if (above === 0) return probabilities[0] as number;
  if (above < 0) return probabilities.at(-1) as number;
  const [left, right] = [scores[above - 1] as number, scores[above] as number];
  const [low, high] = [probabilities[above - 1] as number, probabilities[above] as number];
  return low + ((high - low) * (score - left)) / (right - left);
}
