import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../architecture/source-tree.js';

const page = readFileSync(path.join(REPOSITORY, 'SECURITY.md'), 'utf8');
const tests = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file as string);

describe('SECURITY.md', () => {
  it('names tests that are there', () => {
    expect(tests.length).toBeGreaterThan(50);
    expect(tests.filter((file) => !existsSync(path.join(REPOSITORY, file)))).toEqual([]);
  });

  it('has a test for every risk of both lists', () => {
    const risks = [...page.matchAll(/^\| ((?:LLM|ASI)\d\d) [^|]*\|[^|]*\| `test\//gm)].map(([, risk]) => risk);
    const numbers = Array.from({ length: 10 }, (_, index) => String(index + 1).padStart(2, '0'));
    expect(risks).toEqual([...numbers.map((number) => `LLM${number}`), ...numbers.map((number) => `ASI${number}`)]);
  });
});
