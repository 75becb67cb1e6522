import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../src/core/errors.js';
import {
  add,
  argMax,
  cast,
  concat,
  exp,
  expand,
  float,
  GraphBuilder,
  gather,
  int,
  matmul,
  mul,
  not,
  padAxis,
  quantizedMatmul,
  reduceMean,
  reduceSum,
  reshape,
  rmsNorm,
  scatterAddRows,
  slice,
  softmax,
  squeeze,
  sub,
  transpose,
  unsqueeze,
  type Value,
  where,
} from '../../../src/onnx/index.js';

/** Tensors to misuse. */
function operands() {
  const graph = new GraphBuilder('wrong');
  return {
    graph,
    x: graph.input('x', 'float32', [2, 3]),
    y: graph.input('y', 'float32', [4, 3]),
    named: graph.input('named', 'float32', ['batch', 'fields']),
    wide: graph.input('wide', 'float64', [2, 3]),
    rows: graph.input('rows', 'int64', [4]),
    flags: graph.input('flags', 'bool', [2, 3]),
    scalar: graph.input('scalar', 'float32', []),
    bytes: graph.input('bytes', 'int8', [3, 5]),
  };
}
type Operands = ReturnType<typeof operands>;

/** Each wrong use with what its message must say: the operator, the inputs with their shapes, and the reason. */
const WRONG: readonly [string, (o: Operands) => unknown, string][] = [
  [
    'shapes that do not broadcast',
    ({ x, y }) => add(x, y),
    'Add(x: float32[2, 3], y: float32[4, 3]): the shapes cannot be',
  ],
  [
    'two types',
    ({ x, wide }) => mul(x, wide),
    'Mul(x: float32[2, 3], wide: float64[2, 3]): the operands must have one type',
  ],
  ['arithmetic on bool', ({ flags }) => sub(flags, flags), 'expected numbers, found bool'],
  ['a name and a number', ({ x, named }) => add(named, x), 'Add(named: float32[batch, fields], x: float32[2, 3])'],
  ['a bool operator on numbers', ({ x }) => not(x), 'Not(x: float32[2, 3]): expected bool, found float32'],
  ['a float operator on integers', ({ rows }) => exp(rows), 'Exp(rows: int64[4]): expected floating-point numbers'],
  ['a condition that is no bool', ({ x }) => where(x, x, x), 'the condition must be bool, found float32'],
  ['branches of two types', ({ flags, x, wide }) => where(flags, x, wide), 'the branches must have one type'],
  ['two plain numbers', ({ flags }) => where(flags, 1, 0), 'expected a tensor of the graph among the operands'],
  [
    'inner lengths',
    ({ x, y }) => matmul(x, y),
    'MatMul(x: float32[2, 3], y: float32[4, 3]): the inner lengths 3 and 4 differ',
  ],
  ['a vector in a product', ({ x, rows }) => matmul(x, cast(rows, 'float32')), 'input 1 must have at least two axes'],
  [
    'a transposed vector',
    ({ wide, rows }) => matmul(wide, cast(rows, 'float64'), { transposeRight: true }),
    'at least two',
  ],
  ['types in a fused product', ({ x, wide }) => matmul(x, wide, { transposeRight: true }), 'takes float32 operands'],
  ['leading axes', leadingAxes, 'the leading axes cannot be broadcast'],
  ['int8 weights', ({ x, bytes, y }) => quantizedMatmul(x, bytes, y), 'expected one scale, or one for each of the 5'],
  ['float weights', ({ x, y }) => quantizedMatmul(x, y, y), 'the weight must be int8 or uint8'],
  [
    'a reshape',
    ({ x }) => reshape(x, [4, 2]),
    'Reshape(x: float32[2, 3], literal_0: int64[2]): cannot reshape [2, 3] to [4, 2]',
  ],
  ['a reshape that leaves a rest', ({ x }) => reshape(x, [4, -1]), 'cannot divide [2, 3] into [4, -1]'],
  ['two open axes', ({ x }) => reshape(x, [-1, -1]), 'only one axis may be -1'],
  ['a negative length', ({ x }) => reshape(x, [-2, -3]), '[-2, -3] is not a target shape'],
  [
    'a kept axis that is not there',
    ({ x }) => reshape(x, [2, 3, 0]),
    '0 at axis 2 keeps an axis that the input does not have',
  ],
  ['a fraction as a length', ({ x }) => reshape(x, [1.5, 4]), 'literal: [1.5, 4] cannot be stored as int64'],
  ['an endless slice', ({ x }) => slice(x, 0, 0, Infinity), 'literal: [Infinity] cannot be stored as int64'],
  [
    'a permutation',
    ({ x }) => transpose(x, [0, 0]),
    'Transpose(x: float32[2, 3]): perm [0, 0] is not a permutation of 2 axes',
  ],
  ['joined lengths', ({ x, y }) => concat([x, y], 1), 'input 1 differs from the first in type or beside axis 1'],
  [
    'joined types',
    ({ x, wide }) => concat([x, wide], 0),
    'Concat(x: float32[2, 3], wide: float64[2, 3]): input 1 differs',
  ],
  ['nothing to join', () => concat([], 0), 'Concat: expected at least one tensor'],
  ['an axis to join', ({ x, y }) => concat([x, y], 2), 'axis 2 lies outside rank 2'],
  ['an axis to slice', ({ x }) => slice(x, 2, 0, 1), 'axis 2 lies outside rank 2'],
  [
    'a slice from the end of a named axis',
    ({ named }) => slice(named, 1, -1, 0),
    '[-1, 0) of "fields", known only at run time',
  ],
  ['an axis to pad', ({ x }) => padAxis(x, 2, 1, 1), 'Pad(x): axis 2 lies outside rank 2'],
  ['negative padding', ({ x }) => padAxis(x, 1, -1, 0), 'two numbers >= 0 an axis'],
  ['padding a named axis', ({ named }) => padAxis(named, 0, 1, 0), 'an axis of unknown length cannot be padded'],
  ['squeezing a long axis', ({ x }) => squeeze(x, [0]), 'every squeezed axis must exist and have length 1'],
  ['unsqueezing twice', ({ x }) => unsqueeze(x, [0, -4]), 'axes [0, -4] do not fit a result of rank 4'],
  ['expanding', ({ x, graph }) => expand(x, graph.literal([2, 5], 'int64'), [2, 5]), 'cannot be expanded to [2, 5]'],
  [
    'a declared shape',
    ({ x, graph }) => expand(x, graph.literal([4, 2, 3], 'int64'), [2, 3]),
    'the declared shape [2, 3] is not',
  ],
  [
    'an axis to reduce',
    ({ x }) => reduceSum(x, [2]),
    'ReduceSum(x: float32[2, 3], literal_0: int64[1]): axis 2 lies outside',
  ],
  ['an axis reduced twice', ({ x }) => reduceMean(x, [1, -1]), 'axes [1, 1] name one axis twice'],
  ['the largest along no axis', ({ x }) => argMax(x, 2), 'axis 2 lies outside rank 2'],
  ['softmax along no axis', ({ x }) => softmax(x, 2), 'axis 2 lies outside rank 2'],
  ['indices that are not whole', ({ x }) => gather(x, x), 'the indices must be int32 or int64, found float32'],
  ['rows of a scalar', ({ scalar, rows }) => gather(scalar, rows), 'a scalar has no rows'],
  [
    'updates of another width',
    ({ x, rows, bytes }) => scatterAddRows(x, rows, cast(bytes, 'float32')),
    'expected updates of shape [4, 3]',
  ],
  [
    'a norm of unknown width',
    ({ named }) => rmsNorm(named, 1e-5),
    'the last axis of [batch, fields] must have a known length',
  ],
  ['an unknown operator', ({ graph, x }) => graph.node('Sine', [x]), 'unknown operator "Sine"; known are Add, Sub'],
  ['an inherited name', ({ graph, x }) => graph.node('toString', [x]), 'unknown operator "toString"'],
  ['an input that is missing', ({ graph, x }) => graph.node('Add', [x]), 'Add(x: float32[2, 3]): input 1 is missing'],
  [
    'an input left out',
    ({ graph, x }) => graph.node('Add', [undefined, x]),
    'Add(none, x: float32[2, 3]): input 0 is missing',
  ],
  [
    'an input too many',
    ({ graph, x }) => graph.node('Neg', [x, x]),
    'Neg(x: float32[2, 3], x: float32[2, 3]): takes 1 inputs',
  ],
  ['a type code', ({ graph, x }) => graph.node('Cast', [x], { to: int(99) }), 'the attribute "to" names no known type'],
  [
    'columns to gather',
    ({ graph, x, rows }) => graph.node('Gather', [x, rows], { axis: int(1) }),
    'only rows (axis 0)',
  ],
  [
    'rows to norm',
    ({ graph, x, y }) => graph.node('SimplifiedLayerNormalization', [x, y], { epsilon: float(1) }),
    'the gain must',
  ],
  ['a length', ({ graph }) => graph.input('half', 'float32', [0.5]), '"half": [0.5] is not a shape'],
  ['an empty name of a length', ({ graph }) => graph.input('blank', 'float32', ['']), '"blank": [] is not a shape'],
];

function leadingAxes({ graph }: Operands): Value {
  return matmul(graph.input('a', 'float32', [2, 3, 4]), graph.input('b', 'float32', [3, 4, 5]));
}

describe('wrong uses are told where they are made', () => {
  test.each(WRONG)('%s', (_title, use, message) => {
    let thrown: unknown;
    try {
      use(operands());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GraphError);
    expect((thrown as Error).message).toContain(message);
  });
});
