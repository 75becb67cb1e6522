import { GraphError } from '../core/errors.js';
import { TENSOR_TYPE } from './data-type.js';
import { OPERATORS } from './operators/index.js';
import { formatShape, product } from './shape.js';
import {
  type Attributes,
  type DataType,
  type GraphNode,
  type GraphScope,
  type InferContext,
  int,
  type Shape,
  type TensorData,
  type Value,
} from './types.js';

/** A constant that is stored in the graph itself. */
export interface Initializer {
  readonly value: Value;
  readonly data: TensorData;
}

const ARRAY_OF: Record<DataType, { readonly name: string; readonly make: (numbers: readonly number[]) => TensorData }> =
  {
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

  /** Declares a graph input. Throws GraphError when the name is taken or the shape holds anything but lengths and names. */
  input(name: string, dtype: DataType, shape: Shape): Value {
    const value = this.#value(
      name,
      dtype,
      shape.map((dimension) => product([dimension])),
    );
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
    const value = this.#literal(numbers, dtype, shape);
    this.#shared.set(key, value);
    return value;
  }

  #literal(numbers: readonly number[], dtype: DataType, shape: readonly number[]): Value {
    if (dtype === 'float16') {
      // onnxruntime rounds to half precision, and folds the cast away when it loads the graph.
      const wide = this.literal(numbers, 'float32', shape);
      return this.node('Cast', [wide], { to: int(TENSOR_TYPE.float16) })[0] as Value;
    }
    const exact = dtype === 'float32' || dtype === 'float64' || numbers.every(Number.isSafeInteger);
    const data = exact ? ARRAY_OF[dtype].make(numbers) : undefined;
    if (!data || (!dtype.startsWith('float') && !numbers.every((number, index) => Number(data[index]) === number))) {
      throw new GraphError(`literal: ${formatShape(numbers)} cannot be stored as ${dtype}`);
    }
    return this.constant(this.#fresh('literal'), shape, data, dtype);
  }

  /**
   * Names a value as a graph output. The same value may go out under several names, but no name may be that of an
   * input, a constant or another output.
   */
  output(name: string, value: Value): void {
    this.#owns('output', value);
    if (this.outputs.some((output) => output.name === name)) throw new GraphError(`output "${name}" is declared twice`);
    this.#reserve(name);
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
    const definition = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
    if (!definition) throw new GraphError(`unknown operator "${op}"; known are ${Object.keys(OPERATORS).join(', ')}`);
    for (const input of inputs) if (input) this.#owns(op, input);
    const context = this.#inferContext(op, inputs, attributes, options.shape);
    const specs = definition.infer(context);
    // An input that the operator's rule never looked at is one too many.
    if (inputs.length > context.inputsRead()) throw context.fail(`takes ${context.inputsRead()} inputs`);
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

  holdsOnly(value: Value, number: number): boolean {
    const initializer = this.initializers.get(value.name);
    if (!initializer || value.dtype === 'float16') return false;
    return Array.prototype.every.call(initializer.data, (element) => Number(element) === number);
  }

  #fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.#counter++}`;
    while (this.#names.has(name));
    return name;
  }

  #reserve(name: string): void {
    if (name === '')
      throw new GraphError(`a name in graph "${this.name}" is empty; ONNX keeps that for inputs left out`);
    if (this.#names.has(name)) throw new GraphError(`the name "${name}" is used twice in graph "${this.name}"`);
    this.#names.add(name);
  }

  #value(name: string, dtype: DataType, shape: Shape): Value {
    for (const dimension of shape) {
      if (typeof dimension === 'number' ? !Number.isInteger(dimension) || dimension < 0 : dimension === '') {
        throw new GraphError(`"${name}": ${formatShape(shape)} is not a shape; expected whole numbers >= 0 or names`);
      }
    }
    this.#reserve(name);
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
  ): InferContext & { readonly inputsRead: () => number } {
    const fail = (reason: string): Error => {
      const described = inputs.map((value) =>
        value ? `${value.name}: ${value.dtype}${formatShape(value.shape)}` : 'none',
      );
      return new GraphError(`${op}(${described.join(', ')}): ${reason}`);
    };
    let read = 0;
    const input = (index: number): Value => {
      read = Math.max(read, index + 1);
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
      inputsRead: () => read,
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
