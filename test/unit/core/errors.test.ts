import { describe, expect, it, vi } from 'vitest';
import * as errors from '../../../src/core/errors.js';

const { AgentTrmError, InvalidInputError } = errors;

type ErrorClass = new (...first: unknown[]) => errors.AgentTrmError;
const classes = Object.entries(errors).filter(
  ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
) as unknown as [string, ErrorClass & typeof AgentTrmError][];
/** All take texts, but for the one that takes a list of attempts. */
const make = (Type: ErrorClass): errors.AgentTrmError =>
  Type === (errors.NoProviderAvailableError as unknown) ? new Type([]) : new Type('message');

describe.each(classes)('%s', (name, Type) => {
  it('carries its name, code, message and cause', () => {
    const error = make(Type);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.code).toBe(Type.code);
    expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(error.stack).toContain('errors.test.ts');
  });

  it('is an instance of itself and of the base only', () => {
    const error = make(Type);
    for (const [other, Other] of classes) {
      const expected = Other === Type || Other === AgentTrmError;
      expect(error instanceof Other, `${name} instanceof ${other}`).toBe(expected);
      expect(Other.isInstance(error), `${other}.isInstance(${name})`).toBe(expected);
    }
  });
});

describe('error classes', () => {
  it('were found', () => {
    expect(classes.map(([name]) => name)).toEqual(expect.arrayContaining(['AgentTrmError', 'InvalidInputError']));
  });

  it('have a code each', () => {
    const codes = classes.map(([, Type]) => Type.code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('do not take foreign values for their own', () => {
    const values = [undefined, null, 'AGENT_TRM_ERROR', new Error('x'), { code: 'AGENT_TRM_ERROR' }, () => undefined];
    for (const value of values) {
      expect(AgentTrmError.isInstance(value)).toBe(false);
      expect((value as unknown) instanceof AgentTrmError).toBe(false);
    }
  });

  it('keep the brand out of JSON and of object spread', () => {
    const error = new InvalidInputError('labels.alertname', 'expected a string');
    expect(Object.keys(error).sort()).toEqual(['code', 'name', 'path']);
    expect(Object.getOwnPropertySymbols({ ...error })).toEqual([]);
  });

  it('recognise the instance of another copy of the package', async () => {
    vi.resetModules();
    const second = await import('../../../src/core/errors.js');
    expect(second.InvalidInputError).not.toBe(InvalidInputError);
    const foreign = new second.InvalidInputError('labels', 'expected an object');
    expect(foreign).toBeInstanceOf(InvalidInputError);
    expect(foreign).toBeInstanceOf(AgentTrmError);
    expect(foreign).not.toBeInstanceOf(errors.GraphError);
  });

  it('pass the cause on', () => {
    const cause = new Error('disk');
    expect(new errors.ModelLoadError('cannot read', { cause }).cause).toBe(cause);
    expect(new InvalidInputError('labels', 'bad', { cause }).cause).toBe(cause);
  });
});

describe('InvalidInputError', () => {
  it('names the field in front of the message', () => {
    const error = new InvalidInputError('labels.alertname', 'expected a string');
    expect(error.message).toBe('labels.alertname: expected a string');
    expect(error.path).toBe('labels.alertname');
  });

  it('has the message alone when the whole input is meant', () => {
    expect(new InvalidInputError('', 'expected an object').message).toBe('expected an object');
  });
});
