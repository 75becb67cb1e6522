import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDefaultProviders } from '../../../src/client/default-providers.js';
import { type ClientConfigOptions, resolveClientConfig } from '../../../src/config/index.js';

const namesOf = (options: ClientConfigOptions, env: Record<string, string> = {}): string[] =>
  createDefaultProviders(resolveClientConfig(options, env)).map(({ name, modelId }) => `${name} ${modelId}`);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the default chain', () => {
  it('is the local TRM and Ollama', () => {
    expect(namesOf({})).toEqual(['local-trm remediation-v4', 'ollama gemma3:1b']);
  });

  it('has the Hugging Face API between them when it is asked for and there is a token', () => {
    const token = { HF_API_TOKEN: 'hf_abc' };
    expect(namesOf({ useHfApi: true }, token)).toEqual([
      'local-trm remediation-v4',
      'hugging-face google/gemma-3-27b-it',
      'ollama gemma3:1b',
    ]);
    expect(namesOf({ useHfApi: true })).toHaveLength(2);
    expect(namesOf({}, token)).toHaveLength(2);
  });

  it('follows the environment of the agents', () => {
    const env = {
      USE_TRM: 'false',
      TRM_USE_HF_API: 'true',
      HF_API_TOKEN: 'hf_abc',
      TRM_MODEL_NAME: 'org/chat',
      OLLAMA_MODEL: 'qwen3:4b',
    };
    expect(namesOf({}, env)).toEqual(['hugging-face org/chat', 'ollama qwen3:4b']);
  });

  it('does not mind the threshold of the selector, which it has no use for', () => {
    vi.stubEnv('TRM_CONFIDENCE_THRESHOLD', 'high');
    expect(namesOf({})).toHaveLength(2);
  });
});
