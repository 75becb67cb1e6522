import fc from 'fast-check';
import { matmul, quantizedMatmul, type Value } from '../../../../src/onnx/index.js';
import * as reference from '../reference/matmul.js';
import type { Tensor } from '../reference/tensor.js';
import { broadcastable, EIGHTHS, NAMED, NON_EMPTY, POSITIVE, shapes, tensors } from './arbitrary.js';
import type { Instance, OperatorCase } from './operator-case.js';

interface Options {
  readonly transposeLeft: boolean;
  readonly transposeRight: boolean;
  readonly alpha: number;
}

const PLAIN = fc.constant<Options>({ transposeLeft: false, transposeRight: false, alpha: 1 });
/** At least one of transposition and factor, so that the fused operator is used. */
const FUSED = fc
  .record({ transposeLeft: fc.boolean(), transposeRight: fc.boolean(), alpha: fc.constantFrom(0.25, -2, 1) })
  .map((options) =>
    options.transposeLeft || options.transposeRight || options.alpha !== 1 ? options : { ...options, alpha: 0.5 },
  );

/** Either broadcasting or empty axes; never an empty inner axis, for which onnxruntime gives wrong shapes and numbers. */
function products(options: fc.Arbitrary<Options>, kind: 'broadcast' | 'empty'): fc.Arbitrary<Instance> {
  const length = kind === 'empty' ? fc.nat({ max: 2 }) : NON_EMPTY;
  const leading = (batch: number[]) => (kind === 'empty' ? fc.constant(batch) : broadcastable(batch));
  return fc
    .tuple(shapes(0, 2, length), fc.tuple(length, NON_EMPTY, length), options)
    .chain(([batch, [rows, inner, columns], choice]) =>
      fc.tuple(
        leading(batch).chain((lead) =>
          tensors([...lead, ...(choice.transposeLeft ? [inner, rows] : [rows, inner])], EIGHTHS),
        ),
        leading(batch).chain((lead) =>
          tensors([...lead, ...(choice.transposeRight ? [columns, inner] : [inner, columns])], EIGHTHS),
        ),
        fc.constant(choice),
        NAMED,
      ),
    )
    .map(([left, right, choice, named]) => ({
      operands: [
        { dtype: 'float', tensor: left },
        { dtype: 'float', tensor: right },
      ],
      build: ([a, b]) => matmul(a as Value, b as Value, choice),
      reference: ([a, b]) =>
        reference.matmul(a as Tensor, b as Tensor, choice.transposeLeft, choice.transposeRight, choice.alpha),
      named,
    }));
}

/** Weights stay within 7 bits: some x86 processors saturate sums of two 8-bit products. */
const WEIGHT = fc.integer({ min: -64, max: 63 });

const quantized: fc.Arbitrary<Instance> = fc
  .tuple(shapes(0, 2, NON_EMPTY), fc.tuple(NON_EMPTY, NON_EMPTY, NON_EMPTY))
  .chain(([batch, [rows, inner, columns]]) =>
    fc.tuple(
      tensors([...batch, rows, inner], EIGHTHS),
      tensors([inner, columns], WEIGHT),
      tensors([columns], POSITIVE),
      NAMED,
    ),
  )
  .map(([input, weight, scale, named]) => ({
    operands: [
      { dtype: 'float', tensor: input },
      { dtype: 'int8', tensor: weight },
      { dtype: 'float', tensor: scale },
    ],
    build: ([x, w, s]) => quantizedMatmul(x as Value, w as Value, s as Value),
    reference: ([x, w, s]) => reference.matmul(x as Tensor, reference.dequantize(w as Tensor, s as Tensor)),
    named,
    // Every input is off by half a level of its row at most, or by one where the rounding itself is on the edge.
    tolerance: ([x, w, s]) => {
      const largest = (tensor: Tensor | undefined): number => Math.max(0, ...(tensor as Tensor).data.map(Math.abs));
      return (largest(x) / 127) * largest(w) * largest(s) * ((w as Tensor).shape[0] as number);
    },
  }));

export const MATMUL_CASES: readonly OperatorCase[] = [
  { op: 'MatMul', title: 'broadcasting', instances: products(PLAIN, 'broadcast') },
  { op: 'MatMul', title: 'with empty axes', instances: products(PLAIN, 'empty'), gradient: 'none' },
  { op: 'FusedMatMul', title: 'broadcasting', instances: products(FUSED, 'broadcast'), gradient: 'float32' },
  { op: 'FusedMatMul', title: 'with empty axes', instances: products(FUSED, 'empty'), gradient: 'none' },
  { op: 'MatMulIntegerToFloat', title: 'with rows quantised on the fly', instances: quantized },
  { op: 'QuantizeLinear', title: 'of rows', instances: quantized },
];
