import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardedEmitter } from '../../../../src/core/guarded-emitter.js';
import { Secret } from '../../../../src/core/secret.js';
import {
  type AuditLogEvents,
  type AuditLogOptions,
  createAuditLog,
  verifyAuditLog,
} from '../../../../src/server/audit/index.js';
import { linesOf, makeFolder, recordOf } from './logs.js';

let place: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  place = await makeFolder();
});
afterEach(() => place.remove());

/** Opens the log of the test, and gathers what it tells. */
async function open(options: Partial<AuditLogOptions> = {}) {
  const events = new GuardedEmitter<AuditLogEvents>();
  const told: [string, unknown][] = [];
  for (const name of ['lost', 'failed', 'found', 'changed'] as const) {
    events.on(name, (value: unknown) => told.push([name, value]));
  }
  const log = await createAuditLog({ path: place.file, sync: false, events, ...options });
  return { log, told };
}

const verify = (key?: Secret) => verifyAuditLog({ path: place.file, key });

/** Writes so many records and closes the log. */
async function fill(count: number, options: Partial<AuditLogOptions> = {}): Promise<void> {
  const { log } = await open(options);
  for (let index = 0; index < count; index++) log.write(recordOf({ requestId: `request-${index}` }));
  await log.close();
}

describe('an audit log', () => {
  it('has one line a record, each with its number, the hash before and its own', async () => {
    await fill(2, { clock: () => Date.parse('2027-03-01T13:00:00Z') });
    const [start, first, second, end] = await linesOf(place.folder);
    expect(start).toMatchObject({ seq: 1, kind: 'start', resumed: false, hash: 'sha256', prev: '0'.repeat(64) });
    expect(first).toEqual({
      ...recordOf({ requestId: 'request-0' }),
      kind: 'record',
      seq: 2,
      prev: start?.['sha256'],
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(second).toMatchObject({ seq: 3, prev: first?.['sha256'], requestId: 'request-1' });
    expect(end).toMatchObject({ seq: 4, kind: 'end', time: '2027-03-01T13:00:00.000Z' });
    expect(await verify()).toMatchObject({ broken: undefined, lines: 4, records: 2, closed: true, notes: [] });
  });

  it('hashes as documented: SHA-256 of the line without its hash, keys sorted', async () => {
    await fill(1);
    const [, record] = await linesOf(place.folder);
    const { sha256, ...rest } = record as Record<string, unknown>;
    // Written out by hand, so that a verifier of another kind can be built from this test.
    const text =
      '{"action":"select","alertFingerprint":"c0ffee","attempts":[{"outcome":"taken","phase":"trm"}],"decision":' +
      '{"accepted":true,"confidence":0.93,"lambdaFunction":"pod-restart"},"kind":"record","model":"remediation-v1",' +
      `"outcome":"selected","prev":"${String(rest['prev'])}","principal":"sre","remoteAddress":"192.0.2.1",` +
      '"requestId":"request-0","seq":2,"status":200,"time":"2027-03-01T12:00:00.000Z"}';
    const { createHash } = await import('node:crypto');
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  });

  it('is for its owner alone', async () => {
    await fill(1);
    expect((await stat(place.file)).mode & 0o777).toBe(0o600);
  });

  it('is rotated by size, the chain going on across the files', async () => {
    await fill(100, { maxBytes: 4_096 });
    const names = (await readdir(place.folder)).filter((name) => name.endsWith('.jsonl'));
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect((await stat(path.join(place.folder, name))).size).toBeLessThanOrEqual(4_096);
    const lines = await linesOf(place.folder);
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 102 }, (_, index) => index + 1));
    expect(await verify()).toMatchObject({ broken: undefined, records: 100, firstSeq: 1, head: { seq: 102 } });
  });

  it('goes on after a restart, also right behind a rotation', async () => {
    await fill(5);
    await fill(5);
    await rename(place.file, path.join(place.folder, 'audit.000000000014.jsonl'));
    await fill(5);
    const lines = await linesOf(place.folder);
    expect(lines.filter(({ kind }) => kind === 'start').map(({ resumed }) => resumed)).toEqual([false, true, true]);
    expect(await verify()).toMatchObject({ broken: undefined, records: 15, notes: [] });
  });

  it('takes no longer for the caller than making the line, and keeps the order', async () => {
    const { log, told } = await open();
    for (let index = 0; index < 3_000; index++) log.write(recordOf({ requestId: String(index) }));
    expect(log.queued).toBeGreaterThan(0);
    await log.flush();
    expect(log.queued).toBe(0);
    const records = (await linesOf(place.folder)).filter(({ kind }) => kind === 'record');
    expect(records.map(({ requestId }) => requestId)).toEqual(records.map((_, index) => String(index)));
    expect(records).toHaveLength(3_000);
    await log.close();
    expect(told).toEqual([]);
  });

  it('keeps nothing of a record but what it is made for', async () => {
    const { log } = await open({ secrets: ['hunter2-secret'] });
    const evil = {
      ...recordOf({
        requestId: 'a\n{"seq":1}\u202e\u0000',
        principal: `Bearer ${'x1'.repeat(40)}`,
        reason: `refused hunter2-secret ${'long '.repeat(10_000)}`,
        attempts: Array.from({ length: 500 }, () => ({ phase: 'p'.repeat(500), outcome: '\ud800' })),
        status: Number.NaN,
        time: 'yesterday',
        decision: { lambdaFunction: null, accepted: 'yes' as never, confidence: Number.NaN },
      }),
      password: 'hunter2-secret',
    };
    log.write(evil);
    await log.close();
    const text = await readFile(place.file, 'utf8');
    expect(text.split('\n')).toHaveLength(4);
    expect(text).not.toMatch(/hunter2|x1x1|[\p{Cf}\p{Cs}]|\\u0000|password/u);
    const [, record] = await linesOf(place.folder);
    expect(record).toMatchObject({
      requestId: 'a {"seq":1}  ',
      principal: 'Bearer [redacted]',
      status: 0,
      decision: { lambdaFunction: null, accepted: false, confidence: null },
    });
    expect(Date.parse(record?.['time'] as string)).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(JSON.stringify(record).length).toBeLessThan(8_000);
    expect(await verify()).toMatchObject({ broken: undefined });
  });

  it('loses nothing while it cannot be written, and counts what is too much', async () => {
    const { log, told } = await open({ maxQueue: 10 });
    await log.flush();
    // A folder in the place of the file cannot be appended to, by root neither.
    await rename(place.file, `${place.file}.aside`);
    await mkdir(place.file);
    for (let index = 0; index < 25; index++) log.write(recordOf({ requestId: String(index) }));
    expect(log.lost).toBe(15);
    await expect.poll(() => told.some(([name]) => name === 'failed')).toBe(true);
    await rm(place.file, { recursive: true });
    await rename(`${place.file}.aside`, place.file);
    await log.flush();
    log.write(recordOf({ requestId: 'after' }));
    await log.close();
    const lines = (await linesOf(place.folder)).slice(1);
    expect(lines.slice(0, 10).map(({ requestId }) => requestId)).toEqual([...'0123456789']);
    expect(lines.slice(10)).toMatchObject([{ kind: 'lost', count: 15 }, { requestId: 'after' }, { kind: 'end' }]);
    expect(told.filter(([name]) => name === 'lost')).toHaveLength(15);
    expect(told.findLast(([name]) => name === 'lost')?.[1]).toEqual({ reason: 'queue-full', count: 1, total: 15 });
    expect(await verify()).toMatchObject({ broken: undefined, notes: [{ kind: 'lost', body: { count: 15 } }] });
  });

  it('keeps room for decisions in a flood of refusals', async () => {
    const { log } = await open({ maxQueue: 20 });
    for (let index = 0; index < 1_000; index++) log.write(recordOf({ action: 'refused', status: 401 }));
    expect(log.lost).toBe(990);
    for (let index = 0; index < 9; index++) log.write(recordOf({ requestId: `decision-${index}` }));
    expect(log.lost).toBe(990);
    await log.close();
    const decisions = (await linesOf(place.folder)).filter(({ action }) => action === 'select');
    expect(decisions).toHaveLength(9);
  });

  it('counts what it cannot write before it is closed, and what comes after', async () => {
    const { log, told } = await open({ closeTimeoutMs: 50 });
    await rename(place.file, `${place.file}.aside`);
    await mkdir(place.file);
    for (let index = 0; index < 7; index++) log.write(recordOf());
    await log.close();
    log.write(recordOf());
    expect(log.lost).toBe(8);
    expect(told.filter(([name]) => name === 'lost')).toEqual([
      ['lost', { reason: 'closed', count: 7, total: 7 }],
      ['lost', { reason: 'closed', count: 1, total: 8 }],
    ]);
  });

  it('never throws, whatever is handed in', async () => {
    const { log } = await open();
    const trap = new Proxy(recordOf(), {
      get: () => {
        throw new Error('no');
      },
    });
    expect(() => log.write(trap)).not.toThrow();
    expect(() => log.write(null as never)).not.toThrow();
    expect(log.lost).toBe(2);
    await log.close();
    expect(await linesOf(place.folder)).toMatchObject([{ kind: 'start' }, { kind: 'lost', count: 2 }, { kind: 'end' }]);
  });

  it('cannot be opened where it cannot be written', async () => {
    await expect(open({ path: place.folder })).rejects.toThrow(/cannot be opened: .*EISDIR/);
    await expect(open({ maxBytes: 100 })).rejects.toThrow(/maxBytes: expected a whole number of 4096/);
    await writeFile(place.file, 'x');
    await expect(open({ path: path.join(place.file, 'audit.jsonl') })).rejects.toThrow(/ENOTDIR|EEXIST/);
    await chmod(place.file, 0o600);
  });
});

