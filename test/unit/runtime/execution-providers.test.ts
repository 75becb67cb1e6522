import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import { EXECUTION_PROVIDER_NAMES } from '../../../src/core/execution-provider.js';
import { resolveExecutionProviders } from '../../../src/runtime/index.js';

describe('resolveExecutionProviders', () => {
  it('expands auto to the usable hardware providers, best first, and the CPU', () => {
    expect(resolveExecutionProviders(['auto'], ['tensorrt', 'cuda'])).toEqual(['cuda', 'tensorrt', 'cpu']);
    expect(resolveExecutionProviders(['auto'], [])).toEqual(['cpu']);
    expect(resolveExecutionProviders(['webgpu', 'auto'], ['coreml'])).toEqual(['webgpu', 'coreml', 'cpu']);
  });

  it('never lets auto choose WebGPU, which may be drawn by software', () => {
    expect(resolveExecutionProviders(['auto'], ['webgpu'])).toEqual(['cpu']);
  });

  it('keeps the order, drops repetitions and adds nothing', () => {
    const names = fc.array(fc.constantFrom(...EXECUTION_PROVIDER_NAMES), { minLength: 1 });
    fc.assert(
      fc.property(names, (list) => {
        expect(resolveExecutionProviders(list, EXECUTION_PROVIDER_NAMES)).toEqual([...new Set(list)]);
      }),
    );
  });

  it('refuses an empty list and unknown names', () => {
    expect(() => resolveExecutionProviders([], [])).toThrow(ConfigurationError);
    expect(() => resolveExecutionProviders(['mps' as 'cpu'], [])).toThrow(/out of auto, cpu, .*received "mps"/);
  });
});
