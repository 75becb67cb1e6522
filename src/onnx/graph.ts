import { GraphError } from '../core/errors.js';
import { OPERATORS } from './operators/index.js';
import { formatShape } from './shape.js';
import type { Attributes, DataType, GraphNode, GraphScope, InferContext, Shape, TensorData, Value } from './types.js';

/** A constant that is stored in the graph itself. */
export interface Initializer {
  readonly value: Value;
  readonly data: TensorData;
}

const ARRAY_OF: Record<DataType, { readonly name: string; readonly make: (numbers: readonly number[]) => TensorData }> = {
  float32: { name: 'Float32Array', make: (numbers) => Float32Array.from(numbers) },
  float64: { name: 'Float64Array', make: (numbers) => Float64Array.from(numbers) },
  float16: { name: 'Uint16Array', make: (numbers) => Uint16Array.from(numbers) },
  int64: { name: 'BigInt64Array', make: (numbers) => BigInt64Array.from(numbers, BigInt) },
  int32: { name: 'Int32Array', make: (numbers) => Int32Array.from(numbers) },
  int8: { name: 'Int8Array', make: (numbers) => Int8Array.from(numbers) },
  uint8: { name: 'Uint8Array', make: (numbers) => Uint8Array.from(numbers) },
  bool: { name: 'Uint8Array', make: (numbers) => Uint8Array.from(numbers) },
};

/**
 * Builds one ONNX graph node by node. Shapes and types are inferred and checked as nodes are added, so a mistake
 * is reported where it is made, with the operator and the shapes it was given.
 *
 * @example
 * const graph = new GraphBuilder('affine');
 * const x = graph.input('x', 'float32', ['batch', 4]);
 * graph.output('y', add(matmul(x, graph.constant('w', [4, 2], weights)), 1));
 * const bytes = serializeModel(graph);
 */
export class GraphBuilder implements GraphScope {
  readonly name: string;
  readonly nodes: GraphNode[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: { readonly name: string; readonly value: Value }[] = [];
  readonly initializers = new Map<string, Initializer>();
  readonly #names = new Set<string>();
  readonly #shared = new Map<string, Value>();
  #counter = 0;

  constructor(name = 'graph') {
    this.name = name;
  }

  /** Declares a graph input. Throws GraphError when the name is taken. */
  input(name: string, dtype: DataType, shape: Shape): Value {
    const value = this.#value(name, dtype, shape);
    this.inputs.push(value);
    return value;
  }

  /**
   * Stores a constant tensor of the given static shape in the graph.
   * Throws GraphError when the data's length or array type does not fit.
   */
  constant(name: string, shape: readonly number[], data: TensorData, dtype: DataType = dtypeOf(data)): Value {
    const length = shape.reduce((total, dimension) => total * dimension, 1);
    if (data.length !== length || data.constructor.name !== ARRAY_OF[dtype].name) {
      throw new GraphError(
        `constant "${name}": expected a ${ARRAY_OF[dtype].name} of ${length} elements for ${dtype}${formatShape(shape)}, ` +
          `received a ${data.constructor.name} of ${data.length}`,
      );
    }
    const value = this.#value(name, dtype, shape);
    this.initializers.set(value.name, { value, data });
    return value;
  }

  /** A small constant made from plain numbers; equal ones are stored once. */
  literal(numbers: readonly number[], dtype: DataType, shape: readonly number[] = [numbers.length]): Value {
    const key = `${dtype}|${shape.join(',')}|${numbers.join(',')}`;
    const known = this.#shared.get(key);
    if (known) return known;
    const value = this.constant(this.#fresh('literal'), shape, ARRAY_OF[dtype].make(numbers), dtype);
    this.#shared.set(key, value);
    return value;
  }

  /** Names a value as a graph output. The same value may go out under several names. */
  output(name: string, value: Value): void {
    this.#owns('output', value);
    if (this.outputs.some((output) => output.name === name)) throw new GraphError(`output "${name}" is declared twice`);
    this.outputs.push({ name, value });
  }

  /**
   * Adds a node and returns its outputs. `shape` declares the result of an operator whose target shape is computed
   * when the graph runs. Throws GraphError for unknown operators and for inputs that do not fit.
   */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: { readonly stopsGradient?: boolean; readonly shape?: Shape } = {},
  ): readonly Value[] {
    const definition = OPERATORS[op];
    if (!definition) throw new GraphError(`unknown operator "${op}"; known are ${Object.keys(OPERATORS).join(', ')}`);
    for (const input of inputs) if (input) this.#owns(op, input);
    const specs = definition.infer(this.#inferContext(op, inputs, attributes, options.shape));
    const outputs = specs.map((spec) => this.#value(this.#fresh(op), spec.dtype, spec.shape));
    this.nodes.push({
      op,
      domain: definition.domain ?? '',
      inputs,
      outputs,
      attributes,
      stopsGradient: options.stopsGradient ?? false,
    });
    return outputs;
  }

  /** The integers of a constant int64 or int32 tensor, or undefined when the value is computed. */
  constantInts(value: Value): readonly number[] | undefined {
    const initializer = this.initializers.get(value.name);
    if (!initializer || (value.dtype !== 'int64' && value.dtype !== 'int32')) return undefined;
    return Array.from(initializer.data as ArrayLike<number | bigint>, Number);
  }

  #fresh(stem: string): string {
    return `${stem}_${this.#counter++}`;
  }

  #value(name: string, dtype: DataType, shape: Shape): Value {
    if (this.#names.has(name)) throw new GraphError(`the name "${name}" is used twice in graph "${this.name}"`);
    for (const dimension of shape) {
      if (typeof dimension === 'number' ? !Number.isInteger(dimension) || dimension < 0 : dimension === '') {
        throw new GraphError(`"${name}": ${formatShape(shape)} is not a shape; expected whole numbers >= 0 or names`);
      }
    }
    this.#names.add(name);
    return { graph: this, name, dtype, shape };
  }

  #owns(op: string, value: Value): void {
    if (value.graph !== this) {
      throw new GraphError(`${op}: "${value.name}" belongs to graph "${value.graph.name}", not to "${this.name}"`);
    }
  }

  #inferContext(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    declaredShape: Shape | undefined,
  ): InferContext {
    const fail = (reason: string): Error => {
      const described = inputs.map((value) => (value ? `${value.name}: ${value.dtype}${formatShape(value.shape)}` : 'none'));
      return new GraphError(`${op}(${described.join(', ')}): ${reason}`);
    };
    const input = (index: number): Value => {
      const value = inputs[index];
      if (!value) throw fail(`input ${index} is missing`);
      return value;
    };
    return {
      op,
      inputs,
      attributes,
      declaredShape,
      input,
      fail,
      constantInts: (index) => this.constantInts(input(index)),
      int: (name, fallback) => {
        const attribute = attributes[name];
        return attribute?.kind === 'int' ? attribute.value : fallback;
      },
      ints: (name) => {
        const attribute = attributes[name];
        return attribute?.kind === 'ints' ? attribute.value : undefined;
      },
    };
  }
}

function dtypeOf(data: TensorData): DataType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint16Array) return 'float16';
  return 'uint8';
}
