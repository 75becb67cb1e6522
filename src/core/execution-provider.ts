/** Names of the onnxruntime execution providers that this package can ask for. */
export const EXECUTION_PROVIDER_NAMES = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'dml', 'coreml'] as const;

/** Where a graph computes: the CPU, CUDA, TensorRT, WebGPU (Vulkan, Metal, Direct3D), DirectML or Core ML. */
export type ExecutionProviderName = (typeof EXECUTION_PROVIDER_NAMES)[number];

/** What a caller may ask for; `auto` stands for the usable hardware providers of this machine, then the CPU. */
export type ExecutionProviderPreference = ExecutionProviderName | 'auto';

/** True for the name of an execution provider or `auto`. */
export function isExecutionProviderPreference(value: unknown): value is ExecutionProviderPreference {
  return value === 'auto' || EXECUTION_PROVIDER_NAMES.includes(value as ExecutionProviderName);
}
