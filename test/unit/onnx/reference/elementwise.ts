import { at, broadcastShapes, type Tensor, tabulate } from './tensor.js';

/** Applies a function of numbers element by element, with numpy broadcasting. */
export const elementwise =
  (compute: (...numbers: number[]) => number) =>
  (...tensors: Tensor[]): Tensor =>
    tabulate(broadcastShapes(...tensors.map((tensor) => tensor.shape)), (index) =>
      compute(...tensors.map((tensor) => at(tensor, index))),
    );

const flag = (condition: boolean): number => (condition ? 1 : 0);

export const UNARY = {
  Not: (x: number) => flag(x === 0),
  Neg: (x: number) => 0 - x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Reciprocal: (x: number) => 1 / x,
  Exp: Math.exp,
  Log: Math.log,
  Atan: Math.atan,
  Sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
  Relu: (x: number) => Math.max(x, 0),
  Softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Identity: (x: number) => x,
} as const;

export const BINARY = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
  Pow: (a: number, b: number) => a ** b,
  Min: Math.min,
  Max: Math.max,
  Equal: (a: number, b: number) => flag(a === b),
  Less: (a: number, b: number) => flag(a < b),
  Greater: (a: number, b: number) => flag(a > b),
  And: (a: number, b: number) => flag(a !== 0 && b !== 0),
  Or: (a: number, b: number) => flag(a !== 0 || b !== 0),
} as const;

export const where = elementwise((condition, a, b) => (condition !== 0 ? a : b) as number);
