import fc from 'fast-check';
import { expand, reshape, shapeOf, squeeze, transpose, unsqueeze, type Value } from '../../../../src/onnx/index.js';
import * as reference from '../reference/layout.js';
import { lengthOf, type Tensor } from '../reference/tensor.js';
import { axisLists, broadcastable, EIGHTHS, NAMED, NON_EMPTY, permutations, shapes, tensors } from './arbitrary.js';
import type { Instance, OperatorCase } from './operator-case.js';

const single = (
  tensor: Tensor,
  named: Instance['named'],
  build: (x: Value) => Value,
  compute: (x: Tensor) => Tensor,
): Instance => ({
  operands: [{ dtype: 'float', tensor }],
  build: ([x]) => build(x as Value),
  reference: ([x]) => compute(x as Tensor),
  named,
});

/** Splits lengths into factors, merges them again elsewhere, keeps the first axis with 0 and leaves one axis open. */
const reshapes = shapes(1, 4, fc.constantFrom(1, 2, 3, 4, 6))
  .chain((shape) => {
    const factors = shape.flatMap((length) => (length === 6 ? [2, 3] : length === 4 ? [2, 2] : [length]));
    return fc.tuple(
      tensors(shape, EIGHTHS),
      fc.array(fc.boolean(), { minLength: factors.length, maxLength: factors.length }),
      fc.constant(factors),
      fc.option(fc.nat(), { nil: undefined }),
    );
  })
  .map(([tensor, merges, factors, open]) => {
    const target: number[] = [];
    for (const [index, factor] of factors.entries()) {
      if (merges[index] && target.length > 0) target.push((target.pop() as number) * factor);
      else target.push(factor);
    }
    if (target[0] === tensor.shape[0]) target[0] = 0;
    const openAxis = open === undefined ? -1 : open % target.length;
    const withOpen = target.map((length, axis) => (axis === openAxis ? -1 : length));
    return single(
      tensor,
      'none',
      (x) => reshape(x, withOpen),
      (x) => reference.reshape(x, withOpen),
    );
  });

const flattened = fc
  .tuple(
    shapes(0, 4).chain((shape) => tensors(shape, EIGHTHS)),
    NAMED,
  )
  .map(([tensor, named]) =>
    single(
      tensor,
      named,
      (x) => reshape(x, [-1]),
      (x) => ({ shape: [x.data.length], data: x.data }),
    ),
  );

const transposes = shapes(0, 4)
  .chain((shape) => fc.tuple(tensors(shape, EIGHTHS), permutations(shape.length), NAMED))
  .map(([tensor, permutation, named]) =>
    single(
      tensor,
      named,
      (x) => transpose(x, permutation),
      (x) => reference.transpose(x, permutation),
    ),
  );

const unsqueezes = shapes(0, 3)
  .chain((shape) =>
    fc.integer({ min: 1, max: 2 }).chain((extra) =>
      fc.tuple(
        tensors(shape, EIGHTHS),
        axisLists(shape.length + extra, extra).map((list) => list.slice(0, extra)),
        NAMED,
      ),
    ),
  )
  .map(([tensor, along, named]) =>
    single(
      tensor,
      named,
      (x) => unsqueeze(x, along),
      (x) => reference.unsqueeze(x, along),
    ),
  );

const squeezes = shapes(1, 4)
  .chain((shape) =>
    axisLists(shape.length).chain((along) => {
      const dropped = new Set(along.map((axis) => (axis < 0 ? axis + shape.length : axis)));
      const ones = shape.map((length, axis) => (dropped.has(axis) ? 1 : length));
      return fc.tuple(tensors(ones, EIGHTHS), fc.constant(along), NAMED);
    }),
  )
  .map(([tensor, along, named]) =>
    single(
      tensor,
      named,
      (x) => squeeze(x, along),
      (x) => reference.squeeze(x, along),
    ),
  );

const expansions = shapes(0, 4)
  .chain((shape) =>
    fc.tuple(
      broadcastable(shape).chain((part) => tensors(part, EIGHTHS)),
      fc.constant(shape),
    ),
  )
  .map(([tensor, shape]) =>
    single(
      tensor,
      'none',
      (x) => expand(x, x.graph.literal(shape, 'int64'), shape),
      (x) => reference.expand(x, shape),
    ),
  );

/** To the shape of another tensor, read when the graph runs. */
const computedExpansions: fc.Arbitrary<Instance> = shapes(0, 4, NON_EMPTY)
  .chain((shape) =>
    fc.tuple(
      broadcastable(shape).chain((part) => tensors(part, EIGHTHS)),
      tensors(shape, EIGHTHS),
      NAMED,
    ),
  )
  .map(([tensor, like, named]) => ({
    operands: [
      { dtype: 'float', tensor },
      { dtype: 'int64', tensor: { shape: like.shape, data: like.data.map(Math.trunc) } },
    ],
    build: ([x, other]) => expand(x as Value, shapeOf(other as Value), (other as Value).shape),
    reference: ([x, other]) => reference.expand(x as Tensor, (other as Tensor).shape),
    named,
  }));

const measured = (op: 'Shape' | 'Size', measure: (shape: readonly number[]) => Tensor): fc.Arbitrary<Instance> =>
  fc
    .tuple(
      shapes(0, 4).chain((shape) => tensors(shape, EIGHTHS)),
      NAMED,
    )
    .map(([tensor, named]) =>
      single(
        tensor,
        named,
        (x) => x.graph.node(op, [x])[0] as Value,
        (x) => measure(x.shape),
      ),
    );

export const LAYOUT_CASES: readonly OperatorCase[] = [
  { op: 'Reshape', title: 'kept, merged, split and open axes', instances: reshapes },
  { op: 'Reshape', title: 'to one axis', instances: flattened },
  { op: 'Transpose', title: '', instances: transposes },
  { op: 'Unsqueeze', title: '', instances: unsqueezes },
  { op: 'Squeeze', title: '', instances: squeezes },
  { op: 'Expand', title: 'to a constant shape', instances: expansions },
  { op: 'Expand', title: 'to a computed shape', instances: computedExpansions },
  { op: 'Shape', title: '', instances: measured('Shape', (shape) => ({ shape: [shape.length], data: [...shape] })) },
  { op: 'Size', title: '', instances: measured('Size', (shape) => ({ shape: [], data: [lengthOf(shape)] })) },
];
