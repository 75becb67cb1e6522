import { ConfigurationError } from '../core/errors.js';
import {
  EXECUTION_PROVIDER_NAMES,
  type ExecutionProviderName,
  type ExecutionProviderPreference,
  isExecutionProviderPreference,
} from '../core/execution-provider.js';

/**
 * Hardware providers that `auto` considers, best first. WebGPU is not among them: a software driver such as
 * SwiftShader or lavapipe starts as well as a GPU does, is many times slower than the CPU provider, and
 * onnxruntime-node does not tell which adapter it took. Ask for `webgpu` by name.
 */
export const AUTO_PROVIDERS = ['cuda', 'tensorrt', 'coreml', 'dml'] as const satisfies ExecutionProviderName[];

/**
 * The providers to try, in order: `auto` becomes the usable hardware providers followed by `cpu`, repeated names
 * are dropped, and nothing else is added.
 *
 * @param preferences what the caller asked for
 * @param usable hardware providers that were seen to start on this machine
 * @throws ConfigurationError for an empty list or an unknown name
 */
export function resolveExecutionProviders(
  preferences: readonly ExecutionProviderPreference[],
  usable: readonly ExecutionProviderName[],
): readonly ExecutionProviderName[] {
  checkPreferences(preferences);
  const automatic: ExecutionProviderName[] = [...AUTO_PROVIDERS.filter((name) => usable.includes(name)), 'cpu'];
  return [...new Set(preferences.flatMap((name) => (name === 'auto' ? automatic : [name])))];
}

/** Throws ConfigurationError unless the value is a list of known names with at least one entry. */
export function checkPreferences(preferences: readonly ExecutionProviderPreference[]): void {
  const allowed = ['auto', ...EXECUTION_PROVIDER_NAMES].join(', ');
  if (!Array.isArray(preferences) || preferences.length === 0) {
    throw new ConfigurationError(`executionProviders: expected a list with at least one of ${allowed}`);
  }
  for (const name of preferences) {
    if (!isExecutionProviderPreference(name)) {
      throw new ConfigurationError(`executionProviders: expected names out of ${allowed}, received "${String(name)}"`);
    }
  }
}
