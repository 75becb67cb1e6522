import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from './source-tree.js';

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(path.join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockEntry>;
};

/** Looks for a package as Node would: in the node_modules of the importer, then of each folder above it. */
function isLocked(importer: string, name: string): boolean {
  const folders = importer.split('/node_modules/');
  for (let depth = folders.length; depth >= 0; depth--) {
    const folder = folders.slice(0, depth).join('/node_modules/');
    const entry = lock.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (entry) return entry.version !== undefined;
  }
  return false;
}

describe('package-lock.json', () => {
  it('names no registry host', () => {
    const hosts = Object.entries(lock.packages).filter(([, entry]) => entry.resolved?.includes('://'));
    expect(hosts.map(([name]) => name)).toEqual([]);
  });

  it('lists the optional packages of every platform, without which `npm ci` refuses to start', () => {
    const missing = Object.entries(lock.packages).flatMap(([importer, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(importer, name)),
    );
    expect(missing).toEqual([]);
  });
});
