import { cast } from '../ops/elementwise.js';
import { gather, scatterAddRows } from '../ops/indexing.js';
import { expand, reshape, shapeOf } from '../ops/layout.js';
import type { Dimension, OperatorTable, Value } from '../types.js';

export const INDEXING: OperatorTable = {
  Gather: {
    infer: (context) => {
      const table = context.input(0);
      const indices = context.input(1);
      if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
        throw context.fail(`the indices must be int32 or int64, found ${indices.dtype}`);
      }
      if (table.shape.length === 0) throw context.fail('a scalar has no rows');
      return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }];
    },
    gradient: ({ inputs, gradient }) => {
      const [table, indices] = inputs as [Value, Value];
      const rowShape = table.shape.slice(1) as number[];
      const flatIndices = reshape(indices, [-1]);
      const wide = cast(flatIndices, 'int64');
      const updates = reshape(gradient, [-1, ...rowShape]);
      const zero = table.graph.literal([0], table.dtype, []);
      const zeros = expand(zero, shapeOf(table), table.shape);
      return [scatterAddRows(zeros, wide, updates), undefined];
    },
  },
  ScatterND: {
    infer: (context) => {
      const target = context.input(0);
      const indices = context.input(1);
      const updates = context.input(2);
      if (indices.dtype !== 'int64') throw context.fail(`the indices must be int64, found ${indices.dtype}`);
      if (updates.dtype !== target.dtype) throw context.fail('the updates must be of the type of the target');
      const depth = indices.shape.at(-1) as Dimension;
      const expected = [...indices.shape.slice(0, -1), ...target.shape.slice(Number(depth))];
      if (expected.length !== updates.shape.length) throw context.fail('the updates do not fit indices and target');
      return [{ dtype: target.dtype, shape: target.shape }];
    },
    gradient: ({ inputs, gradient }) => [gradient, undefined, gatherRows(gradient, inputs[1] as Value)],
  },
};

/** The rows that a ScatterND wrote: indices [K, 1]. */
function gatherRows(value: Value, indices: Value): Value {
  return gather(value, reshape(indices, [-1]));
}
