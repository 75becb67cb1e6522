import fc from 'fast-check';
import { gather, scatterAddRows, type Value } from '../../../../src/onnx/index.js';
import * as reference from '../reference/indexing.js';
import type { Tensor } from '../reference/tensor.js';
import { EIGHTHS, LENGTH, NAMED, NON_EMPTY, shapes, tensors } from './arbitrary.js';
import type { Instance, OperatorCase } from './operator-case.js';

/** Few rows and many indices, so that most rows are met more than once, some by negative indices. */
const rowNumbers = (rows: number): fc.Arbitrary<number> => fc.integer({ min: -rows, max: rows - 1 });

const lookups: fc.Arbitrary<Instance> = fc
  .tuple(NON_EMPTY, shapes(0, 3), shapes(0, 2), fc.constantFrom('int32' as const, 'int64' as const))
  .chain(([rows, row, many, dtype]) =>
    fc.tuple(tensors([rows, ...row], EIGHTHS), tensors(many, rowNumbers(rows)), fc.constant(dtype), NAMED),
  )
  .map(([table, indices, dtype, named]) => ({
    operands: [
      { dtype: 'float', tensor: table },
      { dtype, tensor: indices },
    ],
    build: ([t, i]) => gather(t as Value, i as Value),
    reference: ([t, i]) => reference.gather(t as Tensor, i as Tensor),
    named,
  }));

const additions: fc.Arbitrary<Instance> = fc
  .tuple(NON_EMPTY, shapes(0, 3, NON_EMPTY), LENGTH)
  .chain(([rows, row, count]) =>
    fc.tuple(
      tensors([rows, ...row], EIGHTHS),
      tensors([count], rowNumbers(rows)),
      tensors([count, ...row], EIGHTHS),
      NAMED,
    ),
  )
  .map(([target, indices, updates, named]) => ({
    operands: [
      { dtype: 'float', tensor: target },
      { dtype: 'int64', tensor: indices },
      { dtype: 'float', tensor: updates },
    ],
    build: ([t, i, u]) => scatterAddRows(t as Value, i as Value, u as Value),
    reference: ([t, i, u]) => reference.scatterAddRows(t as Tensor, i as Tensor, u as Tensor),
    named,
  }));

export const INDEXING_CASES: readonly OperatorCase[] = [
  { op: 'Gather', title: '', instances: lookups },
  { op: 'ScatterND', title: 'adding rows', instances: additions },
];
