import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findBadNames,
  findCrowdedFolders,
  findDefaultExports,
  findEnvironmentReaders,
  findForbiddenImports,
  findImportCycles,
  findLongFiles,
  findNativeImports,
  findUndeclaredPackages,
  findUnresolvedImports,
} from './rules.js';
import { listFiles, REPOSITORY, readSourceFiles } from './source-tree.js';

const source = readSourceFiles('src');
const tests = readSourceFiles('test');
const examples = readSourceFiles('examples');
const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

describe('the source tree', () => {
  it('was found', () => {
    expect(source.map((file) => file.path)).toContain('src/core/errors.ts');
  });

  it('keeps to the import table', () => {
    expect(findForbiddenImports(source)).toEqual([]);
  });

  it('loads native code in its folders only, and lazily', () => {
    expect(findNativeImports(source)).toEqual([]);
  });

  it('imports only packages that a consumer gets', () => {
    // Only .ts files are compiled into the package; a .mjs file may help to run the sources as they are.
    const compiled = source.filter((file) => file.path.endsWith('.ts'));
    expect(findUndeclaredPackages(compiled, declared, builtinModules)).toEqual([]);
  });

  it('imports only files that exist', () => {
    expect(findUnresolvedImports(source)).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(findImportCycles(source)).toEqual([]);
  });

  it('reads the environment in src/config only', () => {
    expect(findEnvironmentReaders(source)).toEqual([]);
  });

  it('uses named exports only', () => {
    expect(findDefaultExports(source)).toEqual([]);
  });

  it('has small files', () => {
    expect(findLongFiles([...source, ...tests, ...examples])).toEqual([]);
  });

  it('has small folders', () => {
    expect(findCrowdedFolders(source.map((file) => file.path))).toEqual([]);
  });

  it('has telling names in kebab-case', () => {
    const paths = [...source, ...tests, ...examples].map((file) => file.path);
    expect(findBadNames(paths)).toEqual([]);
    expect(listFiles('src').filter((file) => !file.endsWith('.ts') && !file.endsWith('.mjs'))).toEqual([]);
  });
});
