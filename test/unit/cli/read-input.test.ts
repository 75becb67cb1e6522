import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInput, readInput } from '../../../src/cli/read-input.js';
import { InvalidInputError } from '../../../src/core/errors.js';

describe('what the user gives', () => {
  it('is one JSON document, or one a line', () => {
    expect(parseInput('  {"a": 1}\n', 'x')).toEqual({ value: { a: 1 }, lines: false });
    expect(parseInput('\uFEFF[1,\n2]', 'x')).toEqual({ value: [1, 2], lines: false });
    expect(parseInput('{"a":1}\n\n{"a":2}\n', 'x')).toEqual({ value: [{ a: 1 }, { a: 2 }], lines: true });
  });

  it.each([
    ['', /alerts\.json is empty/],
    ['  \n', /alerts\.json is empty/],
    ['{"a": ', /alerts\.json does not hold JSON/],
    ['alerts', /alerts\.json does not hold JSON/],
    ['{"a":1}\n{"a":\n{"a":3}', /alerts\.json, line 2, does not hold JSON/],
  ])('%j is refused with its place', (content, message) => {
    expect(() => parseInput(content, 'alerts.json')).toThrow(InvalidInputError);
    expect(() => parseInput(content, 'alerts.json')).toThrow(message);
  });

  it('is a file, or JSON in the argument itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agent-trm-cli-'));
    try {
      const path = join(folder, 'alert.json');
      await writeFile(path, '{"labels":{}}');
      expect((await readInput(path)).value).toEqual({ labels: {} });
      expect((await readInput(' {"labels":{}}')).value).toEqual({ labels: {} });
      await expect(readInput(join(folder, 'none.json'))).rejects.toThrow(/none\.json cannot be read/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
