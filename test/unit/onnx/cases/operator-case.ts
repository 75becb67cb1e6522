import type fc from 'fast-check';
import type { Value } from '../../../../src/onnx/index.js';
import type { Tensor } from '../reference/tensor.js';

/** `float` stands for the precision under test. */
export type OperandType = 'float' | 'int32' | 'int64' | 'int8' | 'bool';

export interface Operand {
  readonly dtype: OperandType;
  readonly tensor: Tensor;
}

/** One use of an operator: operands, the graph that uses it, and what must come out. */
export interface Instance {
  readonly operands: readonly Operand[];
  readonly build: (values: readonly Value[]) => Value;
  readonly reference: (tensors: readonly Tensor[]) => Tensor;
  /** Axes that are declared by name instead of by length: all, all but the last, or none. */
  readonly named: 'all' | 'leading' | 'none';
  /** Largest error that the arithmetic of the operator itself may make; float32 rounding comes on top. */
  readonly tolerance?: (tensors: readonly Tensor[]) => number;
}

export interface OperatorCase {
  readonly op: keyof typeof import('../../../../src/onnx/index.js').OPERATORS & string;
  /** What is special about this case; empty when it is the general one. */
  readonly title: string;
  readonly instances: fc.Arbitrary<Instance>;
  /**
   * How the gradient is checked: against finite differences in float64 (the default where the operator has a rule);
   * for float32-only operators the plain float64 graph is checked so, and float32 against it; or not at all.
   */
  readonly gradient?: 'float64' | 'float32' | 'none';
}
