import { normalizeAxis } from '../shape.js';
import { int, type Value } from '../types.js';
import { add, exp, log, stopGradient, sub } from './elementwise.js';

function reduce(op: string, value: Value, axes: readonly number[] | undefined, keepDimensions: boolean): Value {
  const rank = value.shape.length;
  // Counted from the front, since onnxruntime forgets to reduce an empty tensor along a negative axis.
  const all = axes?.map((axis) => normalizeAxis(axis, rank) ?? axis) ?? value.shape.map((_, axis) => axis);
  if (all.length === 0) return value;
  return value.graph.node(op, [value, value.graph.literal(all, 'int64')], {
    keepdims: int(keepDimensions ? 1 : 0),
  })[0] as Value;
}

/** Sum over `axes`, over all of them when none are given. */
export const reduceSum = (value: Value, axes?: readonly number[], keepDimensions = false): Value =>
  reduce('ReduceSum', value, axes, keepDimensions);
/** Mean over `axes`, over all of them when none are given. */
export const reduceMean = (value: Value, axes?: readonly number[], keepDimensions = false): Value =>
  reduce('ReduceMean', value, axes, keepDimensions);
/** Largest element over `axes`; not differentiable. opset 18 takes the axes as an input. */
export const reduceMax = (value: Value, axes?: readonly number[], keepDimensions = false): Value =>
  reduce('ReduceMax', value, axes, keepDimensions);

/** log(sum(exp(x))) along one axis, kept as length 1; shifted by the maximum, so that it cannot overflow. */
export function logSumExp(value: Value, axis: number): Value {
  const peak = stopGradient(reduceMax(value, [axis], true));
  return add(log(reduceSum(exp(sub(value, peak)), [axis], true)), peak);
}

export function softmax(value: Value, axis = -1): Value {
  return value.graph.node('Softmax', [value], { axis: int(axis) })[0] as Value;
}

/** Index (int64) of the largest element along one axis, the first one at a tie. */
export function argMax(value: Value, axis: number, keepDimensions = false): Value {
  return value.graph.node('ArgMax', [value], { axis: int(axis), keepdims: int(keepDimensions ? 1 : 0) })[0] as Value;
}
