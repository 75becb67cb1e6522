// Names the tests that were left out, prints `N passed, N failed` for a vitest JSON report and exits non-zero unless everything passed.
// usage: node .ci/summary.mjs REPORT STATUS     STATUS is the exit status of the test command
import { readFileSync } from 'node:fs';

const [reportPath, statusText] = process.argv.slice(2);
const status = Number(statusText);

function count() {
  let report;
  try {
    report = JSON.parse(readFileSync(reportPath, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
  for (const { assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'passed' && status !== 'failed') console.log(`not run: ${fullName}`);
    }
  }
  // A test file that could not be loaded, or whose set-up failed, counts as one failure more.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length };
}

const { passed, failed } = count();
// Build, type and lint errors, unhandled rejections and a run without tests have no test of their own that fails.
const unexplained = failed === 0 && (status !== 0 || passed === 0) ? 1 : 0;
console.log(`${passed} passed, ${failed + unexplained} failed`);
process.exitCode = failed + unexplained > 0 ? 1 : 0;
