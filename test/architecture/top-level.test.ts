import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOP_LEVEL } from './import-table.js';
import { REPOSITORY } from './source-tree.js';

/** Names and `*.suffix` patterns of .gitignore; other pattern forms are not used there. */
function readIgnored(): (name: string) => boolean {
  const patterns = readFileSync(path.join(REPOSITORY, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (name) =>
    patterns.some((pattern) => (pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern));
}

describe('the top level of the repository', () => {
  it('holds only the agreed names and dotfiles', () => {
    const isIgnored = readIgnored();
    const unexpected = readdirSync(REPOSITORY).filter(
      (name) => !name.startsWith('.') && !isIgnored(name) && !TOP_LEVEL.includes(name),
    );
    expect(unexpected, `allowed: dotfiles, ${TOP_LEVEL.join(', ')}`).toEqual([]);
  });
});
