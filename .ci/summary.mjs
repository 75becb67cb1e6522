// Names what was noted and what was not run, prints `N passed, N failed`, and exits non-zero unless everything that was run passed.
// usage: node .ci/summary.mjs SUMMARY STATUS     SUMMARY as reporter.mjs writes it, STATUS of the test command
import { readFileSync } from 'node:fs';

const [path, statusText] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // The tests were never begun, or had no time to end.
    return { passed: 0, failed: 1, notRun: [], notes: [], interrupted: false };
  }
}

const { passed, failed, notRun, notes, interrupted } = read();
if (interrupted) console.log('The time was over before all tests were run.');
for (const note of notes) console.log(note);
for (const name of notRun) console.log(`not run: ${name}`);
// A run that was interrupted ends with a status of its own; any other must end with 0 if nothing failed.
const unexplained = failed === 0 && (passed === 0 || (!interrupted && statusText !== '0')) ? 1 : 0;
console.log(`${passed} passed, ${failed + unexplained} failed`);
process.exitCode = failed + unexplained > 0 ? 1 : 0;
