import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    pool: 'forks',
    // Files share a process: reading the source and the facts again for each would take longer than most tests.
    isolate: false,
    maxWorkers: 2,
    setupFiles: ['test/set-up.ts'],
    // Generous, since a busy machine with two cores is no reason to fail; a test that hangs still ends.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
