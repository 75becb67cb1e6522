import { mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createTokenFileAuthenticator,
  hashToken,
  type TokenFileAuthenticator,
} from '../../../../src/server/auth/index.js';
import { bearing } from './requests.js';

const lineOf = (name: string, token: string): string => `${name} sha256:${hashToken(token).toString('hex')} select\n`;

let folder: string;
let file: string;
const opened: TokenFileAuthenticator[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-tokens-'));
  file = path.join(folder, 'tokens');
});
afterEach(async () => {
  for (const authenticator of opened.splice(0)) await authenticator.close();
});
afterAll(() => rm(folder, { recursive: true }));

/** Opens the file, and gathers what is told of it. */
async function open(options: { pollMs?: number } = {}) {
  const authenticator = await createTokenFileAuthenticator({ path: file, pollMs: 20, ...options });
  opened.push(authenticator);
  const told: string[] = [];
  authenticator.events.on('reloaded', ({ tokens }) => told.push(`reloaded ${tokens}`));
  authenticator.events.on('rejected', ({ error }) => told.push(`rejected ${error.message}`));
  const nameOf = async (token: string): Promise<string | undefined> => {
    const answer = await authenticator.authenticate(bearing(token));
    return 'name' in answer ? answer.name : undefined;
  };
  return { authenticator, told, nameOf };
}

describe('a watched file of tokens', () => {
  it('changes who is let in while it is in use', async () => {
    await writeFile(file, lineOf('old', 'one'));
    const { told, nameOf } = await open();
    expect(await nameOf('one')).toBe('old');
    await writeFile(file, lineOf('old', 'one') + lineOf('new', 'two'));
    await expect.poll(() => nameOf('two')).toBe('new');
    expect(await nameOf('one')).toBe('old');
    await writeFile(file, lineOf('new', 'two'));
    await expect.poll(() => nameOf('one')).toBeUndefined();
    expect(await nameOf('two')).toBe('new');
    expect(told).toEqual(['reloaded 2', 'reloaded 1']);
  });

  it('follows the links of a mounted Kubernetes secret', async () => {
    const [first, second] = [path.join(folder, '..1'), path.join(folder, '..2')];
    await writeFile(first, lineOf('a', 'one'));
    await writeFile(second, lineOf('b', 'two'));
    await unlink(file);
    await symlink(first, file);
    const { nameOf } = await open();
    expect(await nameOf('one')).toBe('a');
    await symlink(second, `${file}.new`);
    await rename(`${file}.new`, file);
    await expect.poll(() => nameOf('two')).toBe('b');
    expect(await nameOf('one')).toBeUndefined();
    await unlink(file);
  });

  it.each([
    ['broken', () => writeFile(file, 'sre secret-token select\n'), /line 1: expected NAME/],
    ['empty', () => writeFile(file, ''), /one line or more/],
    ['gone', () => unlink(file), /ENOENT/],
    ['too large', () => writeFile(file, '#'.repeat(1_048_577)), /at most 1048576 bytes/],
    ['not text', () => writeFile(file, Buffer.from([0xff, 0xfe, 0x00])), /UTF-8/],
  ])('keeps the tokens from before when it is %s, and says so once', async (_, damage, message) => {
    await writeFile(file, lineOf('sre', 'one'));
    const { told, nameOf } = await open();
    await damage();
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toMatch(message);
    expect(told[0]).toContain(file);
    expect(told[0]).not.toContain('secret-token');
    await sleep(80);
    expect(told).toHaveLength(1);
    expect(await nameOf('one')).toBe('sre');
    await writeFile(file, lineOf('sre', 'two'));
    await expect.poll(() => nameOf('two')).toBe('sre');
    expect(await nameOf('one')).toBeUndefined();
  });

  it('takes no file in the middle of being written for a shorter one', async () => {
    await writeFile(file, lineOf('a', 'one') + lineOf('b', 'two'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { nameOf, told } = await open({ pollMs: 200 });
      /** One look at the file; the next one is planned when it is done. */
      const look = async (): Promise<void> => {
        vi.advanceTimersByTime(200);
        while (vi.getTimerCount() === 0) await setImmediate();
      };
      await writeFile(file, lineOf('a', 'one'));
      await look();
      await writeFile(file, lineOf('a', 'one') + lineOf('b', 'two'));
      await look();
      await look();
      expect(told).toEqual([]);
      expect(await nameOf('two')).toBe('b');
      await writeFile(file, lineOf('a', 'one'));
      await look();
      expect(told).toEqual([]);
      await look();
      expect(told).toEqual(['reloaded 1']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is read at once on demand', async () => {
    await writeFile(file, lineOf('a', 'one'));
    const { authenticator, nameOf } = await open({ pollMs: 60_000 });
    await writeFile(file, lineOf('b', 'two'));
    expect(await authenticator.reload()).toBe(true);
    expect(await nameOf('two')).toBe('b');
    await writeFile(file, 'nonsense');
    expect(await authenticator.reload()).toBe(false);
    expect(await nameOf('two')).toBe('b');
  });

  it('has to be usable at the start', async () => {
    await writeFile(file, 'nonsense');
    await expect(createTokenFileAuthenticator({ path: file })).rejects.toThrow(/tokens file .*tokens: line 1/);
    await expect(createTokenFileAuthenticator({ path: folder })).rejects.toThrow(/regular file/);
    await expect(createTokenFileAuthenticator({ path: `${file}-none` })).rejects.toThrow(/ENOENT/);
    await expect(createTokenFileAuthenticator({ path: file, pollMs: 1 })).rejects.toThrow(/pollMs/);
  });
});
