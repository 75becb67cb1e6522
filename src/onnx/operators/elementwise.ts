import { isFloat, TENSOR_TYPE } from '../data-type.js';
import { add, cast, div, greater, less, log, mul, neg, not, pow, sigmoid, sub, where } from '../ops/elementwise.js';
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

function inferNumbers(context: InferContext): OutputSpec {
  const spec = inferBinary(context);
  if (spec.dtype === 'bool') throw context.fail('expected numbers, found bool; cast them first');
  return spec;
}

const arithmetic = (gradient: NonNullable<OperatorDefinition['gradient']>): OperatorDefinition => ({
  infer: (context) => [inferNumbers(context)],
  gradient,
});
const comparison = (infer: (context: InferContext) => OutputSpec): OperatorDefinition => ({
  infer: (context) => [{ ...infer(context), dtype: 'bool' }],
});
const logical: OperatorDefinition = {
  infer: (context) => {
    const spec = inferBinary(context);
    if (spec.dtype !== 'bool') throw context.fail(`expected bool operands, found ${spec.dtype}`);
    return [spec];
  },
};
type Accepted = 'floating-point numbers' | 'numbers' | 'bool' | 'any type';
const ACCEPTS: Record<Accepted, (dtype: DataType) => boolean> = {
  'floating-point numbers': isFloat,
  numbers: (dtype) => dtype !== 'bool',
  bool: (dtype) => dtype === 'bool',
  'any type': () => true,
};

const inferPointwise =
  (accepted: Accepted): OperatorDefinition['infer'] =>
  (context) => {
    const { dtype, shape } = context.input(0);
    if (!ACCEPTS[accepted](dtype)) throw context.fail(`expected ${accepted}, found ${dtype}`);
    return [{ dtype, shape }];
  };

/** One input of the same type and shape as the output; the rule gives d output / d input times the gradient. */
const pointwise = (
  rule: (x: Value, y: Value, gradient: Value) => Value,
  accepted: Accepted = 'floating-point numbers',
): OperatorDefinition => ({
  infer: inferPointwise(accepted),
  gradient: ({ inputs, outputs, gradient }) => [rule(inputs[0] as Value, outputs[0] as Value, gradient)],
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
  Pow: arithmetic(({ inputs, outputs, gradient, needs }) => {
    const [base, exponent] = inputs as [Value, Value];
    // The logarithm exists for positive bases only; at base 0 the derivative by the exponent is 0.
    const safeLog = (): Value => log(where(greater(base, 0), base, 1));
    return [
      needs(0) ? unbroadcast(mul(gradient, mul(exponent, pow(base, sub(exponent, 1)))), base) : undefined,
      needs(1) ? unbroadcast(mul(gradient, mul(outputs[0] as Value, safeLog())), exponent) : undefined,
    ];
  }),
  Min: chooser((a, b) => not(greater(a, b))),
  Max: chooser((a, b) => not(less(a, b))),
  Equal: comparison(inferBinary),
  Less: comparison(inferNumbers),
  Greater: comparison(inferNumbers),
  And: logical,
  Or: logical,
  Not: { infer: inferPointwise('bool') },
  Neg: pointwise((_x, _y, gradient) => neg(gradient), 'numbers'),
  Abs: pointwise((x, _y, gradient) => where(less(x, 0), neg(gradient), gradient), 'numbers'),
  Sqrt: pointwise((_x, y, gradient) => div(mul(gradient, 0.5), y)),
  Reciprocal: pointwise((_x, y, gradient) => neg(mul(gradient, mul(y, y)))),
  Exp: pointwise((_x, y, gradient) => mul(gradient, y)),
  Log: pointwise((x, _y, gradient) => div(gradient, x)),
  Atan: pointwise((x, _y, gradient) => div(gradient, add(mul(x, x), 1))),
  Sigmoid: pointwise((_x, y, gradient) => mul(gradient, mul(y, sub(1, y)))),
  Tanh: pointwise((_x, y, gradient) => mul(gradient, sub(1, mul(y, y)))),
  Relu: pointwise((x, _y, gradient) => where(greater(x, 0), gradient, 0)),
  Softplus: pointwise((x, _y, gradient) => mul(gradient, sigmoid(x))),
  Identity: pointwise((_x, _y, gradient) => gradient, 'any type'),
  Cast: {
    infer: (context) => {
      const dtype = TYPE_OF_CODE.get(context.int('to', 0));
      if (!dtype) throw context.fail('the attribute "to" names no known type');
      return [{ dtype, shape: context.input(0).shape }];
    },
    // Rounding to whole numbers is flat: no gradient comes back through it.
    gradient: ({ inputs, gradient }) => {
      const from = (inputs[0] as Value).dtype;
      return [isFloat(from) && isFloat(gradient.dtype) ? cast(gradient, from) : undefined];
    },
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
