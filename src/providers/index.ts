/**
 * Text providers, and the way from one to the next.
 *
 * @module agent-trm/providers
 */
export type { HttpOptions } from '../http/options.js';
export { createHuggingFaceProvider, type HuggingFaceProviderOptions } from './hugging-face.js';
export { createLocalTrmProvider, type LocalTrmOptions } from './local-trm/index.js';
export { createOllamaProvider, type OllamaProviderOptions } from './ollama.js';
export { createOpenAICompatibleProvider, type OpenAICompatibleProviderOptions } from './openai-compatible.js';
export { createRemoteProvider, type RemoteProviderOptions } from './remote.js';
export {
  createTransformersProvider,
  type TransformersDevice,
  type TransformersDtype,
  type TransformersProviderOptions,
} from './transformers/index.js';
export {
  type FallbackAttempt,
  type FallbackNotice,
  type FallbackPolicy,
  type FallbackResult,
  withFallback,
} from './with-fallback.js';
