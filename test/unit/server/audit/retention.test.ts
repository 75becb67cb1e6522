import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardedEmitter } from '../../../../src/core/guarded-emitter.js';
import { Secret } from '../../../../src/core/secret.js';
import {
  type AuditLogEvents,
  type AuditLogOptions,
  createAuditLog,
  type VerifyAuditOptions,
  verifyAuditLog,
} from '../../../../src/server/audit/index.js';
import { linesOf, makeFolder, recordOf } from './logs.js';

let place: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  place = await makeFolder();
});
afterEach(() => place.remove());

/** Writes so many records, one at a time as a service under little load does, and tells what was told. */
async function fill(count: number, options: Partial<AuditLogOptions> = {}) {
  const events = new GuardedEmitter<AuditLogEvents>();
  const told: string[] = [];
  events.on('failed', ({ error }) => told.push(error.message));
  events.on('changed', () => told.push('changed'));
  events.on('retired', ({ file, throughSeq }) => told.push(`${path.basename(file)} ${throughSeq}`));
  const log = await createAuditLog({ path: place.file, maxBytes: 4_096, sync: false, events, ...options });
  for (let index = 0; index < count; index++) {
    log.write(recordOf({ requestId: `request-${index}` }));
    if (index % 3 === 0) await log.flush();
  }
  await log.close();
  return told;
}

const verify = (options: Partial<VerifyAuditOptions> = {}) => verifyAuditLog({ path: place.file, ...options });
const rotated = async () => (await readdir(place.folder)).filter((name) => /\.\d{12}\.jsonl$/.test(name)).sort();
const seqOf = (name = ''): number => Number(/\d{12}/.exec(name)?.[0]);

describe('rotated files of an audit log', () => {
  it('are kept up to their number; the log tells of those that it has deleted, and is whole', async () => {
    const told = await fill(100, { maxFiles: 3 });
    const names = await rotated();
    expect(names).toHaveLength(3);
    const { broken, firstSeq, retired, notes, lines, head } = await verify();
    expect([broken, notes, lines]).toEqual([undefined, [], head.seq - firstSeq + 1]);
    expect(retired).toMatchObject({ throughSeq: firstSeq - 1 });
    const lastLine = (await readFile(retired?.file ?? '', 'utf8')).split('\n')[(retired?.line ?? 0) - 1] ?? '';
    expect(JSON.parse(lastLine)).toMatchObject({ kind: 'retired', throughSeq: firstSeq - 1 });
    // In order, each one once, and up to the file before the first one that is there.
    expect(told).toEqual(told.map((line) => `audit.${line.slice(6, 18)}.jsonl ${seqOf(line)}`).sort());
    expect(seqOf(told.at(-1))).toBe(firstSeq - 1);
  });

  it('are all kept without a number', async () => {
    await fill(100);
    expect((await rotated()).length).toBeGreaterThan(8);
    expect(await verify()).toMatchObject({ broken: undefined, firstSeq: 1, retired: undefined });
  });

  it('are never more than their number, through starts with other numbers, and any further gap is found', async () => {
    const session = fc.record({ count: fc.integer({ min: 1, max: 40 }), maxFiles: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 4 }), fc.boolean(), async (sessions, isKeyed) => {
        await place.remove();
        const key = isKeyed ? new Secret('the-key-of-this-log') : undefined;
        let before: string[] = [];
        for (const { count, maxFiles } of sessions) {
          const told = await fill(count, { maxFiles, key });
          const names = await rotated();
          // Where nothing was rotated, nothing is deleted.
          if (names.join() !== before.join()) expect(names.length).toBeLessThanOrEqual(maxFiles);
          before = names;
          expect(told.filter((line) => !/^audit\.\d{12}\.jsonl \d+$/.test(line))).toEqual([]);
        }
        expect(await verify({ key })).toMatchObject({ broken: undefined, notes: [], closed: true });
        for (const name of before) {
          const bytes = await readFile(path.join(place.folder, name));
          await rm(path.join(place.folder, name));
          expect((await verify({ key })).broken, `without ${name}`).toBeDefined();
          await writeFile(path.join(place.folder, name), bytes);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('that a crash has left behind the line about them make the log no less whole, and go at the next rotation', async () => {
    await fill(40);
    const copy = path.join(place.folder, 'copy');
    const all = await rotated();
    for (const name of all) await cp(path.join(place.folder, name), path.join(copy, name));
    // Up to the first rotation, which deletes all that are too many.
    for (let told: string[] = []; told.length === 0; ) told = await fill(1, { maxFiles: 2 });
    expect(await rotated()).toHaveLength(2);
    const gone = all.filter((name) => !existsSync(path.join(place.folder, name)));
    expect(gone.length).toBeGreaterThan(2);
    // The newest of the deleted ones first, as they would be there had it died between two of them.
    for (const name of gone.toReversed()) {
      await cp(path.join(copy, name), path.join(place.folder, name));
      const { broken, firstSeq, retired } = await verify();
      expect([broken, retired?.throughSeq ?? 0]).toEqual([undefined, firstSeq - 1]);
    }
    await fill(20, { maxFiles: 2 });
    expect(await rotated()).toHaveLength(2);
    expect(await verify()).toMatchObject({ broken: undefined, notes: [] });
  });

  it('that somebody else deletes are missing, and so is what tells of the deleted ones', async () => {
    await fill(60, { maxFiles: 2 });
    const [oldest = ''] = await rotated();
    await rm(path.join(place.folder, oldest));
    const why = `lines 1 to ${seqOf(oldest)} are missing before it; no line that holds tells why`;
    expect((await verify()).broken).toMatchObject({ line: 1, why: expect.stringContaining(why) });
    expect(await verify({ partial: true })).toMatchObject({ broken: undefined, firstSeq: seqOf(oldest) + 1 });
  });

  it('stay, with all after them, when their end is not what it was', async () => {
    await fill(30);
    const [oldest = ''] = await rotated();
    const file = path.join(place.folder, oldest);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/"status":200(?=[^\n]*\n$)/, '"status":403'));
    const count = (await rotated()).length;
    const told = await fill(30, { maxFiles: 1 });
    expect((await rotated()).length).toBeGreaterThan(count);
    expect(told.length).toBeGreaterThan(0);
    for (const line of told) expect(line).toMatch(/audit\.\d{12}\.jsonl and those after it are kept: its last line/);
    expect((await verify()).broken).toMatchObject({ file, why: 'its hash does not fit its content' });
    expect((await linesOf(place.folder)).filter(({ kind }) => kind === 'retired')).toEqual([]);
  });

  it('of which a line was noted elsewhere cannot be compared with it, and this is told', async () => {
    await fill(20);
    const [, record] = await linesOf(place.folder);
    const head = { seq: Number(record?.['seq']), sha256: String(record?.['sha256']) };
    expect((await verify({ head })).broken).toBeUndefined();
    await fill(40, { maxFiles: 1 });
    expect((await verify({ head })).broken?.why).toMatch(
      /^line 2 was noted, and is not there: the log begins with line/,
    );
  });
});
