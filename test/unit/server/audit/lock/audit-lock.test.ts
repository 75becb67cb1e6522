import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardedEmitter } from '../../../../../src/core/guarded-emitter.js';
import { type AuditLogEvents, createAuditLog, verifyAuditLog } from '../../../../../src/server/audit/index.js';
import { AuditLock, lockPath } from '../../../../../src/server/audit/lock/audit-lock.js';
import {
  livenessOf,
  ownIdentity,
  type ProcessIdentity,
} from '../../../../../src/server/audit/lock/process-identity.js';
import { linesOf, makeFolder, recordOf } from '../logs.js';

let place: Awaited<ReturnType<typeof makeFolder>>;
let lock: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  place = await makeFolder();
  lock = lockPath(place.file);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await place.remove();
});

const open = () => createAuditLog({ path: place.file, sync: false });
const acquire = (staleMs = 300) => AuditLock.acquire({ log: place.file, staleMs, onFailure: () => undefined });
const leave = (holder: Partial<ProcessIdentity>) => writeFile(lock, JSON.stringify(holder));

/** Another process, which does nothing, by its identity. */
async function startOther(): Promise<ProcessIdentity & { readonly end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  const pid = child.pid as number;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = stat.replace(/^.*\) /s, '').split(' ')[19] ?? null;
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { ...(await ownIdentity()), pid, started, end };
}

/** Whether the system tells one process from another of the same number. */
const skipped = existsSync('/proc/self/stat') ? '' : ' (skipped: no /proc)';

describe('an audit log that is open', () => {
  it('is opened by nobody else until it is closed', async () => {
    const first = await open();
    first.write(recordOf());
    await expect(open()).rejects.toThrow(
      new RegExp(`^audit log .*audit\\.jsonl cannot be opened: this process \\(${process.pid}\\) writes it already`),
    );
    await first.close();
    expect(existsSync(lock)).toBe(false);
    const second = await open();
    await second.close();
    expect(await verifyAuditLog({ path: place.file })).toMatchObject({ broken: undefined, records: 1, notes: [] });
    expect((await readdir(place.folder)).sort()).toEqual(['audit.jsonl', 'audit.jsonl.head']);
  });

  it('leaves no lock when it cannot be opened', async () => {
    await expect(createAuditLog({ path: place.folder })).rejects.toThrow(/EISDIR/);
    expect(existsSync(lockPath(place.folder))).toBe(false);
  });

  it('writes nothing more once another process has taken it over, and says so', async () => {
    const events = new GuardedEmitter<AuditLogEvents>();
    const told: string[] = [];
    events.on('failed', ({ error }) => told.push(error.message));
    const log = await createAuditLog({ path: place.file, sync: false, events, closeTimeoutMs: 0 });
    await log.flush();
    const other = { pid: 7, host: 'elsewhere', place: 'another', started: null };
    await leave(other);
    await expect
      .poll(
        () => {
          log.write(recordOf());
          return told[0];
        },
        { interval: 100, timeout: 10_000 },
      )
      .toMatch(/^process 7 on elsewhere has taken over .*audit\.jsonl\.lock; nothing is written/);
    const written = (await linesOf(place.folder)).length;
    log.write(recordOf());
    await log.close();
    expect(await linesOf(place.folder)).toHaveLength(written);
    expect(log.lost).toBeGreaterThan(0);
    // The other one's lock is not taken away.
    expect(JSON.parse(await readFile(lock, 'utf8'))).toEqual(other);
  });

  it('puts its lock back when somebody removes it', async () => {
    const held = await acquire();
    const text = await readFile(lock, 'utf8');
    await rm(lock);
    await expect.poll(() => existsSync(lock) && readFile(lock, 'utf8'), { timeout: 10_000 }).toBe(text);
    held.check();
    await held.release();
    expect(existsSync(lock)).toBe(false);
  });
});

describe('a lock that is found', () => {
  it.skipIf(skipped)(`of a process that runs is respected, and names it${skipped}`, async () => {
    const other = await startOther();
    await leave(other);
    expect(await livenessOf(other, await ownIdentity())).toBe('alive');
    await expect(open()).rejects.toThrow(
      `process ${other.pid} on ${other.host} writes it (${lock}); give every process a file of its own, or end that`,
    );
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: other.pid });
  });

  it.each(['has ended', 'has another start'])('of a process that %s is taken over at once', async (how) => {
    const other = await startOther();
    if (how === 'has ended') await other.end();
    else if (skipped) return;
    await leave({ ...other, started: how === 'has ended' ? other.started : '1' });
    const start = performance.now();
    const held = await acquire(60_000);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: process.pid });
    await held.release();
    expect(await readdir(place.folder)).toEqual([]);
  });

  it.each<[string, string]>([
    ['of another machine', JSON.stringify({ pid: 1, host: 'web-1', place: 'elsewhere', started: '5' })],
    [
      'of the process with this number in another container',
      JSON.stringify({ pid: process.pid, host: 'web-1', place: 'b' }),
    ],
    ['that was not written to its end', '{"pid":'],
    ['that is empty', ''],
    ['with numbers that name groups of processes', '{"pid":-1,"host":"a","place":"b"}'],
  ])('%s is taken over when it shows no life, and not before', async (_, text) => {
    await writeFile(lock, text);
    const start = performance.now();
    const held = await acquire(200);
    expect(performance.now() - start).toBeGreaterThan(190);
    held.check();
    await held.release();
  });

  it.each<[string, RegExp, string]>([
    ['another machine', /process 12 on web-1 writes it/, JSON.stringify({ pid: 12, host: 'web-1', place: 'b' })],
    [
      'nobody',
      /another process, which its lock does not name, writes it/,
      JSON.stringify({ pid: 12, host: '\u001b[2J' }),
    ],
  ])('of %s that shows life is respected', async (_, message, text) => {
    await writeFile(lock, text);
    const beat = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => undefined), 200);
    try {
      await expect(acquire(30_000)).rejects.toThrow(message);
    } finally {
      clearInterval(beat);
    }
    expect(await readFile(lock, 'utf8')).toBe(text);
  });

  it('is taken over by one of many that want it', async () => {
    const dead = await startOther();
    await dead.end();
    for (let round = 0; round < 5; round++) {
      await leave(dead);
      const settled = await Promise.allSettled(Array.from({ length: 12 }, () => acquire()));
      const held = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.release();
      expect(await readdir(place.folder)).toEqual([]);
    }
  });
});
