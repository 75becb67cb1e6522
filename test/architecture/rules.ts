import path from 'node:path';
import {
  IMPORT_TABLE,
  LAZY_PACKAGES,
  MAXIMUM_FILES_IN_FOLDER,
  MAXIMUM_LINES,
  RESTRICTED_ROOMS,
  VAGUE_FOLDERS,
} from './import-table.js';
import type { Import, SourceFile } from './source-tree.js';

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The first folder under src/, or `index` for the root entry. */
function roomOf(file: string): string {
  const [, room = '', rest] = file.split('/');
  return rest === undefined ? room.replace(/\.ts$/, '') : room;
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** The TypeScript file that a relative import names. */
function resolveImport(from: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** `@scope/name/sub` -> `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function eachImport(
  files: readonly SourceFile[],
  check: (file: SourceFile, found: Import) => string | undefined,
): string[] {
  return files.flatMap((file) => file.imports.flatMap((found) => check(file, found) ?? []));
}

/** Imports from one room into another that the table does not list. */
export function findForbiddenImports(files: readonly SourceFile[]): string[] {
  return eachImport(files, (file, { specifier }) => {
    if (!isRelative(specifier)) return undefined;
    const target = resolveImport(file.path, specifier);
    if (!target.startsWith('src/')) return `${file.path} imports ${specifier}, which lies outside src/`;
    const [from, to] = [roomOf(file.path), roomOf(target)];
    if (from === to) return undefined;
    const importers = RESTRICTED_ROOMS[to];
    if (importers && !importers.includes(from)) {
      return `${file.path} imports ${specifier}: src/${to} may be imported by ${importers.join(', ') || 'no other room'}`;
    }
    const row = IMPORT_TABLE.find(({ files: pattern }) => pattern.test(file.path));
    if (!row) return `${file.path}: src/${from} has no row in test/architecture/import-table.ts`;
    if (row.allows === 'anything' || row.allows.includes(to)) return undefined;
    return `${file.path} imports ${specifier}: allowed here are ${row.allows.join(', ') || 'no other rooms'}`;
  });
}

/** Native code loaded outside its folder, or by a static import inside of it. */
export function findNativeImports(files: readonly SourceFile[]): string[] {
  return eachImport(files, (file, { specifier, kind }) => {
    const found = LAZY_PACKAGES.find(({ name }) => !isRelative(specifier) && packageOf(specifier) === name);
    if (!found) return undefined;
    if (!file.path.startsWith(found.folder)) return `${file.path} imports ${specifier}: only ${found.folder} may`;
    if (kind === 'static') return `${file.path} imports ${specifier} statically: use import(...) or import type`;
    return undefined;
  });
}

/** Packages that package.json does not declare as a dependency, and Node modules without the `node:` prefix. */
export function findUndeclaredPackages(
  files: readonly SourceFile[],
  declared: readonly string[],
  builtin: readonly string[],
): string[] {
  return eachImport(files, (file, { specifier }) => {
    if (isRelative(specifier) || specifier.startsWith('node:')) return undefined;
    if (builtin.includes(specifier)) return `${file.path} imports ${specifier}: write node:${specifier}`;
    if (declared.includes(packageOf(specifier))) return undefined;
    return `${file.path} imports ${specifier}, which package.json does not list under dependencies or peerDependencies`;
  });
}

/** Relative imports that do not name a file of the tree. */
export function findUnresolvedImports(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map((file) => file.path));
  return eachImport(files, (file, { specifier }) =>
    isRelative(specifier) && !known.has(resolveImport(file.path, specifier))
      ? `${file.path} imports ${specifier}, which is no file of src/ (relative imports end in .js)`
      : undefined,
  );
}

/** Every import cycle between files once, as `a -> b -> a`; imports of types count, since they tangle all the same. */
export function findImportCycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    const start = trail.indexOf(file.path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), file.path].join(' -> '));
      return;
    }
    if (finished.has(file.path)) return;
    for (const { specifier } of file.imports) {
      const target = isRelative(specifier) ? byPath.get(resolveImport(file.path, specifier)) : undefined;
      if (target) visit(target, [...trail, file.path]);
    }
    finished.add(file.path);
  };
  for (const file of files) visit(file, []);
  return cycles;
}

export function findEnvironmentReaders(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.readsEnvironment && roomOf(file.path) !== 'config')
    .map((file) => `${file.path} reads process.env: only src/config may; take the value as an option`);
}

export function findDefaultExports(files: readonly SourceFile[]): string[] {
  return files.filter((file) => file.hasDefaultExport).map((file) => `${file.path} has a default export: name it`);
}

export function findLongFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.lines > MAXIMUM_LINES)
    .map((file) => `${file.path} has ${file.lines} lines, at most ${MAXIMUM_LINES} are allowed: split it by purpose`);
}

export function findCrowdedFolders(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of paths) {
    const folder = path.posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MAXIMUM_FILES_IN_FOLDER)
    .map(
      ([folder, count]) =>
        `${folder}/ holds ${count} files, at most ${MAXIMUM_FILES_IN_FOLDER} are allowed: make a sub-folder`,
    );
}

/** Files and folders whose names are not kebab-case, and folders whose names say nothing. */
export function findBadNames(paths: readonly string[]): string[] {
  return paths.flatMap((file) => {
    const folders = path.posix.dirname(file).split('/');
    const stem = path.posix.basename(file).split('.')[0] ?? '';
    const vague = folders.find((folder) => VAGUE_FOLDERS.includes(folder));
    if (vague !== undefined) return `${file}: the folder name "${vague}" says nothing; use a word from the field`;
    const bad = [...folders, stem].find((name) => !KEBAB_CASE.test(name));
    return bad === undefined ? [] : `${file}: "${bad}" is not kebab-case`;
  });
}
