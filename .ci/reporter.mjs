// A reporter of vitest for `.ci/run`: writes what became of the tests to the file that TESTS_SUMMARY names.
import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors, reason) {
    const summary = {
      passed: 0,
      failed: unhandledErrors.length,
      notRun: [],
      notes: [],
      interrupted: reason === 'interrupted',
    };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      if (tests.length === 0 && module.errors().length === 0) summary.notRun.push(module.relativeModuleId);
      // A file that could not be loaded, or whose set-up failed, is one failure more.
      summary.failed += module.errors().length;
      for (const test of tests) {
        const { state } = test.result();
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (test.diagnostic()?.flaky) summary.notes.push(`passed only when it was tried again: ${name}`);
        for (const { message } of test.annotations()) summary.notes.push(`${message}: ${name}`);
        if (state === 'passed') summary.passed += 1;
        else if (state === 'failed') summary.failed += 1;
        else summary.notRun.push(name);
      }
    }
    writeFileSync(process.env.TESTS_SUMMARY, JSON.stringify(summary));
  }
}
