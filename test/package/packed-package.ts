import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

interface Condition {
  readonly types: string;
  readonly default: string;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly import: Condition; readonly require: Condition }>>;
}

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as Manifest;
}

/** What a consumer writes after `from`: the package's name and its code subpaths. */
export function listSpecifiers(): string[] {
  const { name, exports } = readManifest();
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [path.posix.join(name, subpath)],
  );
}

export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runProcess(command: string, parameters: readonly string[], directory: string): Output {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Throws with everything that the process said when it fails. */
export function runOrThrow(command: string, parameters: readonly string[], directory: string): string {
  const { status, stdout, stderr } = runProcess(command, parameters, directory);
  if (status !== 0) throw new Error(`${command} ${parameters[0]} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

function newestChange(folder: string): number {
  return readdirSync(path.join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);
}

/** A stale dist would be tested in place of the sources. */
function requireFreshBuild(): void {
  const built = path.join(REPOSITORY, 'dist', 'index.js');
  if (!existsSync(built) || statSync(built).mtimeMs < newestChange('src')) {
    throw new Error('dist is missing or older than src: run `npm run build` first (`npm test` does).');
  }
}

export interface PackedPackage extends Disposable {
  /** A project that has the package installed, with its dependencies and nothing else of ours. */
  readonly consumer: string;
  /** The unpacked package inside of it. */
  readonly root: string;
  /** Files of the tarball, relative to the package. */
  readonly files: readonly string[];
}

/** Packs the repository and installs the tarball in a temporary project; dependencies are links into our own. */
export function installPackedPackage(): PackedPackage {
  requireFreshBuild();
  const { name, dependencies } = readManifest();
  const work = mkdtempSync(path.join(tmpdir(), 'agent-trm-package-'));
  const consumer = path.join(work, 'consumer');
  const root = path.join(consumer, 'node_modules', name);
  mkdirSync(root, { recursive: true });
  // prepack would build again.
  const packed = runOrThrow('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], REPOSITORY);
  const [report] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const tarball = path.join(work, report.filename);
  runOrThrow('tar', ['-xzf', tarball, '-C', root, '--strip-components=1'], work);
  for (const dependency of [...Object.keys(dependencies), '@types/node']) {
    const link = path.join(consumer, 'node_modules', dependency);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(REPOSITORY, 'node_modules', dependency), link, 'junction');
  }
  return {
    consumer,
    root,
    files: report.files.map((file) => file.path),
    [Symbol.dispose]: () => rmSync(work, { recursive: true, force: true }),
  };
}
