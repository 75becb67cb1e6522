import { describe, it } from 'vitest';
import { createMemoryGuardrailStore } from '../../../src/remediation/guardrails/index.js';
import { guardrailStoreSuite } from '../../../src/testing/index.js';

guardrailStoreSuite({
  describe,
  it,
  create: async () => {
    let now = 0;
    const store = createMemoryGuardrailStore({ clock: () => now });
    return {
      replicas: [store, store],
      elapse: async (milliseconds) => {
        now += milliseconds;
      },
      release: async () => undefined,
    };
  },
});
