import { describe, it } from 'vitest';
import { createHuggingFaceProvider } from '../../../src/providers/index.js';
import { chatCompletionsProtocol, HTTP_FAULTS, textProviderSuite } from '../../../src/testing/index.js';
import { httpSubject, quick } from './subject.js';

const MODEL = 'google/gemma-3-1b-it';

textProviderSuite({
  describe,
  it,
  create: (fault) =>
    httpSubject(chatCompletionsProtocol(MODEL), (origin) =>
      createHuggingFaceProvider({
        baseUrl: `${origin}/v1`,
        model: `${MODEL}:fastest`,
        token: 'hf_notARealToken0123',
        http: quick(fault),
      }),
    ),
  faults: HTTP_FAULTS,
});
