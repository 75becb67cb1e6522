import type { ExecutionProviderName, ExecutionProviderPreference } from '../core/execution-provider.js';

export type { ExecutionProviderName, ExecutionProviderPreference } from '../core/execution-provider.js';

/** Element types of tensors, named as onnxruntime's JavaScript API names them. */
export type TensorType = 'float32' | 'float64' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

/** Elements of a tensor, row-major. float16 is stored as its bit pattern, bool as 0 or 1. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int8Array
  | Uint8Array;

/** A tensor by value: `data.length` is the product of `dims`; a scalar has no dims. */
export interface Tensor {
  readonly type: TensorType;
  readonly data: TensorArray;
  readonly dims: readonly number[];
}

/** A provider could not start a session and the next one of the list took its place. */
export interface ExecutionProviderFallbackEvent {
  readonly type: 'execution-provider-fallback';
  /** Name of the session. */
  readonly session: string;
  readonly from: ExecutionProviderName;
  readonly to: ExecutionProviderName;
  /** What onnxruntime said. */
  readonly reason: string;
}

/** `auto` left a provider out, though the installed binary knows it. */
export interface ExecutionProviderSkippedEvent {
  readonly type: 'execution-provider-skipped';
  readonly provider: ExecutionProviderName;
  readonly reason: string;
}

/** The worker thread ended by itself; what it held (sessions, resident tensors) is lost. */
export interface WorkerLostEvent {
  readonly type: 'worker-lost';
  readonly reason: string;
}

export type RuntimeEvent = ExecutionProviderFallbackEvent | ExecutionProviderSkippedEvent | WorkerLostEvent;

export interface RuntimeOptions {
  /**
   * Execution providers in order of preference; the first that can start a session runs it. Default `['auto']`.
   * Nothing is appended: a list that ends without `cpu` or `auto` ends in an error when none of it can start.
   */
  readonly executionProviders?: readonly ExecutionProviderPreference[];
  /** Only the first provider will do: when it cannot start, fail instead of taking the next. Default false. */
  readonly strict?: boolean;
  /** Threads that compute one operator, 1 or more. Default: all cores that the process may use. */
  readonly intraOpThreads?: number;
  /** How far onnxruntime rewrites the graph. Default `all`. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Called for each event, besides its entry in `Runtime.events`. What it throws is ignored. */
  readonly onEvent?: (event: RuntimeEvent) => void;
  /** Index of the GPU for cuda, tensorrt and dml, 0 or more. Default 0. */
  readonly deviceId?: number;
}

/** Graph names bound to tensors that stay in the worker. */
export interface ResidentBindings {
  /** Graph input -> name of the resident tensor that is fed to it. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Graph output -> name of the resident tensor that it becomes; the old one is replaced when the run succeeded. */
  readonly outputs?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Graph outputs to compute and return. Default: all that are not kept resident. */
  readonly outputs?: readonly string[];
  /**
   * Gives the run up: one that waits is dropped; one that computes cannot be interrupted, its result is thrown away
   * (its resident outputs are written all the same). Either way the promise rejects at once.
   */
  readonly signal?: AbortSignal;
  /** Gives the feeds' buffers away instead of copying them: they are empty for the caller from this call on. */
  readonly transfer?: boolean;
  readonly resident?: ResidentBindings;
}

/** A graph loaded in the worker of a Runtime. */
export interface Session {
  readonly name: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The provider that really runs the graph. Operators it does not know run on the CPU, as onnxruntime decides. */
  readonly executionProvider: ExecutionProviderName;
  /** Providers that could not start this session, in the order they were tried. */
  readonly fallbacks: readonly ExecutionProviderFallbackEvent[];
  /** True after `dispose`, and when the worker was lost. */
  readonly closed: boolean;
  /**
   * Computes the graph. Runs of one Runtime are done one after the other, in the order of the calls. Outputs that
   * are kept resident are not returned.
   *
   * Rejects with InvalidInputError (unknown or missing input, data that does not fit its dims, no such resident
   * tensor), InferenceError (onnxruntime failed, or the worker was lost), AbortedError, DeadlineExceededError or
   * DisposedError.
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** Releases the graph after the runs that were asked for before. */
  dispose(): Promise<void>;
}

/** An execution provider that the installed onnxruntime binary was built with. */
export interface SupportedExecutionProvider {
  readonly name: string;
  /** False when it needs libraries that the package does not bring (CUDA, TensorRT). */
  readonly bundled: boolean;
}
