import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that replace or reload modules, which must not reach the tests of other files. */
const ISOLATED = ['test/unit/runtime/runtime.test.ts', 'test/unit/core/errors.test.ts'];

const inCi = process.env.CI === 'true';

/**
 * Sources and tests are loaded by Node through tsx, which takes half the time that Vite's transform takes. A failure
 * then names the file but not the line, so a developer's machine keeps to Vite.
 */
const NATIVE = {
  execArgv: ['--import', 'tsx'],
  server: { deps: { external: [/\/(src|test)\/.*\.ts$/] } },
};

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    pool: 'forks',
    // Generous, since a busy machine with two cores is no reason to fail; a test that hangs still ends.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // No more processes than the smallest machine has cores; a developer's machine may use all of its own.
    ...(inCi && { maxWorkers: 2 }),
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          // Reading the sources, the facts and the model anew for every file takes longer than most tests.
          isolate: false,
          ...(inCi && NATIVE),
          setupFiles: ['test/set-up.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ISOLATED,
        },
      },
      { extends: true, test: { name: 'isolated', isolate: true, setupFiles: ['test/set-up.ts'], include: ISOLATED } },
    ],
  },
});
