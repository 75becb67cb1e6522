import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Runs a TypeScript program in a process of its own, as a user of the package would. Rejects unless it exits with 0. */
export async function runProgram(program: URL, env: Readonly<Record<string, string>> = {}, args: string[] = []) {
  return promisify(execFile)(process.execPath, ['--import', tsx, fileURLToPath(program), ...args], {
    env: { ...process.env, ...env },
    timeout: 150_000,
  });
}
