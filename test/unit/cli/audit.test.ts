import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditCommand } from '../../../src/cli/commands/audit.js';
import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.js';
import { Secret } from '../../../src/core/secret.js';
import { createAuditLog } from '../../../src/server/audit/index.js';
import { makeFolder, recordOf } from '../server/audit/logs.js';

let place: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  place = await makeFolder();
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await place.remove();
});

/** Writes a log of several files and gives its head as the command line takes it. */
async function fill(file = place.file, key?: Secret, maxFiles?: number): Promise<string> {
  const log = await createAuditLog({ path: file, maxBytes: 4_096, sync: false, key, maxFiles });
  for (let index = 0; index < 20; index++) log.write(recordOf());
  await log.close();
  return `${log.head.seq}:${log.head.sha256}`;
}

/** Runs the command in this process and gives what it wrote. */
async function verify(...parameters: string[]): Promise<string> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  const command = auditCommand().exitOverride();
  for (const part of command.commands) part.configureOutput({ writeErr: () => undefined });
  try {
    await command.parseAsync(['verify', ...parameters], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return written.join('');
}

describe('agent-trm audit verify', () => {
  it('says that a log is whole, and where its chain stands', async () => {
    const head = await fill();
    const text = await verify(place.file);
    expect(text).toMatch(/audit\.jsonl: whole: lines 1 to 22 in \d files, 20 records\n {2}head 22:/);
    expect(text).toContain(head);
    expect(process.exitCode).toBeUndefined();
    expect(await verify(place.file, '--head', head)).toContain('whole');
  });

  it('says where a log is broken, and fails', async () => {
    await fill();
    const text = await readFile(place.file, 'utf8');
    await writeFile(place.file, text.replace('"status":200', '"status":403'));
    expect(await verify(place.file)).toMatch(/broken at .*audit\.jsonl line 1: its hash does not fit its content/);
    expect(process.exitCode).toBe(EXIT.failure);
  });

  it('says which lines the log has deleted itself, and where it tells so', async () => {
    await fill(place.file, undefined, 1);
    expect(await verify(place.file)).toMatch(
      /whole: lines (\d+) to \d+ in 2 files.*\n {2}head .*\n {2}lines 1 to \d+ were deleted by the log itself: .*audit\S*\.jsonl line \d+ tells it/,
    );
    expect(process.exitCode).toBeUndefined();
  });

  it('reads several logs, the files of one as one, and gives JSON', async () => {
    const other = path.join(place.folder, 'other.jsonl');
    await fill();
    await fill(other);
    const rotated = path.join(place.folder, 'audit.000000000008.jsonl');
    await expect(readFile(rotated, 'utf8')).resolves.toContain('"seq":8');
    const reports = JSON.parse(await verify(place.file, rotated, other, '--json'));
    expect(reports).toMatchObject([
      { path: place.file, records: 20 },
      { path: other, records: 20 },
    ]);
    expect(process.exitCode).toBeUndefined();
  });

  it('fails for a line that was noted and is not there, and names what the log tells', async () => {
    const head = await fill();
    const log = await createAuditLog({ path: place.file, sync: false });
    log.write(null as never);
    await log.close();
    expect(await verify(place.file, '--head', head)).toMatch(/note: .*lost \{"count":1/);
    await verify(place.file, '--head', `22:${'0'.repeat(64)}`);
    expect(process.exitCode).toBe(EXIT.failure);
  });

  it('takes the key of a log from a file', async () => {
    await fill(place.file, new Secret('the-key-of-the-log'));
    const keyFile = path.join(place.folder, 'key');
    await writeFile(keyFile, 'the-key-of-the-log\n');
    expect(await verify(place.file, '--key-file', keyFile)).toContain('whole');
    await expect(verify(place.file)).rejects.toThrow(/keyed/);
  });

  it.each([
    [/there is none/, ['none.jsonl']],
    [/received a folder/, ['.']],
    [/--key-file: .*ENOENT/, ['audit.jsonl', '--key-file', '/none']],
  ])('refuses by name: %s', async (message, parameters) => {
    await fill();
    const [file = '', ...rest] = parameters;
    const run = verify(path.join(place.folder, file), ...rest);
    await expect(run).rejects.toThrow(message);
    expect(exitCodeOf(await run.catch((error: unknown) => error))).toBe(EXIT.usage);
  });

  it.each([[[]], [['x', '--head', '7']]])('refuses the parameters %j', async (parameters) => {
    await expect(verify(...parameters)).rejects.toThrow(/missing required argument|SEQ:SHA256/);
  });
});
