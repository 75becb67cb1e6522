import fc from 'fast-check';
import { cast, type DataType, type Value, where } from '../../../../src/onnx/index.js';
import { BINARY, elementwise, UNARY, where as whereReference } from '../reference/elementwise.js';
import { BOOLEANS, broadcastable, EIGHTHS, NAMED, NONZERO, OFF_GRID, POSITIVE, shapes, tensors } from './arbitrary.js';
import type { Instance, OperandType, OperatorCase } from './operator-case.js';

type Elements = fc.Arbitrary<number>;
const WHOLE = fc.integer({ min: 0, max: 3 });

function unary(
  op: keyof typeof UNARY,
  element: Elements = EIGHTHS,
  dtype: OperandType = 'float',
  naming: fc.Arbitrary<Instance['named']> = NAMED,
): OperatorCase {
  const instances = fc.tuple(
    shapes(0, 4).chain((shape) => tensors(shape, element)),
    naming,
  );
  return {
    op,
    title: '',
    instances: instances.map(([tensor, named]) => ({
      operands: [{ dtype, tensor }],
      build: ([x]) => (x as Value).graph.node(op, [x])[0] as Value,
      reference: ([x]) => elementwise(UNARY[op])(x as never),
      named,
    })),
  };
}

function binary(
  op: keyof typeof BINARY,
  [left, right]: readonly [Elements, Elements] = [EIGHTHS, EIGHTHS],
  dtype: OperandType = 'float',
  title = '',
): OperatorCase {
  const instances = shapes(0, 4).chain((shape) =>
    fc.tuple(
      broadcastable(shape).chain((part) => tensors(part, left)),
      broadcastable(shape).chain((part) => tensors(part, right)),
      NAMED,
    ),
  );
  return {
    op,
    title,
    instances: instances.map(([a, b, named]) => ({
      operands: [
        { dtype, tensor: a },
        { dtype, tensor: b },
      ],
      build: ([x, y]) => (x as Value).graph.node(op, [x, y])[0] as Value,
      reference: (operands) => elementwise(BINARY[op] as (...numbers: number[]) => number)(...operands),
      named,
    })),
  };
}

const castToOtherFloat: fc.Arbitrary<Instance> = fc
  .tuple(
    shapes(0, 4).chain((shape) => tensors(shape, EIGHTHS)),
    NAMED,
  )
  .map(([tensor, named]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => cast(x as Value, (x as Value).dtype === 'float64' ? 'float32' : 'float64'),
    reference: ([x]) => x as never,
    named,
  }));

const castToWhole: fc.Arbitrary<Instance> = fc
  .tuple(
    shapes(0, 3).chain((shape) => tensors(shape, EIGHTHS)),
    fc.constantFrom<DataType>('int32', 'int64', 'bool', 'int8'),
  )
  .map(([tensor, dtype]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => cast(x as Value, dtype),
    reference: ([x]) =>
      elementwise((number) => (dtype === 'bool' ? Number(number !== 0) : Math.trunc(number) + 0))(x as never),
    named: 'none',
  }));

const choices: fc.Arbitrary<Instance> = shapes(0, 4)
  .chain((shape) =>
    fc.tuple(
      broadcastable(shape).chain((part) => tensors(part, BOOLEANS)),
      broadcastable(shape).chain((part) => tensors(part, EIGHTHS)),
      broadcastable(shape).chain((part) => tensors(part, EIGHTHS)),
      NAMED,
    ),
  )
  .map(([condition, a, b, named]) => ({
    operands: [
      { dtype: 'bool', tensor: condition },
      { dtype: 'float', tensor: a },
      { dtype: 'float', tensor: b },
    ],
    build: ([c, x, y]) => where(c as Value, x as Value, y as Value),
    reference: (operands) => whereReference(...operands),
    named,
  }));

export const ELEMENTWISE_CASES: readonly OperatorCase[] = [
  binary('Add'),
  binary('Sub'),
  binary('Mul'),
  binary('Div', [EIGHTHS, NONZERO]),
  binary('Pow', [POSITIVE, EIGHTHS], 'float', 'positive base, any exponent'),
  // The derivative by a whole exponent does not exist below zero, so it is taken by the base only.
  { ...binary('Pow', [NONZERO, WHOLE], 'float', 'any base, whole exponent'), gradient: 'none' },
  binary('Min', [EIGHTHS, OFF_GRID]),
  binary('Max', [EIGHTHS, OFF_GRID]),
  { ...binary('Max', [WHOLE, WHOLE], 'float', 'with ties'), gradient: 'none' },
  { ...binary('Add', [WHOLE, WHOLE], 'int64', 'whole numbers'), gradient: 'none' },
  binary('Equal', [WHOLE, WHOLE]),
  binary('Less', [WHOLE, WHOLE]),
  binary('Greater', [WHOLE, WHOLE]),
  binary('And', [BOOLEANS, BOOLEANS], 'bool'),
  binary('Or', [BOOLEANS, BOOLEANS], 'bool'),
  unary('Not', BOOLEANS, 'bool'),
  unary('Neg'),
  unary('Abs', OFF_GRID),
  unary('Sqrt', POSITIVE),
  unary('Reciprocal', NONZERO),
  unary('Exp'),
  unary('Log', POSITIVE),
  // onnxruntime has no float64 Atan. With known shapes its gradient does not need the forward node.
  unary('Atan', EIGHTHS, 'float', fc.constant('none')),
  unary('Sigmoid'),
  unary('Tanh'),
  unary('Relu', OFF_GRID),
  unary('Softplus'),
  unary('Identity'),
  { op: 'Cast', title: 'to the other precision', instances: castToOtherFloat },
  { op: 'Cast', title: 'to whole numbers and bool', instances: castToWhole, gradient: 'none' },
  { op: 'Where', title: '', instances: choices },
];
