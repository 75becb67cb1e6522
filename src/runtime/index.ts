/**
 * Runs ONNX graphs with onnxruntime-node in a worker thread. Importing this loads no native code; the thread, and
 * in it the library, start with the first session.
 *
 * @module agent-trm/runtime
 */
export { resolveExecutionProviders } from './execution-providers.js';
export { listSupportedExecutionProviders, Runtime } from './runtime.js';
export { SessionPool } from './session-pool.js';
export type {
  ExecutionProviderFallbackEvent,
  ExecutionProviderName,
  ExecutionProviderPreference,
  ExecutionProviderSkippedEvent,
  ResidentBindings,
  RunOptions,
  RuntimeEvent,
  RuntimeOptions,
  Session,
  SupportedExecutionProvider,
  Tensor,
  TensorArray,
  TensorType,
  WorkerLostEvent,
} from './types.js';
