export type { TransformersDevice, TransformersDtype, TransformersProviderOptions } from './options.js';
export { createTransformersProvider } from './transformers.js';
