import { float, int, type Value } from '../types.js';
import { mul } from './elementwise.js';
import { transpose } from './layout.js';

export interface MatmulOptions {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
  /** Factor on the product. */
  readonly alpha?: number;
}

/**
 * Matrix product over the last two axes, with broadcasting of the others. In float32 transposition and factor are
 * fused into one node (onnxruntime's FusedMatMul); other types spell them out.
 */
export function matmul(left: Value, right: Value, options: MatmulOptions = {}): Value {
  const { transposeLeft = false, transposeRight = false, alpha = 1 } = options;
  if (!transposeLeft && !transposeRight && alpha === 1) return left.graph.node('MatMul', [left, right])[0] as Value;
  if (left.dtype === 'float32') {
    return left.graph.node('FusedMatMul', [left, right], {
      transA: int(transposeLeft ? 1 : 0),
      transB: int(transposeRight ? 1 : 0),
      alpha: float(alpha),
    })[0] as Value;
  }
  const plain = matmul(transposeLeft ? swapLast(left) : left, transposeRight ? swapLast(right) : right);
  return alpha === 1 ? plain : mul(plain, alpha);
}

function swapLast(value: Value): Value {
  const rank = value.shape.length;
  if (rank < 2) return value;
  return transpose(value, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]);
}

/**
 * `input` [..., K] times an int8 weight [K, N] with one scale a column; the input is quantised on the fly
 * (onnxruntime's DynamicQuantizeMatMul). Not differentiable: it is the serving form of `matmul`.
 */
export function dynamicQuantizeMatmul(input: Value, weight: Value, scale: Value, zeroPoint: Value): Value {
  return input.graph.node('DynamicQuantizeMatMul', [input, weight, scale, zeroPoint])[0] as Value;
}
