import { GraphError } from '../../core/errors.js';
import { type GraphBuilder, matmul, quantizedMatmul, type Value } from '../../onnx/index.js';

/** A named float32 parameter tensor; linear weights are [out, in] as in PyTorch. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type ParameterMap = ReadonlyMap<string, Parameter>;

/**
 * Where a network gets its weights from. The network is written once against this interface; the source decides
 * whether the weights are constants (serving), int8 constants (serving, smaller and faster) or inputs (training).
 */
export interface WeightSource {
  readonly graph: GraphBuilder;
  /** The tensor as it is stored. Throws GraphError when there is none of that name. */
  tensor(name: string): Value;
  /** `input` [..., in] times the transposed weight [out, in] -> [..., out]. */
  linear(input: Value, name: string): Value;
}

function required(parameters: ParameterMap, name: string): Parameter {
  const parameter = parameters.get(name);
  if (!parameter) throw new GraphError(`there is no weight "${name}"; known are ${[...parameters.keys()].join(', ')}`);
  return parameter;
}

/** Weights as constants of the graph. Linear weights are stored transposed, which onnxruntime packs once at load. */
export function constantWeights(graph: GraphBuilder, parameters: ParameterMap): WeightSource {
  const tensors = new Map<string, Value>();
  const remember = (key: string, make: () => Value): Value => {
    const known = tensors.get(key);
    if (known) return known;
    const value = make();
    tensors.set(key, value);
    return value;
  };
  return {
    graph,
    tensor: (name) =>
      remember(name, () => {
        const { shape, data } = required(parameters, name);
        return graph.constant(name, shape, data);
      }),
    linear: (input, name) => {
      const weight = remember(`${name}^T`, () => {
        const { shape, data } = required(parameters, name);
        const [rows, columns] = matrixShape(name, shape);
        return graph.constant(`${name}^T`, [columns, rows], transposed(data, rows, columns));
      });
      return matmul(input, weight);
    },
  };
}

/** As `constantWeights`, with linear weights as int8 and one scale an output column; inputs are quantised on the fly. */
export function quantizedWeights(graph: GraphBuilder, parameters: ParameterMap): WeightSource {
  const constants = constantWeights(graph, parameters);
  const quantized = new Map<string, readonly [Value, Value]>();
  return {
    ...constants,
    linear: (input, name) => {
      let parts = quantized.get(name);
      if (!parts) {
        const { shape, data } = required(parameters, name);
        const [rows, columns] = matrixShape(name, shape);
        const { values, scales } = quantizeRows(data, rows, columns);
        parts = [
          graph.constant(`${name}^T.int8`, [columns, rows], values),
          graph.constant(`${name}.scale`, [rows], scales),
        ];
        quantized.set(name, parts);
      }
      return quantizedMatmul(input, ...parts);
    },
  };
}

/** Weights as graph inputs, in the order of the map: what differentiation needs. */
export function inputWeights(
  graph: GraphBuilder,
  parameters: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): WeightSource {
  const tensors = new Map([...parameters].map(([name, { shape }]) => [name, graph.input(name, 'float32', shape)]));
  const tensor = (name: string): Value => {
    const value = tensors.get(name);
    if (!value) throw new GraphError(`there is no weight "${name}"; known are ${[...tensors.keys()].join(', ')}`);
    return value;
  };
  return { graph, tensor, linear: (input, name) => matmul(input, tensor(name), { transposeRight: true }) };
}

function matrixShape(name: string, shape: readonly number[]): readonly [number, number] {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new GraphError(`the linear weight "${name}" must have two axes, it has [${shape.join(', ')}]`);
  }
  return [rows, columns];
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column] as number;
  }
  return result;
}

/** Largest magnitude of a quantised weight: 7 bits, see `quantizedMatmul`. */
const LEVELS = 64;

/** Symmetric int8 for each output row, stored transposed. */
function quantizeRows(data: Float32Array, rows: number, columns: number): { values: Int8Array; scales: Float32Array } {
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let peak = 0;
    for (let column = 0; column < columns; column++)
      peak = Math.max(peak, Math.abs(data[row * columns + column] as number));
    const scale = peak === 0 ? 1 : peak / LEVELS;
    scales[row] = scale;
    for (let column = 0; column < columns; column++) {
      values[column * rows + row] = Math.round((data[row * columns + column] as number) / scale);
    }
  }
  return { values, scales };
}
