import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that replace or reload modules, which must not reach the tests of other files. */
const ISOLATED = ['test/unit/runtime/runtime.test.ts', 'test/unit/core/errors.test.ts'];

/** Files that start real engines beside the tests: last, since they take longest for what they say. */
const ENGINES = [
  'test/contract/guardrail-store/redis.test.ts',
  'test/contract/rate-limiter/redis.test.ts',
  'test/integration/prometheus-flow.test.ts',
  'test/integration/llama-cpp.test.ts',
  'test/integration/service-ui.test.ts',
  'test/device/*.test.ts',
];

const inCi = process.env.CI === 'true';

/**
 * Sources and tests are loaded by Node through tsx, which takes half the time that Vite's transform takes. A failure
 * then names the file but not the line, so a developer's machine keeps to Vite.
 */
const NATIVE = {
  execArgv: ['--import', 'tsx'],
  server: { deps: { external: [/\/(src|test)\/.*\.ts$/] } },
};

/**
 * Begins nothing in the last three minutes before TESTS_END (seconds since 1970), when `.ci/run` stops the tests, and drops
 * what still runs in the last one: a slow machine then ends with what it has found, and names what it has not run.
 */
const timeLimit: Plugin = {
  name: 'time-limit',
  configureVitest({ vitest }) {
    const end = Number(process.env.TESTS_END);
    if (!Number.isFinite(end)) return;
    for (const seconds of [180, 60]) {
      const cancel = () => void vitest.cancelCurrentRun('test-failure');
      setTimeout(cancel, Math.max(0, (end - seconds) * 1000 - Date.now())).unref();
    }
  },
};

/** What says most in the least time goes first, for a machine that does not come to its end. */
const ORDER = ['architecture', 'golden', 'unit', 'security', 'package', 'integration', 'contract', 'device'];

class ByFolder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      ORDER.findIndex((folder) => moduleId.includes(`/test/${folder}/`));
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [timeLimit],
  test: {
    pool: 'forks',
    // Generous, since a busy machine with two cores is no reason to fail; a test that hangs still ends.
    testTimeout: 400_000,
    hookTimeout: 400_000,
    ...(inCi && { sequence: { sequencer: ByFolder } }),
    // A pause of a shared machine may outlast a limit that a test is about. What passes only then is named at the end.
    ...(inCi && { retry: 1 }),
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
          exclude: [...ISOLATED, ...ENGINES],
        },
      },
      { extends: true, test: { name: 'isolated', isolate: true, setupFiles: ['test/set-up.ts'], include: ISOLATED } },
      {
        extends: true,
        test: {
          name: 'engines',
          isolate: false,
          ...(inCi && NATIVE),
          setupFiles: ['test/set-up.ts'],
          include: ENGINES,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
