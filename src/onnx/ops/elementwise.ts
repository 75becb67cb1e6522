import { GraphError } from '../../core/errors.js';
import { TENSOR_TYPE } from '../data-type.js';
import { type Attributes, type DataType, int, type Value } from '../types.js';

/** An operand: a tensor of the graph, or a plain number that becomes a scalar of the other operand's type. */
export type Operand = Value | number;

function pair(left: Operand, right: Operand): [Value, Value] {
  if (typeof left === 'number') {
    if (typeof right === 'number')
      throw new GraphError(`expected a tensor of the graph among the operands, received ${left} and ${right}`);
    return [right.graph.literal([left], right.dtype, []), right];
  }
  return [left, typeof right === 'number' ? left.graph.literal([right], left.dtype, []) : right];
}

function binary(op: string, left: Operand, right: Operand): Value {
  const [a, b] = pair(left, right);
  return a.graph.node(op, [a, b])[0] as Value;
}

function unary(op: string, value: Value, attributes?: Attributes): Value {
  return value.graph.node(op, [value], attributes)[0] as Value;
}

export const add = (left: Operand, right: Operand): Value => binary('Add', left, right);
export const sub = (left: Operand, right: Operand): Value => binary('Sub', left, right);
export const mul = (left: Operand, right: Operand): Value => binary('Mul', left, right);
export const div = (left: Operand, right: Operand): Value => binary('Div', left, right);
/** Element-wise power of a base >= 0, or of any base with whole exponents. */
export const pow = (base: Value, exponent: Operand): Value => binary('Pow', base, exponent);
export const minimum = (left: Operand, right: Operand): Value => binary('Min', left, right);
export const maximum = (left: Operand, right: Operand): Value => binary('Max', left, right);
export const equal = (left: Operand, right: Operand): Value => binary('Equal', left, right);
export const less = (left: Operand, right: Operand): Value => binary('Less', left, right);
export const greater = (left: Operand, right: Operand): Value => binary('Greater', left, right);
export const and = (left: Value, right: Value): Value => binary('And', left, right);
export const or = (left: Value, right: Value): Value => binary('Or', left, right);

export const not = (value: Value): Value => unary('Not', value);
export const neg = (value: Value): Value => unary('Neg', value);
export const abs = (value: Value): Value => unary('Abs', value);
export const sqrt = (value: Value): Value => unary('Sqrt', value);
export const reciprocal = (value: Value): Value => unary('Reciprocal', value);
export const exp = (value: Value): Value => unary('Exp', value);
export const log = (value: Value): Value => unary('Log', value);
export const atan = (value: Value): Value => unary('Atan', value);
export const sigmoid = (value: Value): Value => unary('Sigmoid', value);
export const tanh = (value: Value): Value => unary('Tanh', value);
export const relu = (value: Value): Value => unary('Relu', value);
/** log(1 + exp(x)), without overflow. */
export const softplus = (value: Value): Value => unary('Softplus', value);

/** Chooses from `whenTrue` or `whenFalse` by a bool tensor, with broadcasting. */
export function where(condition: Value, whenTrue: Operand, whenFalse: Operand): Value {
  const [a, b] = pair(whenTrue, whenFalse);
  return condition.graph.node('Where', [condition, a, b])[0] as Value;
}

export function cast(value: Value, dtype: DataType): Value {
  return value.dtype === dtype ? value : unary('Cast', value, { to: int(TENSOR_TYPE[dtype]) });
}

/** The same value, through which no gradient flows. */
export function stopGradient(value: Value): Value {
  return value.graph.node('Identity', [value], {}, { stopsGradient: true })[0] as Value;
}
