// Runs `npm ci` when the installed packages differ from package-lock.json, and does nothing when they agree.
// Uses Node's own modules only: it is the first thing that runs in a fresh clone.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);

/** Packages by install path, or undefined when the lock file is missing or unreadable. */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** The first reason to install, or undefined when everything is in place. */
function findDifference() {
  const wanted = readLock('package-lock.json');
  if (wanted === undefined) throw new Error('package-lock.json is missing or is not JSON: restore it from git.');
  const installed = readLock('node_modules/.package-lock.json');
  if (installed === undefined) return 'node_modules is missing';
  for (const [path, entry] of Object.entries(wanted)) {
    // Optional packages are left out of node_modules on platforms that they do not support.
    if (path === '' || entry.link || (entry.optional && installed[path] === undefined)) continue;
    const version = installed[path]?.version;
    if (version !== entry.version) return `${path} is ${version ?? 'missing'}, the lock file wants ${entry.version}`;
  }
  return undefined;
}

const difference = findDifference();
if (difference !== undefined) {
  console.error(`Installing the locked packages (${difference}) ...`);
  const parameters = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const options = { cwd: fileURLToPath(root), stdio: ['ignore', 'inherit', 'inherit'] };
  const result = npm?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [npm, ...parameters], options)
    : spawnSync('npm', parameters, { ...options, shell: process.platform === 'win32' });
  if (result.error) console.error(`npm could not be started: ${result.error.message}`);
  process.exitCode = result.status ?? 1;
}
