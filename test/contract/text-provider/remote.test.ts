import { describe, it } from 'vitest';
import { createRemoteProvider } from '../../../src/providers/index.js';
import { HTTP_FAULTS, reasonProtocol, textProviderSuite } from '../../../src/testing/index.js';
import { httpSubject, quick } from './subject.js';

// An answer of this service has neither choices nor tokens, and an error in place of one has another form.
const {
  'empty-choices': _choices,
  'logprobs-missing': _missing,
  'logprobs-infinite': _infinite,
  'length-limit': _length,
  ...faults
} = HTTP_FAULTS;

textProviderSuite({
  describe,
  it,
  create: (fault) =>
    httpSubject(reasonProtocol(), (baseUrl) =>
      createRemoteProvider({ baseUrl, apiKey: 'secret-key', http: quick(fault) }),
    ),
  faults: { ...faults, 'mid-stream-error': 'bad-response' },
});
