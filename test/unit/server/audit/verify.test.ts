import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog, verifyAuditLog } from '../../../../src/server/audit/index.js';
import { makeFolder, recordOf } from './logs.js';

/** A log of several files that was closed, and a copy of it that tests may spoil. */
let place: Awaited<ReturnType<typeof makeFolder>>;
let names: string[];
let originals: Map<string, Buffer>;
let copy: string;

beforeAll(async () => {
  place = await makeFolder();
  const log = await createAuditLog({ path: place.file, maxBytes: 4_096, sync: false });
  for (let index = 0; index < 30; index++) {
    log.write(recordOf({ requestId: `request-${index}`, reason: 'Grüße, 世界' }));
  }
  await log.close();
  names = (await readdir(place.folder)).filter((name) => name.endsWith('.jsonl')).sort();
  expect(names.length).toBeGreaterThan(2);
  originals = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(place.folder, name))] as const)),
  );
  copy = path.join(place.folder, 'copy');
});
afterAll(() => place.remove());

/** Verifies the log with some files replaced, or left out (undefined). */
async function verifyWith(changes: Readonly<Record<string, Buffer | undefined>>, options: { partial?: boolean } = {}) {
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy);
  for (const [name, bytes] of originals) {
    const changed = name in changes ? changes[name] : bytes;
    if (changed !== undefined) await writeFile(path.join(copy, name), changed);
  }
  await copyFile(`${place.file}.head`, path.join(copy, 'audit.jsonl.head'));
  return verifyAuditLog({ path: path.join(copy, 'audit.jsonl'), ...options });
}

const linesOf = (name: string): string[] => (originals.get(name) as Buffer).toString('utf8').split(/(?<=\n)/);
const anyFile = (): fc.Arbitrary<string> => fc.constantFrom(...names);

describe('verifyAuditLog', () => {
  it('finds nothing wrong with what was written', async () => {
    expect(await verifyWith({})).toMatchObject({
      broken: undefined,
      lines: 32,
      records: 30,
      firstSeq: 1,
      closed: true,
    });
  });

  it('finds every byte that was flipped, and names its line', async () => {
    const flip = anyFile().chain((name) =>
      fc.tuple(fc.constant(name), fc.nat((originals.get(name) as Buffer).length - 1), fc.integer({ min: 1, max: 255 })),
    );
    await fc.assert(
      fc.asyncProperty(flip, async ([name, at, mask]) => {
        const original = originals.get(name) as Buffer;
        const bytes = Buffer.from(original);
        bytes[at] = (bytes[at] as number) ^ mask;
        const { broken } = await verifyWith({ [name]: bytes });
        expect(broken).toBeDefined();
        // One line on when the last line of a file has lost its line break to the next file, as it can only end.
        const line = original.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
        expect(broken).toMatchObject({ file: path.join(copy, name), line });
      }),
      { numRuns: 150 },
    );
  });

  it('finds every line that was deleted, repeated or put elsewhere', async () => {
    const edit = anyFile().chain((name) => {
      const line = fc.nat(linesOf(name).length - 1);
      return fc.tuple(fc.constant(name), fc.constantFrom('delete', 'repeat', 'swap', 'insert'), line, line);
    });
    await fc.assert(
      fc.asyncProperty(edit, async ([name, kind, at, to]) => {
        const lines = linesOf(name).filter((line) => line !== '');
        const index = at % lines.length;
        const other = to % lines.length;
        if (kind === 'delete') lines.splice(index, 1);
        else if (kind === 'repeat') lines.splice(index, 0, lines[index] as string);
        else if (kind === 'insert') lines.splice(index, 0, '{"kind":"record"}\n');
        else {
          fc.pre(index !== other);
          [lines[index], lines[other]] = [lines[other] as string, lines[index] as string];
        }
        expect((await verifyWith({ [name]: Buffer.from(lines.join('')) })).broken).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });

  it('finds a line that moved into another file', async () => {
    const [first = '', second = ''] = names;
    const [moved, ...rest] = linesOf(second);
    const longer = Buffer.concat([originals.get(first) as Buffer, Buffer.from(moved as string)]);
    // Moved on to the end of the file before, the chain still holds: no record was touched.
    expect((await verifyWith({ [first]: longer, [second]: Buffer.from(rest.join('')) })).broken).toBeUndefined();
    const last = names.find((name) => name === 'audit.jsonl') as string;
    const wrong = Buffer.concat([Buffer.from(moved as string), originals.get(last) as Buffer]);
    expect((await verifyWith({ [second]: Buffer.from(rest.join('')), [last]: wrong })).broken).toBeDefined();
  });

  it('finds every file that is missing, but for old ones that were put away', async () => {
    for (const name of names) expect((await verifyWith({ [name]: undefined })).broken, name).toBeDefined();
    const [oldest = '', middle = ''] = names;
    const partial = await verifyWith({ [oldest]: undefined }, { partial: true });
    expect(partial.broken).toBeUndefined();
    expect(partial.firstSeq).toBeGreaterThan(1);
    expect((await verifyWith({ [middle]: undefined }, { partial: true })).broken).toBeDefined();
  });

  it('finds a record that was changed together with its hash', async () => {
    const name = names[0] as string;
    const { createHash } = await import('node:crypto');
    const lines = linesOf(name);
    const forged = (lines[1] as string).replace('pod-restart', 'pod-deleted').trimEnd();
    const unsigned = forged.replace(/,"sha256":"[0-9a-f]{64}"/, '');
    const sha256 = createHash('sha256').update(unsigned).digest('hex');
    lines[1] = `${forged.replace(/"sha256":"[0-9a-f]{64}"/, `"sha256":"${sha256}"`)}\n`;
    const { broken } = await verifyWith({ [name]: Buffer.from(lines.join('')) });
    expect(broken).toMatchObject({ line: 3, why: 'it does not follow the line before it' });
  });

  it('demands a line that was noted elsewhere', async () => {
    const file = path.join(copy, 'audit.jsonl');
    const { head } = await verifyWith({});
    expect((await verifyAuditLog({ path: file, head })).broken).toBeUndefined();
    const other = await verifyAuditLog({ path: file, head: { seq: 7, sha256: 'a'.repeat(64) } });
    expect(other.broken?.why).toBe('it is not the line that was noted');
    const later = await verifyAuditLog({ path: file, head: { seq: 99, sha256: 'a'.repeat(64) } });
    expect(later.broken?.why).toMatch(/line 99 was noted/);
  });

  it.each<[string, string]>([
    ['spaces', '{ "a":1}'],
    ['a key twice', '{"seq":1,"seq":1}'],
    ['a list', '[1]'],
    ['nothing', ''],
    ['deep nesting', '['.repeat(60_000)],
    ['an endless line', 'x'.repeat(100_000)],
  ])('does not believe %s', async (_, line) => {
    const { broken } = await verifyWith({ [names[0] as string]: Buffer.from(`${line}\n`) });
    expect(broken).toMatchObject({ line: 1 });
  });

  it('does not believe a note that names no line', async () => {
    await verifyWith({});
    await writeFile(path.join(copy, 'audit.jsonl.head'), '{"seq":1}');
    const { broken } = await verifyAuditLog({ path: path.join(copy, 'audit.jsonl') });
    expect(broken).toMatchObject({ why: 'it does not name a last line' });
  });

  it('needs a log', async () => {
    await expect(verifyAuditLog({ path: path.join(copy, 'none.jsonl') })).rejects.toThrow(/there is none/);
    await expect(verifyAuditLog({ path: path.join(copy, 'none', 'audit.jsonl') })).rejects.toThrow(/there is none/);
  });
});
