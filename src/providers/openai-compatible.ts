import type { ProviderFailure } from '../core/errors.js';
import type { TextProvider } from '../domain/text/index.js';
import { createHttpClient } from '../http/client.js';
import type { HttpOptions } from '../http/options.js';
import { createChatCompletionsProvider } from './protocol/chat-completions.js';
import { requireText } from './protocol/require-text.js';

export interface OpenAICompatibleProviderOptions {
  /** Where `/chat/completions` and `/models` are, such as `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  /** Model as the server names it. */
  readonly model: string;
  /** Sent as `Authorization: Bearer`; left out where the server asks for none. */
  readonly apiKey?: string | undefined;
  /** Name of the provider in errors and events. Default `openai-compatible`. */
  readonly name?: string | undefined;
  readonly http?: HttpOptions | undefined;
}

/**
 * A provider for every server with the chat completions protocol: vLLM, llama.cpp, LM Studio, OpenAI and others.
 *
 * @throws ConfigurationError for an option that cannot be used
 */
export function createOpenAICompatibleProvider(options: OpenAICompatibleProviderOptions): TextProvider {
  const { baseUrl, apiKey, name = 'openai-compatible' } = options;
  const model = requireText('model', options.model, 'name a model that the server serves');
  const advise = (failure: ProviderFailure): string | undefined => {
    if (failure === 'unauthorized') return `give an apiKey that this server accepts for ${model}`;
    return failure === 'model-missing' ? `is ${model} among what GET /models lists?` : undefined;
  };
  const http = createHttpClient({ provider: name, baseUrl, apiKey, http: options.http, advise });
  return createChatCompletionsProvider({ name, model, http });
}
