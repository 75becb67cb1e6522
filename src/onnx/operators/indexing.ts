import { cast } from '../ops/elementwise.js';
import { gather, scatterAddRows } from '../ops/indexing.js';
import { concat, expand, reshape, shapeOf, slice } from '../ops/layout.js';
import { formatShape, isStatic, product, sameShape } from '../shape.js';
import type { OperatorTable, Value } from '../types.js';

export const INDEXING: OperatorTable = {
  Gather: {
    infer: (context) => {
      const table = context.input(0);
      const indices = context.input(1);
      if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
        throw context.fail(`the indices must be int32 or int64, found ${indices.dtype}`);
      }
      if (table.shape.length === 0) throw context.fail('a scalar has no rows');
      if (context.int('axis', 0) !== 0) throw context.fail('only rows (axis 0) can be gathered');
      return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }];
    },
    gradient: ({ inputs, gradient }) => {
      const [table, indices] = inputs as [Value, Value];
      const wide = cast(reshape(indices, [-1]), 'int64');
      const zero = table.graph.literal([0], table.dtype, []);
      const zeros = expand(zero, shapeOf(table), table.shape);
      return [scatterAddRows(zeros, wide, asRows(gradient, indices, table)), undefined];
    },
  },
  ScatterND: {
    infer: (context) => {
      const target = context.input(0);
      const indices = context.input(1);
      const updates = context.input(2);
      if (indices.dtype !== 'int64') throw context.fail(`the indices must be int64, found ${indices.dtype}`);
      if (updates.dtype !== target.dtype) throw context.fail('the updates must be of the type of the target');
      if (target.shape.length === 0) throw context.fail('a scalar has no rows');
      if (indices.shape.length !== 2 || indices.shape[1] !== 1) throw context.fail('the indices must be [rows, 1]');
      const reduction = context.attributes.reduction;
      if (reduction?.kind !== 'string' || reduction.value !== 'add')
        throw context.fail('only the reduction "add" is known');
      const expected = [...indices.shape.slice(0, 1), ...target.shape.slice(1)];
      if (!sameShape(expected, updates.shape)) throw context.fail(`expected updates of shape ${formatShape(expected)}`);
      return [{ dtype: target.dtype, shape: target.shape }];
    },
    gradient: ({ inputs, gradient, needs }) => [
      gradient,
      undefined,
      needs(2) ? gather(gradient, reshape(inputs[1] as Value, [-1])) : undefined,
    ],
  },
};

/** [...indices, ...row] as [number of indices, ...row]. */
function asRows(gradient: Value, indices: Value, table: Value): Value {
  const row = table.shape.slice(1);
  if (isStatic(row) && !row.includes(0)) return reshape(gradient, [-1, ...row]);
  const { graph } = gradient;
  const count = reshape(graph.node('Size', [indices])[0] as Value, [1]);
  const target = row.length > 0 ? concat([count, slice(shapeOf(table), 0, 1, table.shape.length)], 0) : count;
  return graph.node(
    'Reshape',
    [gradient, target],
    { allowzero: { kind: 'int', value: 1 } },
    {
      shape: [product(indices.shape), ...row],
    },
  )[0] as Value;
}
