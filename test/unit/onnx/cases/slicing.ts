import fc from 'fast-check';
import { concat, padAxis, slice, type Value } from '../../../../src/onnx/index.js';
import * as reference from '../reference/layout.js';
import { positive, type Tensor, withAxis } from '../reference/tensor.js';
import { axes, EIGHTHS, LENGTH, NAMED, shapes, tensors } from './arbitrary.js';
import type { Instance, OperatorCase } from './operator-case.js';

const concats: fc.Arbitrary<Instance> = shapes(1, 4)
  .chain((shape) => fc.tuple(fc.constant(shape), axes(shape.length), fc.array(LENGTH, { minLength: 2, maxLength: 4 })))
  .chain(([shape, axis, lengths]) =>
    fc.tuple(
      fc.tuple(...lengths.map((length) => tensors(withAxis(shape, positive(axis, shape.length), length), EIGHTHS))),
      fc.constant(axis),
      NAMED,
    ),
  )
  .map(([parts, axis, named]) => ({
    operands: parts.map((tensor) => ({ dtype: 'float', tensor })),
    build: (values) => concat(values, axis),
    reference: (tensors) => reference.concat(tensors, axis),
    named,
  }));

/** Bounds inside, outside, negative and crossed. */
const slices: fc.Arbitrary<Instance> = shapes(1, 4)
  .chain((shape) => {
    const bound = fc.integer({ min: -5, max: 5 });
    return fc.tuple(tensors(shape, EIGHTHS), axes(shape.length), bound, bound);
  })
  .map(([tensor, axis, start, end]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => slice(x as Value, axis, start, end),
    reference: ([x]) => reference.slice(x as Tensor, axis, start, end),
    named: 'none',
  }));

const paddings: fc.Arbitrary<Instance> = shapes(1, 4)
  .chain((shape) => fc.tuple(tensors(shape, EIGHTHS), axes(shape.length), fc.nat({ max: 2 }), fc.nat({ max: 2 })))
  .map(([tensor, axis, before, after]) => {
    const rank = tensor.shape.length;
    const along = positive(axis, rank);
    const pads = withAxis(withAxis(Array(2 * rank).fill(0), along, before), along + rank, after);
    return {
      operands: [{ dtype: 'float', tensor }],
      build: ([x]) => padAxis(x as Value, axis, before, after),
      reference: ([x]) => reference.pad(x as Tensor, pads),
      named: 'none',
    };
  });

const paddingsOfAllAxes: fc.Arbitrary<Instance> = shapes(1, 3)
  .chain((shape) => {
    const count = 2 * shape.length;
    return fc.tuple(tensors(shape, EIGHTHS), fc.array(fc.nat({ max: 2 }), { minLength: count, maxLength: count }));
  })
  .map(([tensor, pads]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => (x as Value).graph.node('Pad', [x, (x as Value).graph.literal(pads, 'int64')])[0] as Value,
    reference: ([x]) => reference.pad(x as Tensor, pads),
    named: 'none',
  }));

export const SLICING_CASES: readonly OperatorCase[] = [
  { op: 'Concat', title: '', instances: concats },
  { op: 'Slice', title: '', instances: slices },
  { op: 'Pad', title: 'one axis', instances: paddings },
  { op: 'Pad', title: 'all axes', instances: paddingsOfAllAxes },
];
