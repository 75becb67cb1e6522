import { TENSOR_TYPE } from '../data-type.js';
import { add, cast, div, greater, less, mul, neg, not, pow, sigmoid, sub, where } from '../ops/elementwise.js';
import { broadcast } from '../shape.js';
import type { DataType, InferContext, OperatorDefinition, OperatorTable, OutputSpec, Value } from '../types.js';
import { unbroadcast } from './unbroadcast.js';

const TYPE_OF_CODE = new Map(Object.entries(TENSOR_TYPE).map(([dtype, code]) => [code, dtype as DataType]));

function inferBinary(context: InferContext): OutputSpec {
  const a = context.input(0);
  const b = context.input(1);
  if (a.dtype !== b.dtype) throw context.fail(`the operands must have one type, found ${a.dtype} and ${b.dtype}`);
  const shape = broadcast(a.shape, b.shape);
  if (!shape) throw context.fail('the shapes cannot be broadcast to one another');
  return { dtype: a.dtype, shape };
}

const arithmetic = (gradient?: OperatorDefinition['gradient']): OperatorDefinition => ({
  infer: (context) => [inferBinary(context)],
  ...(gradient ? { gradient } : {}),
});
const comparison: OperatorDefinition = { infer: (context) => [{ ...inferBinary(context), dtype: 'bool' }] };
const logical: OperatorDefinition = {
  infer: (context) => {
    const spec = inferBinary(context);
    if (spec.dtype !== 'bool') throw context.fail(`expected bool operands, found ${spec.dtype}`);
    return [spec];
  },
};
/** One input of the same type and shape as the output; the rule gives d output / d input times the gradient. */
const pointwise = (rule?: (x: Value, y: Value, gradient: Value) => Value): OperatorDefinition => ({
  infer: (context) => [{ dtype: context.input(0).dtype, shape: context.input(0).shape }],
  ...(rule
    ? { gradient: ({ inputs, outputs, gradient }) => [rule(inputs[0] as Value, outputs[0] as Value, gradient)] }
    : {}),
});

/** Min and Max: the operand that was chosen gets the gradient; at a tie the first one does. */
const chooser = (firstWins: (a: Value, b: Value) => Value): OperatorDefinition =>
  arithmetic(({ inputs, gradient, needs }) => {
    const [a, b] = inputs as [Value, Value];
    const first = firstWins(a, b);
    return [
      needs(0) ? unbroadcast(where(first, gradient, 0), a) : undefined,
      needs(1) ? unbroadcast(where(first, 0, gradient), b) : undefined,
    ];
  });

export const ELEMENTWISE: OperatorTable = {
  Add: arithmetic(({ inputs, gradient, needs }) =>
    inputs.map((input, index) => (needs(index) ? unbroadcast(gradient, input) : undefined)),
  ),
  Sub: arithmetic(({ inputs, gradient, needs }) => [
    needs(0) ? unbroadcast(gradient, inputs[0] as Value) : undefined,
    needs(1) ? unbroadcast(neg(gradient), inputs[1] as Value) : undefined,
  ]),
  Mul: arithmetic(({ inputs, gradient, needs }) => {
    const [a, b] = inputs as [Value, Value];
    return [
      needs(0) ? unbroadcast(mul(gradient, b), a) : undefined,
      needs(1) ? unbroadcast(mul(gradient, a), b) : undefined,
    ];
  }),
  Div: arithmetic(({ inputs, outputs, gradient, needs }) => {
    const [a, b] = inputs as [Value, Value];
    const scaled = div(gradient, b);
    return [
      needs(0) ? unbroadcast(scaled, a) : undefined,
      needs(1) ? unbroadcast(neg(mul(scaled, outputs[0] as Value)), b) : undefined,
    ];
  }),
  Pow: arithmetic(({ inputs, gradient }) => {
    const [base, exponent] = inputs as [Value, Value];
    return [unbroadcast(mul(gradient, mul(exponent, pow(base, sub(exponent, 1)))), base), undefined];
  }),
  Min: chooser((a, b) => not(greater(a, b))),
  Max: chooser((a, b) => not(less(a, b))),
  Equal: comparison,
  Less: comparison,
  Greater: comparison,
  And: logical,
  Or: logical,
  Not: pointwise(),
  Neg: pointwise((_x, _y, gradient) => neg(gradient)),
  Abs: pointwise((x, _y, gradient) => where(less(x, 0), neg(gradient), gradient)),
  Sqrt: pointwise((_x, y, gradient) => div(mul(gradient, 0.5), y)),
  Reciprocal: pointwise((_x, y, gradient) => neg(mul(gradient, mul(y, y)))),
  Exp: pointwise((_x, y, gradient) => mul(gradient, y)),
  Log: pointwise((x, _y, gradient) => div(gradient, x)),
  Atan: pointwise((x, _y, gradient) => div(gradient, add(mul(x, x), 1))),
  Sigmoid: pointwise((_x, y, gradient) => mul(gradient, mul(y, sub(1, y)))),
  Tanh: pointwise((_x, y, gradient) => mul(gradient, sub(1, mul(y, y)))),
  Relu: pointwise((x, _y, gradient) => where(greater(x, 0), gradient, 0)),
  Softplus: pointwise((x, _y, gradient) => mul(gradient, sigmoid(x))),
  Identity: pointwise((_x, _y, gradient) => gradient),
  Cast: {
    infer: (context) => {
      const dtype = TYPE_OF_CODE.get(context.int('to', 0));
      if (!dtype) throw context.fail('the attribute "to" names no known type');
      return [{ dtype, shape: context.input(0).shape }];
    },
    gradient: ({ inputs, gradient }) => [cast(gradient, (inputs[0] as Value).dtype)],
  },
  Where: {
    infer: (context) => {
      const [condition, a, b] = [context.input(0), context.input(1), context.input(2)];
      if (condition.dtype !== 'bool') throw context.fail(`the condition must be bool, found ${condition.dtype}`);
      if (a.dtype !== b.dtype) throw context.fail(`the branches must have one type, found ${a.dtype} and ${b.dtype}`);
      const branches = broadcast(a.shape, b.shape);
      const shape = branches && broadcast(condition.shape, branches);
      if (!shape) throw context.fail('the shapes cannot be broadcast to one another');
      return [{ dtype: a.dtype, shape }];
    },
    gradient: ({ inputs, gradient, needs }) => {
      const [condition, a, b] = inputs as [Value, Value, Value];
      return [
        undefined,
        needs(1) ? unbroadcast(where(condition, gradient, 0), a) : undefined,
        needs(2) ? unbroadcast(where(condition, 0, gradient), b) : undefined,
      ];
    },
  },
};
