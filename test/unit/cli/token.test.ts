import { afterEach, describe, expect, it, vi } from 'vitest';
import { tokenCommand } from '../../../src/cli/commands/token.js';
import { createTokenAuthenticator, parseTokens } from '../../../src/server/auth/index.js';
import { bearing } from '../server/auth/requests.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command in this process and gives what it wrote. */
async function create(...parameters: string[]): Promise<string> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  const command = tokenCommand().exitOverride();
  for (const part of command.commands) part.configureOutput({ writeErr: () => undefined });
  try {
    await command.parseAsync(['create', ...parameters], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return written.join('');
}

describe('agent-trm token create', () => {
  it('prints a token, and the line that lets it in', async () => {
    const text = await create('--name', 'sre-agent', '--scope', 'select,feedback', '--scope', 'events');
    const [, token = '', line = ''] = /^token {2}(\S+)\nline {3}(.+)\n$/.exec(text) ?? [];
    expect(line).not.toContain(token);
    const answer = await createTokenAuthenticator({ tokens: parseTokens(line) }).authenticate(bearing(token));
    expect(answer).toMatchObject({ name: 'sre-agent', scopes: new Set(['select', 'feedback', 'events']) });
  });

  it('prints another one each time', async () => {
    const both = [await create('--name', 'a', '--scope', 'reason'), await create('--name', 'a', '--scope', 'reason')];
    expect(new Set(both).size).toBe(2);
  });

  it('gives it an end, and JSON', async () => {
    const { token, entry } = JSON.parse(await create('--name', 'a', '--scope', 'reason', '--expires', '90d', '--json'));
    const days = (Date.parse(entry.expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThanOrEqual(90);
    const tokens = parseTokens(JSON.stringify({ tokens: [entry] }));
    expect(await createTokenAuthenticator({ tokens }).authenticate(bearing(token))).toMatchObject({ name: 'a' });
  });

  it.each([
    [/required option '--name/, ['--scope', 'select']],
    [/required option '--scope/, ['--name', 'a']],
    [/scopes out of reason/, ['--name', 'a', '--scope', 'selct']],
    [/letter or digit first/, ['--name', 'a b', '--scope', 'select']],
    [/is to come/, ['--name', 'a', '--scope', 'select', '--expires', '2020-01-01T00:00:00Z']],
    [/is to come/, ['--name', 'a', '--scope', 'select', '--expires', 'soon']],
  ])('refuses by name: %s', async (message, parameters) => {
    await expect(create(...parameters)).rejects.toThrow(message);
  });
});
