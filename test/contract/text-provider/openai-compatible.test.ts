import { describe, it } from 'vitest';
import { createOpenAICompatibleProvider } from '../../../src/providers/index.js';
import { chatCompletionsProtocol, HTTP_FAULTS, textProviderSuite } from '../../../src/testing/index.js';
import { httpSubject, quick } from './subject.js';

textProviderSuite({
  describe,
  it,
  create: (fault) =>
    httpSubject(chatCompletionsProtocol('qwen3-4b'), (origin) =>
      createOpenAICompatibleProvider({ baseUrl: `${origin}/v1`, model: 'qwen3-4b', http: quick(fault) }),
    ),
  faults: HTTP_FAULTS,
});
