import { describe, it } from 'vitest';
import { createOllamaProvider } from '../../../src/providers/index.js';
import { HTTP_FAULTS, ollamaProtocol, textProviderSuite } from '../../../src/testing/index.js';
import { httpSubject, quick } from './subject.js';

// This protocol has no list of choices that could be empty.
const { 'empty-choices': _, ...faults } = HTTP_FAULTS;

textProviderSuite({
  describe,
  it,
  create: (fault) =>
    httpSubject(ollamaProtocol(), (baseUrl) =>
      createOllamaProvider({ baseUrl, model: 'gemma3:1b', http: quick(fault) }),
    ),
  faults,
});