describe('a log that was left', () => {
  it.each([1, 40, 150])('within a line of which %i bytes are there goes on behind a marker', async (bytes) => {
    await fill(3);
    const before = (await linesOf(place.folder)).length;
    const torn = JSON.stringify({ action: 'select', padding: 'x'.repeat(200) }).slice(0, bytes);
    await appendFile(place.file, torn);
    expect((await verify()).broken?.why).toMatch(/not finished/);
    const { log, told } = await open();
    log.write(recordOf({ requestId: 'after' }));
    await log.close();
    expect(told).toEqual([['found', expect.objectContaining({ kind: 'torn', bytes })]]);
    const lines = (await linesOf(place.folder)).slice(before);
    expect(lines).toMatchObject([{ kind: 'torn', bytes }, { kind: 'start' }, { requestId: 'after' }, { kind: 'end' }]);
    expect(await verify()).toMatchObject({ broken: undefined, notes: [{ kind: 'torn' }] });
  });

  it('at any byte of its last write goes on, and is whole', async () => {
    await fill(2);
    const whole = await readFile(place.file);
    // As after a loss of power: the note of the last line was not written either.
    for (let size = whole.length; size > 0; size -= 37) {
      await rm(`${place.file}.head`, { force: true });
      await writeFile(place.file, whole.subarray(0, size));
      await fill(1);
      const report = await verify();
      expect(report.broken, `cut at ${size}`).toBeUndefined();
      const kept = whole.subarray(0, size).toString().split('\n').length - 1;
      expect(report.notes.map(({ kind }) => kind).filter((kind) => kind !== 'torn')).toEqual([]);
      expect(report.lines).toBeGreaterThanOrEqual(kept + 3);
    }
  });

  it('with zeros at its end, as file systems leave them, goes on', async () => {
    await fill(2);
    await appendFile(place.file, Buffer.alloc(200_000));
    const { log, told } = await open();
    await log.close();
    expect(told).toMatchObject([['found', { kind: 'torn', bytes: 200_000 }]]);
    expect(await verify()).toMatchObject({ broken: undefined });
  });

  it('without its last lines says so', async () => {
    await fill(5);
    const [, , , last] = (await readFile(place.file, 'utf8')).split(/(?<=\n)/);
    await truncate(place.file, (await stat(place.file)).size - (last?.length ?? 0) * 2);
    expect((await verify()).broken).toBeDefined();
    const { log, told } = await open();
    await log.close();
    expect(told).toContainEqual(['found', expect.objectContaining({ kind: 'missing', notedSeq: 7 })]);
    expect(await verify()).toMatchObject({ broken: undefined });
    expect((await verify()).notes.map(({ kind }) => kind)).toContain('missing');
  });

  it('with a last line that was changed goes on, and stays broken at that line', async () => {
    await fill(3);
    const text = await readFile(place.file, 'utf8');
    await writeFile(place.file, text.replace(/"kind":"end"/, '"kind":"End"'));
    const { log, told } = await open();
    log.write(recordOf());
    await log.close();
    expect(told).toEqual([['found', { kind: 'damaged', why: 'its hash does not fit its content' }]]);
    expect((await verify()).broken).toMatchObject({ line: 5, why: 'its hash does not fit its content' });
    expect((await linesOf(place.folder)).map(({ kind }) => kind)).toContain('damaged');
  });
});

