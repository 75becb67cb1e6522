import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that replace or reload modules, which must not reach the tests of other files. */
const ISOLATED = ['test/unit/runtime/runtime.test.ts', 'test/unit/core/errors.test.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    pool: 'forks',
    // Generous, since a busy machine with two cores is no reason to fail; a test that hangs still ends.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // One process where the machine is small and shared; a developer's machine may use all its cores.
    ...(process.env.CI === 'true' && { maxWorkers: 1 }),
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          // Reading the sources, the facts and the model anew for every file takes longer than most tests.
          isolate: false,
          execArgv: ['--import', 'tsx'],
          server: { deps: { external: [/\/src\/.*\.ts$/, /\/test\/(?!.*\.test\.ts$).*\.ts$/] } },
          setupFiles: ['test/set-up.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ISOLATED,
        },
      },
      { extends: true, test: { name: 'isolated', isolate: true, setupFiles: ['test/set-up.ts'], include: ISOLATED } },
    ],
  },
});
