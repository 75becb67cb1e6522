import type { ProviderFailure } from '../core/errors.js';
import type { TextProvider } from '../domain/text/index.js';
import { createHttpClient } from '../http/client.js';
import type { HttpOptions } from '../http/options.js';
import { createChatCompletionsProvider } from './protocol/chat-completions.js';
import { requireText } from './protocol/require-text.js';

export interface HuggingFaceProviderOptions {
  /**
   * Repository of a chat model, such as `google/gemma-3-27b-it`, with an optional suffix that chooses who runs it:
   * `:fastest`, `:cheapest`, `:preferred` or the name of an inference provider.
   */
  readonly model: string;
  /** Access token with the permission "inference.serverless.write". */
  readonly token: string;
  /** Default: the router of Hugging Face; a dedicated endpoint has its own URL, ending in `/v1`. */
  readonly baseUrl?: string | undefined;
  readonly http?: HttpOptions | undefined;
}

const NAME = 'hugging-face';
const ROUTER = 'https://router.huggingface.co/v1';

/**
 * A provider for the models that Hugging Face's inference providers run. The router serves chat models only: a
 * repository with a Tiny Recursive Model is run locally or by the remote provider.
 *
 * @throws ConfigurationError for an option that cannot be used, and for a missing token
 */
export function createHuggingFaceProvider(options: HuggingFaceProviderOptions): TextProvider {
  const { baseUrl = ROUTER } = options;
  const model = requireText('model', options.model, 'name a chat model, such as google/gemma-3-27b-it');
  const token = requireText('token', options.token, 'set HF_API_TOKEN, or give the token as an option');
  const advise = (failure: ProviderFailure, status: number | undefined): string | undefined => {
    if (status === 402) return 'the credit of this account is used up';
    if (failure === 'unauthorized') {
      return 'HF_API_TOKEN needs to be valid and to have the permission "inference.serverless.write"';
    }
    return failure === 'model-missing' ? `no inference provider of this account serves ${model} for chat` : undefined;
  };
  const http = createHttpClient({ provider: NAME, baseUrl, apiKey: token, http: options.http, advise });
  return createChatCompletionsProvider({ name: NAME, model, http, listedAs: model.split(':')[0] });
}
