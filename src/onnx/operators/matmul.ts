import { reshape } from '../ops/layout.js';
import { matmul } from '../ops/matmul.js';
import { broadcast, product } from '../shape.js';
import type { Dimension, InferContext, OperatorTable, OutputSpec, Shape, Value } from '../types.js';
import { unbroadcast } from './unbroadcast.js';

function matrixAxes(context: InferContext, index: number, transposed: boolean): [Shape, Dimension, Dimension] {
  const { shape } = context.input(index);
  if (shape.length < 2) throw context.fail(`input ${index} must have at least two axes`);
  const [rows, columns] = shape.slice(-2) as [Dimension, Dimension];
  return transposed ? [shape.slice(0, -2), columns, rows] : [shape.slice(0, -2), rows, columns];
}

function inferMatmul(context: InferContext): OutputSpec {
  const [batchLeft, rows, inner] = matrixAxes(context, 0, context.int('transA', 0) === 1);
  const [batchRight, innerRight, columns] = matrixAxes(context, 1, context.int('transB', 0) === 1);
  const batch = broadcast(batchLeft, batchRight);
  if (inner !== innerRight) throw context.fail(`the inner lengths ${inner} and ${innerRight} differ`);
  if (!batch) throw context.fail('the leading axes cannot be broadcast to one another');
  return { dtype: context.input(0).dtype, shape: [...batch, rows, columns] };
}

/** Gradients of alpha * op(A) op(B) for every combination of transpositions. */
function gradientOfMatmul(
  [a, b]: readonly [Value, Value],
  gradient: Value,
  [transA, transB, alpha]: readonly [boolean, boolean, number],
  needs: (index: number) => boolean,
): (Value | undefined)[] {
  const product2 = (left: Value, right: Value, transposeLeft: boolean, transposeRight: boolean): Value =>
    matmul(left, right, { transposeLeft, transposeRight, alpha });
  const gradientA = (): Value => (transA ? product2(b, gradient, transB, true) : product2(gradient, b, false, !transB));
  const gradientB = (): Value => {
    const widths = [a.shape.at(-1), gradient.shape.at(-1)];
    const known = widths.every((width) => typeof width === 'number' && width > 0);
    if (!transA && known && b.shape.length === 2 && a.shape.length > 2) {
      // A shared weight: one large product over all rows instead of a batch of products and a sum.
      const [rowsOfA, rowsOfGradient] = [
        reshape(a, [-1, widths[0] as number]),
        reshape(gradient, [-1, widths[1] as number]),
      ];
      return transB ? product2(rowsOfGradient, rowsOfA, true, false) : product2(rowsOfA, rowsOfGradient, true, false);
    }
    return transB ? product2(gradient, a, true, transA) : product2(a, gradient, !transA, false);
  };
  return [needs(0) ? unbroadcast(gradientA(), a) : undefined, needs(1) ? unbroadcast(gradientB(), b) : undefined];
}

export const MATMUL: OperatorTable = {
  MatMul: {
    infer: (context) => {
      const [left, right] = [context.input(0).dtype, context.input(1).dtype];
      if (left !== right) throw context.fail(`the operands must have one type, found ${left} and ${right}`);
      if (left === 'bool') throw context.fail('expected numbers, found bool');
      return [inferMatmul(context)];
    },
    gradient: ({ inputs, gradient, needs }) =>
      gradientOfMatmul(inputs as [Value, Value], gradient, [false, false, 1], needs),
  },
  FusedMatMul: {
    domain: 'com.microsoft',
    infer: (context) => {
      if (context.input(0).dtype !== 'float32' || context.input(1).dtype !== 'float32') {
        throw context.fail('FusedMatMul takes float32 operands');
      }
      return [inferMatmul(context)];
    },
    gradient: ({ node, inputs, gradient, needs }) => {
      const flag = (name: string): boolean => (node.attributes[name] as { value?: number } | undefined)?.value === 1;
      const alpha = node.attributes.alpha?.kind === 'float' ? node.attributes.alpha.value : 1;
      return gradientOfMatmul(inputs as [Value, Value], gradient, [flag('transA'), flag('transB'), alpha], needs);
    },
  },
  MatMulIntegerToFloat: {
    domain: 'com.microsoft',
    infer: (context) => {
      const [left, weight, leftScale, scale, leftZero, zero] = [0, 1, 2, 3, 4, 5].map((index) =>
        context.input(index),
      ) as [Value, Value, Value, Value, Value, Value];
      if (left.dtype !== 'uint8') throw context.fail('the left operand must be uint8');
      if (weight.dtype !== 'int8' && weight.dtype !== 'uint8') throw context.fail('the weight must be int8 or uint8');
      if (leftScale.dtype !== 'float32' || scale.dtype !== 'float32') throw context.fail('scales must be float32');
      const columns = weight.shape.at(-1) as Dimension;
      if (product(scale.shape) !== columns && product(scale.shape) !== 1) {
        throw context.fail(`expected one scale, or one for each of the ${columns} columns`);
      }
      if (leftZero.dtype !== left.dtype || zero.dtype !== weight.dtype) {
        throw context.fail('a zero point must have the type of its operand');
      }
      return [{ ...inferMatmul(context), dtype: 'float32' }];
    },
  },
  QuantizeLinear: {
    infer: (context) => {
      const [input, scale, zeroPoint] = [0, 1, 2].map((index) => context.input(index)) as [Value, Value, Value];
      if (input.dtype !== 'float32' || scale.dtype !== 'float32') throw context.fail('input and scale must be float32');
      return [{ dtype: zeroPoint.dtype, shape: input.shape }];
    },
  },
};
