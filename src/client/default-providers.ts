import type { ClientConfig } from '../config/index.js';
import type { TextProvider } from '../domain/index.js';
import { createHuggingFaceProvider, createOllamaProvider } from '../providers/index.js';
import { createLocalTrmProvider } from '../providers/local-trm/index.js';

/** Asked for where neither option nor environment names a model. */
const HUGGING_FACE_MODEL = 'google/gemma-3-27b-it';
const OLLAMA_MODEL = 'gemma3:1b';

/**
 * The chain of a client that was given no providers: the local TRM (unless USE_TRM is false), the Hugging Face API
 * (where it is asked for and there is a token), Ollama. Nothing is loaded or connected to before the first request.
 *
 * Throws ConfigurationError for a setting that cannot be used, naming it.
 */
export function createDefaultProviders(config: ClientConfig): TextProvider[] {
  const providers: TextProvider[] = [];
  if (config.useTrm.value) {
    providers.push(
      createLocalTrmProvider({
        executionProviders: config.executionProviders.value,
        ...(config.modelPath.value !== undefined && { modelPath: config.modelPath.value }),
        ...(config.threads.value !== undefined && { threads: config.threads.value }),
      }),
    );
  }
  const token = config.hfApiToken.value;
  if (config.useHfApi.value && token) {
    const model = config.modelName.value ?? HUGGING_FACE_MODEL;
    providers.push(createHuggingFaceProvider({ model, token: token.reveal() }));
  }
  providers.push(
    createOllamaProvider({
      baseUrl: config.ollamaUrl.value,
      model: config.ollamaModel.value ?? OLLAMA_MODEL,
      numCtx: config.contextTokens.value,
    }),
  );
  return providers;
}
