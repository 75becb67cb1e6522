// Makes dist: modules of both kinds by tsup (its settings stand in package.json), declarations by tsc, side by side.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
// So that no file of an earlier build can end up in the package.
rmSync('dist', { recursive: true, force: true });
await Promise.all([writeDeclarations(), build({ silent: true })]);

async function writeDeclarations() {
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(/package\.json$/, 'bin/tsc');
  const child = spawn(process.execPath, [tsc, '--project', '.ci/declarations.json'], { stdio: 'inherit' });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`tsc ended with ${code}: the declarations could not be written`);
  copyForCommonJs(join('dist', 'types'));
}

/** Gives CommonJS importers declarations of their own: copies that name each other. */
function copyForCommonJs(folder) {
  const specifiers = /\b(from |import\()(["'])(\.{1,2}\/[^"']*)\.js\2/g;
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    writeFileSync(join(folder, file.replace(/\.d\.ts$/, '.d.cts')), text.replace(specifiers, '$1$2$3.cjs$2'));
  }
}
