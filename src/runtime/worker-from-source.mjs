// Runs worker.ts when the package itself runs from TypeScript source; not part of the published package.
// Worker threads do not inherit module hooks, and a loader of their own takes seconds on a busy machine, so the
// worker's few files are bundled instead, and again only when one of them, or this file, has changed. The bundle lies
// under node_modules, from where it can import packages, named by its content, so that several processes may write it
// at once.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const root = new URL('../../', import.meta.url);
const folder = new URL('node_modules/.cache/agent-trm/', root);
/** The newest bundle: its name and the modification time of every file that it was made of. */
const index = new URL('runtime-worker.json', folder);

const changeTime = (path) => statSync(new URL(path, root), { throwIfNoEntry: false })?.mtimeMs;

function findBundle() {
  try {
    const { name, sources } = JSON.parse(readFileSync(index, 'utf8'));
    const file = new URL(name, folder);
    const fresh = existsSync(file) && Object.entries(sources).every(([path, time]) => changeTime(path) === time);
    return fresh ? file : undefined;
  } catch {
    return undefined;
  }
}

async function makeBundle() {
  const { buildSync } = await import('esbuild');
  const { outputFiles, metafile } = buildSync({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    absWorkingDir: fileURLToPath(root),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  });
  const code = outputFiles[0].contents;
  const name = `runtime-worker-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`;
  const paths = [...Object.keys(metafile.inputs), 'src/runtime/worker-from-source.mjs'];
  const sources = Object.fromEntries(paths.map((path) => [path, changeTime(path)]));
  mkdirSync(folder, { recursive: true });
  put(new URL(name, folder), code);
  put(index, JSON.stringify({ name, sources }));
  return new URL(name, folder);
}

/** Writes a file whole, so that nobody reads half of it. */
function put(file, content) {
  const draft = new URL(`${file.href}.${process.pid}-${threadId}`);
  writeFileSync(draft, content);
  renameSync(draft, file);
}

await import((findBundle() ?? (await makeBundle())).href);
