import { add, atan, cast, div, maximum, mul, sqrt, sub } from '../ops/index.js';
import type { Value } from '../types.js';

/** One parameter with its gradient and the running moments of that gradient, all of one shape. */
export interface MomentState {
  readonly parameter: Value;
  readonly gradient: Value;
  /** First moment: running mean of the gradient. */
  readonly m: Value;
  /** Second moment: running mean of its square. */
  readonly v: Value;
}

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  /** Scalar float32. */
  readonly learningRate: Value;
  /** Decoupled: the parameter shrinks by `learningRate * weightDecay` a step. */
  readonly weightDecay: number;
  /** Scalars 1 - beta1^t and 1 - beta2^t of step t (from 1), which undo the zero start of the moments. */
  readonly correction1: Value;
  readonly correction2: Value;
}

export interface UpdatedState {
  readonly parameter: Value;
  readonly m: Value;
  readonly v: Value;
}

function moments(state: MomentState, options: AdamOptions): { m: Value; v: Value; mHat: Value; rootVHat: Value } {
  const { gradient } = state;
  const m = add(mul(state.m, options.beta1), mul(gradient, 1 - options.beta1));
  const v = add(mul(state.v, options.beta2), mul(mul(gradient, gradient), 1 - options.beta2));
  return { m, v, mHat: div(m, options.correction1), rootVHat: sqrt(div(v, options.correction2)) };
}

function decayed(parameter: Value, options: AdamOptions): Value {
  if (options.weightDecay === 0) return parameter;
  return mul(parameter, sub(1, mul(options.learningRate, options.weightDecay)));
}

/** AdamW (Loshchilov & Hutter 2019): p <- p (1 - lr wd) - lr m^ / (sqrt(v^) + epsilon). */
export function adamW(state: MomentState, options: AdamOptions & { readonly epsilon: number }): UpdatedState {
  const { m, v, mHat, rootVHat } = moments(state, options);
  const change = mul(div(mHat, add(rootVHat, options.epsilon)), options.learningRate);
  return { parameter: sub(decayed(state.parameter, options), change), m, v };
}

/**
 * Adam-atan2 (Everett et al. 2024) as the reference TRM trains with it: p <- p (1 - lr wd) - lr atan2(m^, sqrt(v^)).
 * It has no epsilon and does not depend on the scale of the gradient.
 */
export function adamAtan2(state: MomentState, options: AdamOptions): UpdatedState {
  const { m, v, mHat, rootVHat } = moments(state, options);
  const change = mul(atan2(mHat, rootVHat), options.learningRate);
  return { parameter: sub(decayed(state.parameter, options), change), m, v };
}

/**
 * atan2(y, x) for x >= 0, which ONNX lacks, by the half-angle form 2 atan(y / (|(x, y)| + x)). Near zero the squares
 * of float32 would vanish, so the hypotenuse is taken in float64; atan2(0, 0) is 0. The lower bound that keeps 0 / 0
 * away is no addend, because onnxruntime optimises away the addition of so small a constant.
 */
function atan2(y: Value, x: Value): Value {
  const [wideY, wideX] = [cast(y, 'float64'), cast(x, 'float64')];
  const hypotenuse = sqrt(add(mul(wideX, wideX), mul(wideY, wideY)));
  const half = cast(div(wideY, maximum(add(hypotenuse, wideX), 1e-300)), y.dtype);
  return mul(atan(half), 2);
}
