/** Element types that the builder knows, named as onnxruntime's JavaScript API names them. */
export type DataType = 'float32' | 'float64' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

/** A length that is known now, or the name of one that is known when the graph runs (`batch`, `8*batch`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** Raw element data of a constant. float16 is stored as its bit pattern, int64 as bigint. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int8Array
  | Uint8Array;

/** The part of a graph under construction that an operation needs in order to add itself to it. */
export interface GraphScope {
  readonly name: string;
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes?: Attributes,
    options?: { readonly stopsGradient?: boolean; readonly shape?: Shape },
  ): readonly Value[];
  literal(numbers: readonly number[], dtype: DataType, shape?: readonly number[]): Value;
  constantInts(value: Value): readonly number[] | undefined;
  /** True when the value is a constant all of whose elements are this number. */
  holdsOnly(value: Value, number: number): boolean;
}

/** One tensor of a graph under construction: an input, a constant or the output of a node. */
export interface Value {
  readonly graph: GraphScope;
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** A node attribute, tagged because ONNX tells integers from floats and JavaScript does not. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] };
export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });

/** One operation. `inputs` may hold undefined where ONNX lets an optional input be left out. */
export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** Set on the Identity that `stopGradient` makes: differentiation does not pass it. */
  readonly stopsGradient: boolean;
}

/** What a node yields before it has a name. */
export interface OutputSpec {
  readonly dtype: DataType;
  readonly shape: Shape;
}

export interface InferContext {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  /** The result's shape as the caller knows it, for operators whose target shape is a computed tensor. */
  readonly declaredShape: Shape | undefined;
  /** The i-th input; GraphError when it is absent. */
  input(index: number): Value;
  /** Data of the i-th input when it is a constant integer tensor. */
  constantInts(index: number): readonly number[] | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  /** A GraphError that names the operator, its inputs and their shapes. */
  fail(reason: string): Error;
}

export interface GradientContext {
  readonly node: GraphNode;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** d loss / d output 0, of the same shape as output 0. */
  readonly gradient: Value;
  /** Whether anybody wants the gradient of the i-th input; a rule may skip the work when not. */
  needs(index: number): boolean;
}

/** One row of the operator table. */
export interface OperatorDefinition {
  /** `com.microsoft` for onnxruntime's contributed operators. */
  readonly domain?: 'com.microsoft';
  readonly infer: (context: InferContext) => readonly OutputSpec[];
  /** Gradients of the inputs, undefined where there is none. An operator without a rule is not differentiable. */
  readonly gradient?: (context: GradientContext) => readonly (Value | undefined)[];
}

export type OperatorTable = Readonly<Record<string, OperatorDefinition>>;
