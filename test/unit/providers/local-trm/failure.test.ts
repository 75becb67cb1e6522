import { describe, expect, it } from 'vitest';
import {
  AbortedError,
  DeadlineExceededError,
  ExecutionProviderError,
  InferenceError,
  InvalidInputError,
  ModelLoadError,
  OverloadedError,
  ProviderError,
} from '../../../../src/core/errors.js';
import { asProviderError } from '../../../../src/providers/local-trm/failure.js';

const asFailure = (error: unknown): unknown => asProviderError('local-trm', 'no answer', error);

describe('a failure of the local model', () => {
  it.each([
    ['unavailable', new InferenceError('out of memory')],
    ['unavailable', new ExecutionProviderError('no device')],
    ['unavailable', new ModelLoadError('a file is missing')],
    ['overloaded', new OverloadedError('the queue is full')],
    ['bad-request', new InvalidInputError('labels', 'expected an object')],
  ])('is a reason to ask the next provider: %s', (reason, error) => {
    const failure = asFailure(error);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(failure).toMatchObject({ reason, message: `local-trm: no answer: ${error.message}`, cause: error });
  });

  it.each([
    ['an abort', new AbortedError('aborted')],
    ['a deadline', new DeadlineExceededError('late')],
    ['a failure that has its reason', new ProviderError('local-trm', 'out-of-domain', 'no alert')],
    ['a mistake in the code', new TypeError('x is undefined')],
  ])('stays what it is: %s', (_, error) => {
    expect(asFailure(error)).toBe(error);
  });
});
