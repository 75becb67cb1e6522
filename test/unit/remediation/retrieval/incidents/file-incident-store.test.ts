import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../../src/core/errors.js';
import {
  createFileIncidentStore,
  createMemoryIncidentStore,
  importIncidents,
  parseIncidents,
  type SkippedLine,
} from '../../../../../src/remediation/retrieval/incidents/index.js';
import { runProgram } from '../../../runtime/run-program.js';
import { incidentOf } from './incidents.js';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-incidents-'));
  file = path.join(folder, 'incidents.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const idsOf = async (options: Partial<Parameters<typeof createFileIncidentStore>[0]> = {}): Promise<string[]> => {
  const store = createFileIncidentStore({ path: file, ...options });
  const ids = (await store.all()).map(({ id }) => id);
  await store.dispose();
  return ids;
};

describe('the file', () => {
  it('survives a crash at any byte of the last record', async () => {
    const store = createFileIncidentStore({ path: file, fsync: true });
    await store.add(incidentOf({ id: 'whole' }));
    const whole = (await readFile(file)).length;
    await store.add(incidentOf({ id: 'torn' }));
    await store.dispose();
    const bytes = await readFile(file);
    for (const length of [whole, whole + 1, whole + 2, whole + 40, bytes.length - 2, bytes.length - 1]) {
      await writeFile(file, bytes.subarray(0, length));
      const skipped: SkippedLine[] = [];
      const again = createFileIncidentStore({ path: file, onSkipped: (line) => skipped.push(line) });
      expect((await again.all()).map(({ id }) => id)).toEqual(['whole']);
      await again.add(incidentOf({ id: 'after' }));
      // Without its last byte, the end of the line, the record is whole again once another one follows.
      const recovered = length === bytes.length - 1 ? ['torn'] : [];
      expect((await again.all()).map(({ id }) => id)).toEqual(['whole', ...recovered, 'after']);
      expect(skipped.length).toBe(length <= whole + 1 ? 0 : 1);
      await again.dispose();
    }
  });

  it('takes the records of several processes at once', async () => {
    const program = new URL('./append-incidents.ts', import.meta.url);
    const reader = createFileIncidentStore({ path: file });
    await reader.add(incidentOf({ id: 'own-0' }));
    await Promise.all(['a', 'b'].map((writer) => runProgram(program, {}, [file, writer, '20'])));
    await reader.add(incidentOf({ id: 'own-1' }));
    const ids = (await reader.all()).map(({ id }) => id);
    expect(ids).toHaveLength(42);
    for (const writer of ['a', 'b']) {
      expect(ids.filter((id) => id.startsWith(`${writer}-`))).toEqual(
        Array.from({ length: 20 }, (_, index) => `${writer}-${index}`),
      );
    }
    await reader.dispose();
  });

  it('shows what another store has added since', async () => {
    const [left, right] = [createFileIncidentStore({ path: file }), createFileIncidentStore({ path: file })];
    await left.add(incidentOf({ id: 'a' }));
    expect((await right.all()).map(({ id }) => id)).toEqual(['a']);
    await right.add(incidentOf({ id: 'b' }));
    await right.add(incidentOf({ id: 'a', outcome: 'failed' }));
    expect((await left.all()).map(({ id, outcome }) => [id, outcome])).toEqual([
      ['a', 'failed'],
      ['b', 'effective'],
    ]);
    await Promise.all([left.dispose(), right.dispose()]);
  });

  it('is read from the beginning when it was cut or replaced', async () => {
    const store = createFileIncidentStore({ path: file });
    await store.add(incidentOf({ id: 'a' }));
    await store.add(incidentOf({ id: 'b' }));
    expect(await store.all()).toHaveLength(2);
    await truncate(file, 0);
    expect(await store.all()).toEqual([]);
    await store.add(incidentOf({ id: 'c' }));
    await rm(file);
    await writeFile(file, `${JSON.stringify(incidentOf({ id: 'd' }))}\n${JSON.stringify(incidentOf({ id: 'e' }))}\n`);
    expect((await store.all()).map(({ id }) => id)).toEqual(['d', 'e']);
    await store.dispose();
  });

  it('skips lines that are no incidents, each reported once', async () => {
    const skipped: SkippedLine[] = [];
    const store = createFileIncidentStore({ path: file, onSkipped: (line) => skipped.push(line) });
    await store.add(incidentOf({ id: 'a' }));
    const { length } = await readFile(file);
    await appendFile(
      file,
      Buffer.concat([Buffer.from('{"id": "hf_secretsecret"}\n'), Buffer.from([0xff, 0xfe, 0x0a])]),
    );
    await store.add(incidentOf({ id: 'b' }));
    expect((await store.all()).map(({ id }) => id)).toEqual(['a', 'b']);
    await store.all();
    expect(skipped).toEqual([
      { offset: length, reason: expect.stringContaining('alert') },
      { offset: length + 26, reason: 'the line is no UTF-8' },
    ]);
    expect(JSON.stringify(skipped)).not.toContain('secret');
    await store.dispose();
  });

  it('has a size that it does not outgrow', async () => {
    const store = createFileIncidentStore({ path: file, maxBytes: 800 });
    await store.add(incidentOf({ id: 'a' }));
    await store.add(incidentOf({ id: 'b' }));
    const full = async (): Promise<void> => {
      for (let index = 0; index < 4; index++) await store.add(incidentOf({ id: `c${index}` }));
    };
    await expect(full()).rejects.toThrow(ConfigurationError);
    await expect(full()).rejects.toThrow(/800 are allowed.*raise maxBytes/);
    expect((await store.all()).length).toBeGreaterThanOrEqual(2);
    await store.dispose();
    await expect(idsOf({ maxBytes: 10 })).rejects.toThrow(ConfigurationError);
  });

  it('gives back what was put into it', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, text, { maxKeys: 5 }), text, async (labels, summary) => {
        await rm(file, { force: true });
        const [store, memory] = [createFileIncidentStore({ path: file }), createMemoryIncidentStore()];
        const incident = incidentOf({
          alert: { labels: { ...labels, alertname: 'A' }, annotations: { summary }, metrics: {} },
        });
        const results = await Promise.allSettled([store.add(incident), memory.add(incident)]);
        expect(results[0]?.status).toBe(results[1]?.status);
        expect(await store.all()).toEqual(await memory.all());
        await Promise.all([store.dispose(), memory.dispose()]);
      }),
    );
  });
});

describe('import', () => {
  it('adds what is right and refuses the rest by line and reason', async () => {
    const store = createMemoryIncidentStore();
    const lines = [
      JSON.stringify(incidentOf({ id: 'a' })),
      '',
      '{"id": ',
      JSON.stringify({ ...incidentOf({ id: 'b' }), outcome: 'good' }),
      JSON.stringify(incidentOf({ id: 'c' })),
    ];
    expect(await importIncidents(store, `\ufeff${lines.join('\r\n')}`)).toEqual({
      added: 2,
      refused: [
        { line: 3, reason: 'the line is no JSON' },
        { line: 4, reason: expect.stringMatching(/^outcome: expected "effective".*received string "good"/) },
      ],
    });
    expect((await store.all()).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('never throws for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string({ unit: 'binary' }))), (lines) => {
        const { incidents, refused } = parseIncidents(lines.join('\n'));
        expect(incidents.length + refused.length).toBeLessThanOrEqual(lines.join('\n').split('\n').length);
      }),
    );
  });
});
