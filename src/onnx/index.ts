/**
 * ONNX graphs built in TypeScript: a typed builder, shape inference, reverse-mode differentiation and optimizers.
 *
 * @module agent-trm/onnx
 */
export { gradients } from './autodiff.js';
export { GraphBuilder, type Initializer } from './graph.js';
export { OPERATORS } from './operators/index.js';
export * from './ops/index.js';
export * from './optimizers/index.js';
export { serializeModel } from './serialize.js';
export { broadcast, formatShape, isStatic } from './shape.js';
export {
  type Attribute,
  type Attributes,
  type DataType,
  type Dimension,
  float,
  type GraphNode,
  type GraphScope,
  int,
  ints,
  type OperatorDefinition,
  type Shape,
  type TensorData,
  text,
  type Value,
} from './types.js';
