import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';
import { describe, expect, it } from 'vitest';
import { listFiles, parseSource, REPOSITORY, type SourceFile } from '../architecture/source-tree.js';

const EXECUTING = /^(node:)?(child_process|vm|cluster|repl|inspector)(\/|$)/;
const COMPILERS: ReadonlySet<string> = new Set(['eval', 'Function']);

/** True when text is compiled to code somewhere in a file: `eval` or `Function`, called by themselves or with `new`. */
function compiles(file: string, text: string): boolean {
  let found = false;
  const look = ({ callee }: ESTree.CallExpression | ESTree.NewExpression): void => {
    if (callee.type === 'Identifier' && COMPILERS.has(callee.name)) found = true;
  };
  new Visitor({ CallExpression: look, NewExpression: look }).visit(parseSync(file, text).program);
  return found;
}

const executes = ({ imports }: SourceFile): boolean => imports.some(({ specifier }) => EXECUTING.test(specifier));

const sources = listFiles('src')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(REPOSITORY, file), 'utf8') }));

describe('code that comes from outside', () => {
  it('has nothing to run it: no shell, no other process, no interpreter', () => {
    expect(sources.filter(({ file, text }) => executes(parseSource(file, text)))).toEqual([]);
    expect(executes(parseSource('src/a.ts', `const { exec } = await import('node:child_process');`))).toBe(true);
  });

  it('is not compiled', () => {
    expect(sources.filter(({ file, text }) => compiles(file, text)).map(({ file }) => file)).toEqual([]);
  });

  it.each([
    ['eval(text);', true],
    ['const f = new Function(text);', true],
    ['Function(text)();', true],
    ['client.eval(script);', false],
  ])('is found: %s is %s', (text, found) => {
    expect(compiles('src/a.ts', text)).toBe(found);
  });
});
