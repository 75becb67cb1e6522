import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf, messageOf } from '../../../src/cli/exit-codes.js';
import { executionProviders, oneOf, probability, wholeNumber } from '../../../src/cli/options.js';
import {
  AbortedError,
  CheckpointError,
  ConfigurationError,
  InvalidInputError,
  ModelLoadError,
  TrainingError,
} from '../../../src/core/errors.js';

describe('options', () => {
  it('are read', () => {
    expect(executionProviders('cuda, cpu')).toEqual(['cuda', 'cpu']);
    expect(executionProviders('auto')).toEqual(['auto']);
    expect([probability('0'), probability('0.7'), probability('1')]).toEqual([0, 0.7, 1]);
    expect(wholeNumber('12')).toBe(12);
    expect(oneOf('json', 'text')('text')).toBe('text');
  });

  it.each([
    ['--ep', () => executionProviders('gpu'), /auto, cpu/],
    ['--ep', () => executionProviders(''), /auto, cpu/],
    ['--threshold', () => probability('1.1'), /from 0 to 1/],
    ['--threshold', () => probability(''), /from 0 to 1/],
    ['--threshold', () => probability('high'), /from 0 to 1/],
    ['--steps', () => wholeNumber('0'), /1 or more/],
    ['--steps', () => wholeNumber('1.5'), /1 or more/],
    ['--steps', () => wholeNumber('1e3'), /1 or more/],
    ['--format', () => oneOf('json', 'text')('xml'), /json, text/],
  ])('%s says what was expected (%#)', (_name, read, message) => {
    expect(read).toThrow(InvalidArgumentError);
    expect(read).toThrow(message);
  });
});

describe('exit codes', () => {
  it.each([
    [new AbortedError('x'), EXIT.interrupted],
    [new ModelLoadError('x'), EXIT.model],
    [new CheckpointError('x'), EXIT.model],
    [new InvalidInputError('labels', 'x'), EXIT.usage],
    [new ConfigurationError('x'), EXIT.usage],
    [new TrainingError('x'), EXIT.usage],
    [new Error('x'), EXIT.failure],
    ['x', EXIT.failure],
  ])('tell kinds of failure apart (%#)', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('show a stack only where nobody expected the error', () => {
    expect(messageOf(new TrainingError('the loss is NaN'))).toBe('the loss is NaN');
    expect(messageOf(new Error('boom'))).toMatch(/boom\n +at /);
  });
});
