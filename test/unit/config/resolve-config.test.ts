import { describe, expect, it } from 'vitest';
import { type ConfigOptions, resolveConfig } from '../../../src/config/index.js';
import { ConfigurationError } from '../../../src/core/errors.js';

describe('resolveConfig', () => {
  it('has defaults', () => {
    expect(resolveConfig({}, {})).toEqual({
      executionProviders: { value: ['auto'], source: 'default' },
      modelPath: { value: undefined, source: 'default' },
      confidenceThreshold: { value: 0.7, source: 'default' },
      threads: { value: undefined, source: 'default' },
    });
  });

  it('reads the environment and says which variable it was', () => {
    const env = {
      TRM_EXECUTION_PROVIDER: ' CUDA, cpu',
      DEVICE: 'cpu',
      TRM_MODEL_PATH: '/models/mine',
      TRM_CONFIDENCE_THRESHOLD: '0.85',
      TRM_THREADS: '4',
    };
    expect(resolveConfig({}, env)).toEqual({
      executionProviders: { value: ['cuda', 'cpu'], source: 'environment TRM_EXECUTION_PROVIDER' },
      modelPath: { value: '/models/mine', source: 'environment TRM_MODEL_PATH' },
      confidenceThreshold: { value: 0.85, source: 'environment TRM_CONFIDENCE_THRESHOLD' },
      threads: { value: 4, source: 'environment TRM_THREADS' },
    });
  });

  it.each([
    ['auto', 'auto'],
    ['cpu', 'cpu'],
    ['cuda', 'cuda'],
    ['mps', 'coreml'],
    ['MPS', 'coreml'],
  ])('understands DEVICE=%s as %s', (device, provider) => {
    const { executionProviders } = resolveConfig({}, { DEVICE: device });
    expect(executionProviders).toEqual({ value: [provider], source: 'environment DEVICE' });
  });

  it('lets options win, also over a variable with a wrong value, and keeps zero', () => {
    const options = { executionProviders: ['webgpu'], modelPath: 'm', confidenceThreshold: 0, threads: 1 } as const;
    const env = { TRM_EXECUTION_PROVIDER: 'gpu', TRM_CONFIDENCE_THRESHOLD: '2', TRM_THREADS: 'x', TRM_MODEL_PATH: 'e' };
    const config = resolveConfig(options, env);
    expect(config.executionProviders).toEqual({ value: ['webgpu'], source: 'option' });
    expect(config.modelPath).toEqual({ value: 'm', source: 'option' });
    expect(config.confidenceThreshold).toEqual({ value: 0, source: 'option' });
    expect(config.threads).toEqual({ value: 1, source: 'option' });
  });

  it('takes empty and blank variables as not set', () => {
    const env = { TRM_EXECUTION_PROVIDER: '', DEVICE: ' ', TRM_CONFIDENCE_THRESHOLD: '', TRM_THREADS: ' ' };
    expect(resolveConfig({}, env)).toEqual(resolveConfig({}, {}));
  });

  it.each([
    [
      { TRM_EXECUTION_PROVIDER: 'cuda,gpu' },
      /^TRM_EXECUTION_PROVIDER: .*auto, cpu, cuda, tensorrt, webgpu, dml, coreml, .*"cuda,gpu"/,
    ],
    [{ TRM_EXECUTION_PROVIDER: 'cpu,' }, /^TRM_EXECUTION_PROVIDER: /],
    [{ DEVICE: 'tpu' }, /^DEVICE: expected one of auto, cpu, cuda, mps, received "tpu"/],
    [{ DEVICE: 'constructor' }, /^DEVICE: /],
    [{ TRM_CONFIDENCE_THRESHOLD: '70%' }, /^TRM_CONFIDENCE_THRESHOLD: expected a number from 0 to 1, received "70%"/],
    [{ TRM_CONFIDENCE_THRESHOLD: '1.1' }, /^TRM_CONFIDENCE_THRESHOLD: /],
    [{ TRM_THREADS: '0' }, /^TRM_THREADS: expected a whole number of 1 or more, received "0"/],
    [{ TRM_THREADS: '1.5' }, /^TRM_THREADS: /],
  ])('refuses %j', (env, message) => {
    expect(() => resolveConfig({}, env)).toThrow(message);
    expect(() => resolveConfig({}, env)).toThrow(ConfigurationError);
  });

  it.each([
    [{ executionProviders: [] }, /^executionProviders: /],
    [{ executionProviders: ['mps'] }, /^executionProviders: .*received "mps"/],
    [{ executionProviders: 'cpu' }, /^executionProviders: /],
    [{ modelPath: '' }, /^modelPath: /],
    [{ confidenceThreshold: Number.NaN }, /^confidenceThreshold: expected a number from 0 to 1, received "NaN"/],
    [{ threads: -1 }, /^threads: /],
  ])('refuses the option %j', (options, message) => {
    expect(() => resolveConfig(options as unknown as ConfigOptions, {})).toThrow(message);
    expect(() => resolveConfig(options as unknown as ConfigOptions, {})).toThrow(ConfigurationError);
  });
});
