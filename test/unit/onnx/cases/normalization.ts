import fc from 'fast-check';
import { type Attributes, add, addRmsNorm, float, int, mul, rmsNorm, type Value } from '../../../../src/onnx/index.js';
import { elementwise } from '../reference/elementwise.js';
import { rmsNorm as reference } from '../reference/normalization.js';
import type { Tensor } from '../reference/tensor.js';
import { EIGHTHS, NON_EMPTY, NONZERO, shapes, tensors } from './arbitrary.js';
import type { Instance, OperatorCase } from './operator-case.js';

/** Large enough that rows close to zero have no derivatives too steep for finite differences. */
const EPSILON = 0.05;
const NAMED = fc.constantFrom('leading' as const, 'none' as const);
const attributes: Attributes = { epsilon: float(EPSILON) };
const sum = elementwise((a, b) => (a as number) + (b as number));

const gainFree: fc.Arbitrary<Instance> = shapes(1, 4, NON_EMPTY)
  .chain((shape) => fc.tuple(tensors(shape, NONZERO), NAMED))
  .map(([tensor, named]) => ({
    operands: [{ dtype: 'float', tensor }],
    build: ([x]) => rmsNorm(x as Value, EPSILON),
    reference: ([x]) => reference(x as Tensor, EPSILON),
    named,
  }));

/** With a learned gain; float64 has no such operator and spells it out. */
const withGain: fc.Arbitrary<Instance> = shapes(1, 4, NON_EMPTY)
  .chain((shape) => fc.tuple(tensors(shape, NONZERO), tensors(shape.slice(-1), EIGHTHS)))
  .map(([tensor, gain]) => ({
    operands: [
      { dtype: 'float', tensor },
      { dtype: 'float', tensor: gain },
    ],
    build: ([x, w]) => {
      const [value, scale] = [x as Value, w as Value];
      if (value.dtype === 'float64') return mul(rmsNorm(value, EPSILON), scale);
      const inputs = [value, scale];
      return value.graph.node('SimplifiedLayerNormalization', inputs, { ...attributes, axis: int(-1) })[0] as Value;
    },
    reference: ([x, w]) => reference(x as Tensor, EPSILON, w as Tensor),
    named: 'none',
  }));

const sums: fc.Arbitrary<Instance> = shapes(2, 3, NON_EMPTY)
  .chain((shape) => fc.tuple(tensors(shape, NONZERO), tensors(shape, EIGHTHS), NAMED))
  .map(([left, right, named]) => ({
    operands: [
      { dtype: 'float', tensor: left },
      { dtype: 'float', tensor: right },
    ],
    build: ([a, b]) => addRmsNorm(a as Value, b as Value, EPSILON),
    reference: ([a, b]) => reference(sum(a as Tensor, b as Tensor), EPSILON),
    named,
  }));

const sumsWithGain: fc.Arbitrary<Instance> = shapes(2, 3, NON_EMPTY)
  .chain((shape) => fc.tuple(tensors(shape, NONZERO), tensors(shape, EIGHTHS), tensors(shape.slice(-1), EIGHTHS)))
  .map(([left, right, gain]) => ({
    operands: [left, right, gain].map((tensor) => ({ dtype: 'float', tensor })),
    build: (values) => {
      const [a, b, w] = values as [Value, Value, Value];
      if (a.dtype === 'float64') return mul(rmsNorm(add(a, b), EPSILON), w);
      return a.graph.node('SkipSimplifiedLayerNormalization', [a, b, w], attributes)[0] as Value;
    },
    reference: ([a, b, w]) => reference(sum(a as Tensor, b as Tensor), EPSILON, w as Tensor),
    named: 'none',
  }));

export const NORMALIZATION_CASES: readonly OperatorCase[] = [
  { op: 'SimplifiedLayerNormalization', title: 'gain-free', instances: gainFree, gradient: 'float32' },
  { op: 'SimplifiedLayerNormalization', title: 'with a gain', instances: withGain, gradient: 'float32' },
  { op: 'SkipSimplifiedLayerNormalization', title: 'gain-free', instances: sums, gradient: 'float32' },
  { op: 'SkipSimplifiedLayerNormalization', title: 'with a gain', instances: sumsWithGain, gradient: 'float32' },
];
