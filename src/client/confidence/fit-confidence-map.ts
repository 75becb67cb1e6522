import { boundedLogit, logistic } from '../../core/confidence/logistic.js';
import { solveLinear } from '../../core/confidence/solve-linear.js';
import { InvalidInputError } from '../../core/errors.js';
import type { ConfidenceEvidence } from '../response.js';
import { type ConfidenceMap, checkConfidenceMap, DEFAULT_CONFIDENCE_MAP, EVIDENCE_KINDS } from './confidence-map.js';

/** One answer that somebody, or a test, has judged. */
export interface LabelledAnswer {
  /** `evidence` of a response or of a reflection step. */
  readonly evidence: ConfidenceEvidence;
  readonly correct: boolean;
}

export interface FitOptions {
  /** Strength of the pull towards `prior`, over 0; about the number of answers that the prior is worth. Default 1. */
  readonly l2?: number | undefined;
  /** Where the coefficients stay when the answers say nothing about them. Default: `DEFAULT_CONFIDENCE_MAP`. */
  readonly prior?: ConfidenceMap | undefined;
}

const ITERATIONS = 100;
const TOLERANCE = 1e-10;
/** The intercept is pulled hardly at all: the share of right answers is what the data knows best. */
const INTERCEPT_SHARE = 1e-3;

/**
 * Fits a confidence map to labelled answers: logistic regression by Newton's method, with an L2 penalty on the
 * distance from a prior map. So a kind of evidence that no answer has keeps the prior's coefficients, and few answers
 * move little. The same answers in the same order give the same map. A few hundred answers are a fair start; measure
 * the calibration error on others than those.
 *
 * @throws InvalidInputError without at least one right and one wrong answer, for evidence that is not a number from 0
 *   to 1, or for an `l2` that is not a number over 0
 */
export function fitConfidenceMap(samples: readonly LabelledAnswer[], options: FitOptions = {}): ConfidenceMap {
  const { l2 = 1, prior = DEFAULT_CONFIDENCE_MAP } = options;
  if (!(l2 > 0 && l2 < Number.POSITIVE_INFINITY)) throw new InvalidInputError('l2', 'expected a number over 0');
  checkConfidenceMap(prior);
  checkSamples(samples);

  const center = toVector(prior);
  const problem: Problem = {
    inputs: samples.map(({ evidence }) => toInputs(evidence)),
    targets: samples.map(({ correct }) => (correct ? 1 : 0)),
    center,
    penalties: center.map((_, index) => (index === 0 ? l2 * INTERCEPT_SHARE : l2)),
  };
  let weights = [...center];
  let loss = lossOf(problem, weights);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const step = newtonStep(problem, weights);
    const next = backtrack(problem, weights, step, loss);
    const gain = loss - next.loss;
    ({ weights, loss } = next);
    if (gain < TOLERANCE) break;
  }
  return toMap(weights);
}

interface Problem {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly center: readonly number[];
  readonly penalties: readonly number[];
}

function checkSamples(samples: readonly LabelledAnswer[]): void {
  for (const [index, { evidence, correct }] of samples.entries()) {
    if (typeof correct !== 'boolean') {
      throw new InvalidInputError(`samples[${index}].correct`, 'expected true or false');
    }
    for (const kind of EVIDENCE_KINDS) {
      const value = evidence[kind];
      if (value !== undefined && !(value >= 0 && value <= 1)) {
        throw new InvalidInputError(`samples[${index}].evidence.${kind}`, 'expected a number from 0 to 1');
      }
    }
  }
  const right = samples.filter(({ correct }) => correct).length;
  if (right === 0 || right === samples.length) {
    throw new InvalidInputError(
      'samples',
      `expected right and wrong answers, but ${right} of ${samples.length} are right; use more`,
    );
  }
}

/** 1 for the intercept, then for each kind its logit and whether it is there. */
function toInputs(evidence: ConfidenceEvidence): number[] {
  return [
    1,
    ...EVIDENCE_KINDS.flatMap((kind) => {
      const value = evidence[kind];
      return value === undefined ? [0, 0] : [boundedLogit(value), 1];
    }),
  ];
}

function toVector(map: ConfidenceMap): number[] {
  return [map.intercept, ...EVIDENCE_KINDS.flatMap((kind) => [map[kind].weight, map[kind].offset])];
}

function toMap(weights: readonly number[]): ConfidenceMap {
  const pair = (index: number) => ({
    weight: weights[1 + 2 * index] as number,
    offset: weights[2 + 2 * index] as number,
  });
  return { intercept: weights[0] as number, logprob: pair(0), agreement: pair(1), verifier: pair(2) };
}

function scoreOf(input: readonly number[], weights: readonly number[]): number {
  return input.reduce((sum, value, index) => sum + value * (weights[index] as number), 0);
}

/** Negative log-likelihood plus penalty. */
function lossOf({ inputs, targets, center, penalties }: Problem, weights: readonly number[]): number {
  const penalty = penalties.reduce(
    (sum, strength, index) => sum + (strength / 2) * ((weights[index] as number) - (center[index] as number)) ** 2,
    0,
  );
  return inputs.reduce((sum, input, index) => {
    const score = scoreOf(input, weights);
    // log(1 + exp(score)) - target * score, without overflow.
    const softplus = Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));
    return sum + softplus - (targets[index] as number) * score;
  }, penalty);
}

function newtonStep({ inputs, targets, center, penalties }: Problem, weights: readonly number[]): number[] {
  const gradient = weights.map((weight, index) => (penalties[index] as number) * (weight - (center[index] as number)));
  const hessian = penalties.map((strength, row) => penalties.map((_, column) => (row === column ? strength : 0)));
  for (const [at, input] of inputs.entries()) {
    const probability = logistic(scoreOf(input, weights));
    const error = probability - (targets[at] as number);
    const curvature = probability * (1 - probability);
    for (const [row, line] of hessian.entries()) {
      const value = input[row] as number;
      if (value === 0) continue;
      gradient[row] = (gradient[row] as number) + error * value;
      for (const column of line.keys()) {
        line[column] = (line[column] as number) + curvature * value * (input[column] as number);
      }
    }
  }
  return solveLinear(hessian, gradient);
}

/** Halves the step until the loss does not grow: a full Newton step may overshoot far from the minimum. */
function backtrack(problem: Problem, weights: readonly number[], step: readonly number[], loss: number) {
  for (let size = 1; size > 1e-6; size /= 2) {
    const moved = weights.map((weight, index) => weight - size * (step[index] as number));
    const movedLoss = lossOf(problem, moved);
    if (movedLoss <= loss) return { weights: moved, loss: movedLoss };
  }
  return { weights: [...weights], loss };
}
