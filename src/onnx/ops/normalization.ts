import { GraphError } from '../../core/errors.js';
import { formatShape, sameShape } from '../shape.js';
import { float, int, type Value } from '../types.js';
import { add, mul, reciprocal, sqrt } from './elementwise.js';
import { reduceMean } from './reduction.js';

/**
 * Root-mean-square normalisation over the last axis without a learned gain:
 * `x / sqrt(mean(x^2) + epsilon)` (TRM's `rms_norm`; Zhang & Sennrich 2019).
 */
export function rmsNorm(value: Value, epsilon: number): Value {
  const { graph } = value;
  if (value.dtype !== 'float32') {
    const variance = reduceMean(mul(value, value), [-1], true);
    return mul(value, reciprocal(sqrt(add(variance, epsilon))));
  }
  return graph.node('SimplifiedLayerNormalization', [value, ones(value)], {
    axis: int(-1),
    epsilon: float(epsilon),
  })[0] as Value;
}

/**
 * `rmsNorm(left + right)`, as one node (onnxruntime's SkipSimplifiedLayerNormalization) where that takes the operands:
 * float32 of one shape, [rows, D] or [batch, rows, D]. Others are broadcast and spelled out.
 */
export function addRmsNorm(left: Value, right: Value, epsilon: number): Value {
  const fits = left.dtype === 'float32' && left.shape.length >= 2 && left.shape.length <= 3;
  if (!fits || !sameShape(left.shape, right.shape)) return rmsNorm(add(left, right), epsilon);
  return left.graph.node('SkipSimplifiedLayerNormalization', [left, right, ones(left)], {
    epsilon: float(epsilon),
  })[0] as Value;
}

function ones(value: Value): Value {
  const width = value.shape.at(-1);
  if (typeof width !== 'number') {
    throw new GraphError(
      `rmsNorm(${value.name}): the last axis of ${formatShape(value.shape)} must have a known length`,
    );
  }
  return value.graph.literal(
    Array.from({ length: width }, () => 1),
    'float32',
  );
}
