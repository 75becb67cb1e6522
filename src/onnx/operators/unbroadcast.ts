import { reduceSum } from '../ops/reduction.js';
import { sameShape } from '../shape.js';
import type { Value } from '../types.js';

/** Sums a gradient over the axes along which its operand was broadcast, so that it has the operand's shape again. */
export function unbroadcast(gradient: Value, operand: Value): Value {
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const extra = gradient.shape.length - operand.shape.length;
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  const stretched = operand.shape.flatMap((dimension, axis) =>
    dimension === 1 && gradient.shape[axis + extra] !== 1 ? [axis] : [],
  );
  let result = leading.length > 0 ? reduceSum(gradient, leading, false) : gradient;
  if (stretched.length > 0) result = reduceSum(result, stretched, true);
  return result;
}
