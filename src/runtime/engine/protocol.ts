import type { ExecutionProviderName, SupportedExecutionProvider, Tensor } from '../types.js';

/** Session options that go to onnxruntime. */
export interface WorkerSessionOptions {
  readonly intraOpThreads: number;
  readonly optimization: 'disabled' | 'basic' | 'extended' | 'all';
  readonly deviceId: number;
}

/** A provider that could not start, and what onnxruntime said. */
export interface ProviderFailure {
  readonly provider: ExecutionProviderName;
  readonly reason: string;
}

/** Each request that the worker answers: what it is asked with, and what it answers. */
export interface WorkerCalls {
  /** What the installed binary was built with. */
  readonly supported: { readonly request: object; readonly response: readonly SupportedExecutionProvider[] };
  /** Which of the candidates can start a session of a small graph. */
  readonly probe: {
    readonly request: {
      readonly model: Uint8Array;
      readonly candidates: readonly ExecutionProviderName[];
      readonly options: WorkerSessionOptions;
    };
    readonly response: {
      readonly usable: readonly ExecutionProviderName[];
      readonly failures: readonly ProviderFailure[];
    };
  };
  /** Loads a graph on the first candidate that can start it; `provider` is absent when none could. */
  readonly create: {
    readonly request: {
      readonly session: number;
      readonly model: Uint8Array;
      readonly candidates: readonly ExecutionProviderName[];
      readonly options: WorkerSessionOptions;
    };
    readonly response: {
      readonly provider: ExecutionProviderName | undefined;
      readonly failures: readonly ProviderFailure[];
      readonly inputNames: readonly string[];
      readonly outputNames: readonly string[];
    };
  };
  readonly run: {
    readonly request: {
      readonly session: number;
      readonly feeds: Readonly<Record<string, Tensor>>;
      /** Graph outputs to return. */
      readonly outputs: readonly string[];
      readonly residentInputs: Readonly<Record<string, string>>;
      readonly residentOutputs: Readonly<Record<string, string>>;
    };
    readonly response: Record<string, Tensor>;
  };
  readonly release: { readonly request: { readonly session: number }; readonly response: undefined };
  readonly setResident: {
    readonly request: { readonly name: string; readonly tensor: Tensor };
    readonly response: undefined;
  };
  readonly getResident: { readonly request: { readonly name: string }; readonly response: Tensor };
  readonly deleteResident: { readonly request: { readonly name: string }; readonly response: undefined };
  /** Releases everything; the worker ends by itself afterwards. */
  readonly close: { readonly request: object; readonly response: undefined };
}

export type WorkerCall = keyof WorkerCalls;
export type WorkerRequest<K extends WorkerCall = WorkerCall> = {
  readonly [P in K]: { readonly id: number; readonly call: P } & WorkerCalls[P]['request'];
}[K];

/** How an error crosses the thread border: onnxruntime failed, a bad argument, or no onnxruntime at all. */
export interface WorkerFailure {
  readonly kind: 'inference' | 'input' | 'library';
  readonly message: string;
}

export type WorkerReply =
  | { readonly id: number; readonly result: WorkerCalls[WorkerCall]['response'] }
  | { readonly id: number; readonly failure: WorkerFailure };