describe('a file that something else changes', () => {
  it('by moving it away is begun anew, the chain going on', async () => {
    const { log, told } = await open();
    log.write(recordOf());
    await log.flush();
    await rename(place.file, path.join(place.folder, 'audit.000000000002.jsonl'));
    log.write(recordOf());
    await log.close();
    expect(told).toEqual([['changed', { expectedBytes: expect.any(Number), foundBytes: 0 }]]);
    expect(await verify()).toMatchObject({ broken: undefined, records: 2, notes: [{ kind: 'changed' }] });
  });

  it('by emptying it is told, and is broken', async () => {
    const { log, told } = await open();
    log.write(recordOf());
    await log.flush();
    await truncate(place.file, 0);
    log.write(recordOf());
    await log.close();
    expect(told.map(([name]) => name)).toEqual(['changed']);
    expect((await verify()).broken).toMatchObject({ line: 1 });
  });
});

describe('a log with a key', () => {
  const key = new Secret('a-key-of-the-auditors');

  it('holds by that key alone', async () => {
    await fill(3, { key });
    await fill(3, { key });
    expect(await readFile(place.file, 'utf8')).not.toContain(key.reveal());
    expect(await verify(key)).toMatchObject({ broken: undefined, records: 6, notes: [] });
    expect((await verify(new Secret('another-key'))).broken).toMatchObject({ line: 1 });
    await expect(verify()).rejects.toThrow(/the log is keyed; pass the key/);
  });

  it('is not believed when somebody without it has written all of it anew', async () => {
    await fill(3);
    expect((await verify(key)).broken).toMatchObject({ line: 1, why: 'its hash does not fit its content' });
  });
});
