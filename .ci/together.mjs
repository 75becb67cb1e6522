// Runs scripts of package.json side by side and shows what each one printed in one piece; fails when one of them fails.
// One Node process for all, since starting npm for each takes longer on a small machine than some of the scripts.
// usage: node .ci/together.mjs SCRIPT [SCRIPT ...]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const PATH = [path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter);

function run(name) {
  const command = scripts[name];
  if (command === undefined) throw new Error(`package.json has no script "${name}"`);
  const child = spawn(command, {
    cwd: root,
    env: { ...process.env, PATH },
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stderr.write(Buffer.concat(output));
      if (code !== 0) console.error(`${name} failed.`);
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(process.argv.slice(2).map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
