import { setImmediate } from 'node:timers/promises';
import { createRandom } from '../../../../core/random.js';

/** One row: the features that it has, and the classes that are right for it, at least one. */
export interface SparseRow {
  readonly features: Uint32Array;
  readonly accepted: readonly number[];
}

export interface SoftmaxOptions {
  readonly features: number;
  readonly classes: number;
  readonly seed: number;
  /** Passes over the rows. */
  readonly epochs: number;
  /** Weight of the squared weights in the loss of a row (half of it, as usual). */
  readonly l2: number;
  readonly learningRate: number;
}

/** Probabilities of the classes, summing to 1, from the features of a row. */
export type SoftmaxModel = (features: Uint32Array) => Float64Array;

const BATCH = 32;
/** Decay of Adam's averages, and what keeps its division finite (Kingma & Ba 2015, arXiv 1412.6980). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Multinomial logistic regression by mini-batches with Adam. Where several classes are right, the loss is the negative
 * logarithm of their summed probability, since any of them will do. The bias is not held back. Deterministic for a seed;
 * gives way to other work after every epoch.
 */
export async function fitSoftmaxRegression(
  rows: readonly SparseRow[],
  { features, classes, seed, epochs, l2, learningRate }: SoftmaxOptions,
): Promise<SoftmaxModel> {
  // One line of classes a feature; the last line is the bias.
  const weights = new Float64Array((features + 1) * classes);
  const gradient = new Float64Array(weights.length);
  const first = new Float64Array(weights.length);
  const second = new Float64Array(weights.length);
  const model: SoftmaxModel = (present) => softmax(scores(weights, present, features, classes));
  const random = createRandom(seed);
  const order = rows.map((_, index) => index);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const shuffled = random.shuffle(order);
    // To nothing over the epochs, so that the last batches do not decide.
    const rate = learningRate * (1 - epoch / epochs);
    for (let start = 0; start < shuffled.length; start += BATCH) {
      const batch = shuffled.slice(start, start + BATCH);
      gradient.fill(0);
      for (const index of batch) addGradient(gradient, rows[index] as SparseRow, model, classes, 1 / batch.length);
      for (let at = 0; at < features * classes; at++) {
        gradient[at] = (gradient[at] as number) + l2 * (weights[at] as number);
      }
      step += 1;
      const scale = (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
      for (let at = 0; at < weights.length; at++) {
        const slope = gradient[at] as number;
        const mean = BETA1 * (first[at] as number) + (1 - BETA1) * slope;
        const square = BETA2 * (second[at] as number) + (1 - BETA2) * slope * slope;
        first[at] = mean;
        second[at] = square;
        weights[at] = (weights[at] as number) - (scale * mean) / (Math.sqrt(square) + EPSILON);
      }
    }
    await setImmediate();
  }
  return model;
}

/** Adds `share` times the gradient of one row's loss: the probabilities less what the right classes have among them. */
function addGradient(
  gradient: Float64Array,
  { features, accepted }: SparseRow,
  model: SoftmaxModel,
  classes: number,
  share: number,
): void {
  const slopes = model(features);
  const right = accepted.reduce((sum, index) => sum + (slopes[index] as number), 0);
  for (const index of accepted) slopes[index] = (slopes[index] as number) * (1 - 1 / Math.max(right, Number.MIN_VALUE));
  const value = featureValue(features);
  const bias = gradient.length - classes;
  for (let index = 0; index < classes; index++) {
    const slope = share * (slopes[index] as number);
    for (const feature of features) {
      const at = feature * classes + index;
      gradient[at] = (gradient[at] as number) + slope * value;
    }
    gradient[bias + index] = (gradient[bias + index] as number) + slope;
  }
}

function scores(weights: Float64Array, present: Uint32Array, features: number, classes: number): Float64Array {
  const value = featureValue(present);
  const sums = weights.slice(features * classes);
  for (const feature of present) {
    for (let index = 0; index < classes; index++) {
      sums[index] = (sums[index] as number) + value * (weights[feature * classes + index] as number);
    }
  }
  return sums;
}

function featureValue({ length }: Uint32Array): number {
  return length === 0 ? 0 : 1 / Math.sqrt(length);
}

/** In place. */
function softmax(values: Float64Array): Float64Array {
  const top = Math.max(...values);
  let sum = 0;
  for (const [index, value] of values.entries()) {
    values[index] = Math.exp(value - top);
    sum += values[index] as number;
  }
  for (const [index, value] of values.entries()) values[index] = value / sum;
  return values;
}
