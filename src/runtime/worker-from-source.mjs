// Runs worker.ts when the package itself runs from TypeScript source; not part of the published package.
// Worker threads do not inherit module hooks, and a loader of their own takes seconds on a busy machine, so the
// worker's few files are bundled instead. The bundle lies under node_modules, from where it can import packages,
// named by its content, so that several processes may write it at once.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import { buildSync } from 'esbuild';

const { outputFiles } = buildSync({
  entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  write: false,
});
const code = outputFiles[0].contents;
const folder = new URL('../../node_modules/.cache/agent-trm/', import.meta.url);
const file = new URL(`runtime-worker-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`, folder);
if (!existsSync(file)) {
  mkdirSync(folder, { recursive: true });
  const draft = new URL(`${file.href}.${process.pid}-${threadId}`);
  writeFileSync(draft, code);
  renameSync(draft, file);
}
await import(file.href);
