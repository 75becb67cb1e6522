import fc from 'fast-check';
import { argMax, reduceMax, reduceMean, reduceSum, softmax, type Value } from '../../../../src/onnx/index.js';
import * as reference from '../reference/reduction.js';
import type { Tensor } from '../reference/tensor.js';
import { axes, axisLists, EIGHTHS, LENGTH, NAMED, NON_EMPTY, shapes, tensors } from './arbitrary.js';
import type { Instance, OperatorCase } from './operator-case.js';

const REDUCTIONS = {
  reduceSum: [reduceSum, reference.reduceSum],
  reduceMean: [reduceMean, reference.reduceMean],
  reduceMax: [reduceMax, reference.reduceMax],
} as const;

/** A mean or maximum of nothing is not a number, so only sums reduce empty axes. */
function reduction(name: keyof typeof REDUCTIONS, length: fc.Arbitrary<number>): fc.Arbitrary<Instance> {
  const [build, compute] = REDUCTIONS[name];
  return shapes(1, 4, length)
    .chain((shape) => fc.tuple(tensors(shape, EIGHTHS), axisLists(shape.length), fc.boolean(), NAMED))
    .map(([tensor, along, keep, named]) => ({
      operands: [{ dtype: 'float', tensor }],
      build: ([x]) => build(x as Value, along, keep),
      reference: ([x]) => compute(x as Tensor, along, keep),
      // onnxruntime takes the gradient's Expand to a fixed length of 0 for one that changes nothing.
      named: tensor.data.length === 0 ? 'all' : named,
    }));
}

const largest: fc.Arbitrary<Instance> = shapes(1, 4, NON_EMPTY)
  .chain((shape) => fc.tuple(tensors(shape, EIGHTHS), axes(shape.length), fc.boolean(), NAMED))
  .map(([tensor, axis, keep, named]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => argMax(x as Value, axis, keep),
    reference: ([x]) => reference.argMax(x as Tensor, axis, keep),
    named,
  }));

const normalised: fc.Arbitrary<Instance> = shapes(1, 4)
  .chain((shape) => fc.tuple(tensors(shape, EIGHTHS), axes(shape.length), NAMED))
  .map(([tensor, axis, named]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => softmax(x as Value, axis),
    reference: ([x]) => reference.softmax(x as Tensor, axis),
    named,
  }));

export const REDUCTION_CASES: readonly OperatorCase[] = [
  { op: 'ReduceSum', title: '', instances: reduction('reduceSum', LENGTH) },
  { op: 'ReduceMean', title: '', instances: reduction('reduceMean', NON_EMPTY) },
  { op: 'ReduceMax', title: '', instances: reduction('reduceMax', NON_EMPTY) },
  { op: 'ArgMax', title: '', instances: largest },
  { op: 'Softmax', title: '', instances: normalised },
];
