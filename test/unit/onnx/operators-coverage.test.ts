import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OPERATORS } from '../../../src/onnx/index.js';
import { FAMILIES } from './cases/index.js';
import type { OperatorCase } from './cases/operator-case.js';

const cases: readonly OperatorCase[] = Object.values(FAMILIES).flat();
const covered = (list: readonly OperatorCase[]): string[] => [...new Set(list.map(({ op }) => op))].sort();

describe('operator tests', () => {
  test('every operator of the table is tested forward', () => {
    expect(covered(cases)).toEqual(Object.keys(OPERATORS).sort());
  });

  test('every gradient rule is tested', () => {
    const differentiable = Object.entries(OPERATORS).flatMap(([op, { gradient }]) => (gradient ? [op] : []));
    const withRule = cases.filter(({ op, gradient }) => gradient !== 'none' && OPERATORS[op]?.gradient);
    expect(covered(withRule)).toEqual(differentiable.sort());
  });

  test('every family of cases has a test file that runs it', () => {
    const folder = new URL('.', import.meta.url);
    const run = readdirSync(folder)
      .filter((file) => /^operators-.*\.test\.ts$/.test(file))
      .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^describeFamily\('(\w+)'\);$/gm)])
      .map((match) => match[1]);
    expect(run.sort()).toEqual(Object.keys(FAMILIES).sort());
  });
});
