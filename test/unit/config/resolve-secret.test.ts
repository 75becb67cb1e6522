import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecretFile, resolveSecret } from '../../../src/config/index.js';

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-secrets-'));
  await writeFile(at('key'), 'hunter2-key\n');
  await symlink(at('key'), at('link'));
  await writeFile(at('two'), 'hunter2 key');
  await writeFile(at('empty'), '\n');
  await writeFile(at('large'), 'hunter2'.repeat(10_000));
  await writeFile(at('bytes'), Buffer.from([0xff, 0xfe]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('resolveSecret', () => {
  it('reads the variable, or the file that its sister names', async () => {
    const own = await resolveSecret('TRM_KEY', { TRM_KEY: ' abcdef ' });
    expect(own.source).toBe('environment TRM_KEY');
    expect(own.value?.reveal()).toBe('abcdef');
    const { value, source } = await resolveSecret('TRM_KEY', { TRM_KEY_FILE: at('link'), TRM_KEY: '' });
    expect(value?.reveal()).toBe('hunter2-key');
    expect(source).toBe('environment TRM_KEY_FILE');
    expect(String(value)).toBe('[secret]');
    expect(await resolveSecret('TRM_KEY', { TRM_KEY_FILE: ' ' })).toEqual({ value: undefined, source: 'default' });
  });

  it('takes one of them only', async () => {
    const both = resolveSecret('TRM_KEY', { TRM_KEY: 'hunter2', TRM_KEY_FILE: at('key') });
    await expect(both).rejects.toThrow('TRM_KEY: expected either TRM_KEY or TRM_KEY_FILE, both are set');
  });

  it.each([
    ['none', /TRM_KEY_FILE: .*ENOENT/],
    ['', /regular file/],
    ['two', /TRM_KEY_FILE: expected a token of printable ASCII/],
    ['empty', /printable ASCII/],
    ['large', /at most 65536 bytes/],
    ['bytes', /UTF-8/],
  ])('refuses the file "%s", and shows nothing of it', async (name, message) => {
    const read = resolveSecret('TRM_KEY', { TRM_KEY_FILE: at(name) });
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.not.toThrow(/hunter2/);
  });

  it('of an option is named by it', async () => {
    await expect(readSecretFile('--key-file', at('two'))).rejects.toThrow(/^--key-file: expected a token/);
  });
});
