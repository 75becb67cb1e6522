import { float, int, type Value } from '../types.js';
import { abs, div, maximum, mul } from './elementwise.js';
import { transpose } from './layout.js';
import { reduceMax } from './reduction.js';

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
 * `input` [..., K] times an int8 weight [K, N] with one scale a column; the input is quantised on the fly, each row by
 * its own largest magnitude, so that no row changes what becomes of another. Weights must stay within -64..64: on x86
 * processors without VNNI larger ones saturate the 16-bit sums. Not differentiable: the serving form of `matmul`.
 */
export function quantizedMatmul(input: Value, weight: Value, scale: Value): Value {
  const { graph } = input;
  const peak = maximum(reduceMax(abs(input), [-1], true), SMALLEST_PEAK);
  const level = graph.literal([1 / 127], 'float32', []);
  const middle = graph.literal([128], 'uint8', []);
  const columns = scale.shape[0];
  const zero = graph.literal(
    Array.from({ length: typeof columns === 'number' ? columns : 1 }, () => 0),
    'int8',
    typeof columns === 'number' ? [columns] : [],
  );
  const quantized = graph.node('QuantizeLinear', [div(input, peak), level, middle])[0] as Value;
  const product = graph.node('MatMulIntegerToFloat', [quantized, weight, level, scale, middle, zero])[0] as Value;
  return mul(product, peak);
}

/** Keeps a row of zeros from being divided by zero. */
const SMALLEST_PEAK = 1e-30;
