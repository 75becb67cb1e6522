import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { AbortedError, TrainingError } from '../../../../../src/core/errors.js';
import { createRandom } from '../../../../../src/core/random.js';
import { DEFAULT_CATALOG, type ParameterOrigin } from '../../../../../src/domain/index.js';
import {
  buildDataset,
  createDatasetTally,
  createLeakageCounter,
  linesOf,
  readDataset,
  readDatasetManifest,
  readLabelledAlerts,
  validateDataset,
  writeDataset,
  writeLabelledAlerts,
} from '../../../../../src/training/dataset/files/index.js';
import {
  type Example,
  generateExamples,
  hopsExample,
  noisyExample,
  outOfDomainExample,
  remedarcExample,
  type Split,
} from '../../../../../src/training/dataset/index.js';
import { facts } from '../../../../fixtures/facts.js';

const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];
const COUNTS = { train: 16, validation: 4, calibration: 4, test: 8 };

const root = await mkdtemp(join(tmpdir(), 'agent-trm-dataset-'));
afterAll(() => rm(root, { recursive: true, force: true }));
let made = 0;
const fresh = (name = `d${made++}`): string => join(root, name);

const build = (out: string, options: Partial<Parameters<typeof buildDataset>[0]> = {}) =>
  buildDataset({ facts, out, seed: 5, counts: COUNTS, packageVersion: '0.0.0', ...options });

const examples = SPLITS.flatMap((split) =>
  generateExamples(facts, { seed: 8, split, count: 50, demonstrationShare: 0.5 }),
);

describe('labelled alerts in a file', () => {
  it('read back as the examples that were written', async () => {
    const path = fresh('round.jsonl');
    const all = [
      ...examples,
      ...examples.slice(0, 20).map((example) => noisyExample(example, createRandom(example.id))),
      ...Array.from({ length: 10 }, (_, index) => hopsExample({ seed: 8, split: 'test', index })),
      ...Array.from({ length: 10 }, (_, index) => outOfDomainExample({ seed: 8, split: 'test', index })),
      ...Array.from({ length: 10 }, (_, index) => remedarcExample({ seed: 8, suite: 'new-symbols', index })),
    ];
    expect(all.filter(({ demonstrations }) => (demonstrations?.length ?? 0) > 0).length).toBeGreaterThan(80);
    expect(all.filter(({ answerable }) => answerable === false).length).toBe(10);
    const written = await writeLabelledAlerts(path, all);
    expect(written.rows).toBe(all.length);
    expect(written.bytes).toBe((await readFile(path)).length);
    const { examples: read, problems } = await readLabelledAlerts(linesOf(path));
    expect(problems).toEqual([]);
    expect(read).toEqual(all);
    const own = (some: readonly Example[]): boolean[] => some.map(({ catalog }) => catalog === DEFAULT_CATALOG);
    expect(own(read)).toEqual(own(all));
    expect(own(read)).toContain(true);
    expect(own(read)).toContain(false);
  });

  it('read back whatever stands in labels, annotations and origins', async () => {
    const key = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((name) => !name.startsWith('__'));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('default', 'label:pod', 'constructor', '\n"{[\\'),
    );
    const record = fc.dictionary(fc.oneof(key, fc.constantFrom('constructor', 'a:b', '7')), text, { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(record, record, async (labels, annotations) => {
        const alert = { labels: { ...labels, alertname: 'PodDown' }, annotations, metrics: { a: 1, b: 'high' } };
        const origins: ParameterOrigin[] = [
          ...Object.keys(alert.labels).map((name) => ({ kind: 'label' as const, key: name })),
          ...Object.keys(annotations).map((name) => ({ kind: 'annotation' as const, key: name })),
          { kind: 'metric', key: 'a' },
          { kind: 'alert-name', word: 'down' },
          { kind: 'rule', rule: 'owner-of-pod', key: 'alertname' },
        ];
        const parameters = {
          'pod-check-status': { selector: [...origins, { kind: 'default' as const }], name: origins },
        };
        const [one] = examples as [Example];
        const functions = ['pod-check-status'];
        const example: Example = {
          ...one,
          alert: { ...alert, status: 'resolved' },
          catalog: DEFAULT_CATALOG,
          functions,
          parameters,
        };
        const path = fresh('any.jsonl');
        await writeLabelledAlerts(path, [example]);
        expect(await readLabelledAlerts(linesOf(path))).toEqual({ examples: [example], problems: [] });
      }),
    );
  });

  it('name a catalog by id where the writer was told one', async () => {
    const path = fresh('ids.jsonl');
    const example = examples.find(({ catalog }) => catalog !== DEFAULT_CATALOG) as Example;
    const catalogs = new Map([['mine', example.catalog]]);
    await writeLabelledAlerts(path, [example], { catalogs });
    const text = await readFile(path, 'utf8');
    expect(JSON.parse(text).catalog).toBe('mine');
    expect((await readLabelledAlerts(text, { catalogs })).examples).toEqual([example]);
    const { problems } = await readLabelledAlerts(text);
    expect(problems).toEqual([{ line: 1, reason: expect.stringMatching(/^catalog: expected functions or .*"mine"$/) }]);
  });

  it('stay as they were when writing fails', async () => {
    const path = join(fresh(), 'kept.jsonl');
    await writeLabelledAlerts(path, examples.slice(0, 1));
    const before = await readFile(path, 'utf8');
    function* failing(): Generator<Example> {
      yield* examples;
      throw new Error('the source failed');
    }
    await expect(writeLabelledAlerts(path, failing())).rejects.toThrow('the source failed');
    const signal = AbortSignal.abort();
    await expect(writeLabelledAlerts(path, examples, { signal })).rejects.toThrow(AbortedError);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readdir(join(path, '..'))).toEqual(['kept.jsonl']);
  });

  it('come in lines that are bounded, however long the file has them', async () => {
    const path = fresh('long.jsonl');
    await writeFile(path, `${'x'.repeat(5_000_000)}\nshort\n\nlast`);
    const lengths: number[] = [];
    for await (const line of linesOf(path)) lengths.push(line.length);
    expect(lengths).toEqual([4_194_305, 5, 0, 4]);
    const { problems } = await readLabelledAlerts(linesOf(path));
    expect(problems[0]).toEqual({ line: 1, reason: 'expected at most 4194304 bytes in a line, received more' });
    await expect(readLabelledAlerts(linesOf(fresh('nowhere.jsonl')))).rejects.toThrow(/nowhere\.jsonl cannot be read/);
  });
});

describe('a built dataset', () => {
  const out = fresh('built');
  const built = build(out);

  it('is the same for the same seed, another for another', async () => {
    const [one, two, other] = [await built, await build(fresh()), await build(fresh(), { seed: 6 })];
    expect(two).toEqual(one);
    expect(other.files['train.jsonl']?.sha256).not.toBe(one.files['train.jsonl']?.sha256);
    expect(one).toMatchObject({ formatVersion: 1, seed: 5, catalogs: 'both', factsHash: facts.hash, leakage: 0 });
    expect(Object.entries(one.files).map(([name, { rows }]) => [name, rows])).toEqual([
      ...SPLITS.map((split) => [`${split}.jsonl`, COUNTS[split]]),
      ['catalogs.jsonl', 1],
    ]);
    expect(await readDatasetManifest(out)).toEqual({ manifest: one });
  });

  it('holds the examples of the stream, and is valid', async () => {
    await built;
    const { examples: read, problems } = await readDataset(out);
    expect(problems).toEqual([]);
    expect(read).toEqual(SPLITS.flatMap((split) => generateExamples(facts, { seed: 5, split, count: COUNTS[split] })));
    expect(await validateDataset(out)).toMatchObject({ ok: true, problems: 0, leakage: 0, manifest: 'matches' });
    // The catalog of the caller is for rows that name none, and these all name theirs.
    expect((await readDataset(out, { catalog: [DEFAULT_CATALOG[0]!] })).problems).toEqual([]);
  });

  it('is not overwritten unless asked to, and then other files stay', async () => {
    const path = fresh();
    await mkdir(path);
    await writeFile(join(path, 'notes.txt'), 'mine');
    await expect(build(path)).rejects.toThrow(/is not empty \(notes\.txt\).*--force/);
    expect(await readdir(path)).toEqual(['notes.txt']);
    await build(path, { force: true });
    await build(path, { force: true, seed: 6 });
    expect(await readFile(join(path, 'notes.txt'), 'utf8')).toBe('mine');
    expect(await validateDataset(path)).toMatchObject({ ok: true, manifest: 'matches' });
    expect((await readdir(path)).length).toBe(7);
  });

  it('leaves nothing behind when it is stopped, and the old one when it was to be replaced', async () => {
    const controller = new AbortController();
    const stop = { signal: controller.signal, onProgress: () => controller.abort() };
    const path = fresh();
    await expect(build(path, stop)).rejects.toThrow(AbortedError);
    await expect(readdir(path)).rejects.toThrow(/ENOENT/);
    await built;
    await expect(build(out, { ...stop, force: true })).rejects.toThrow(AbortedError);
    expect(await validateDataset(out)).toMatchObject({ ok: true, manifest: 'matches' });
  });

  it('is refused when an alert name would stand in two splits', async () => {
    const path = fresh();
    const [one] = generateExamples(facts, { seed: 1, split: 'train', count: 1 });
    const about = { seed: 1, catalogs: 'both', factsHash: facts.hash, packageVersion: '0' } as const;
    const twice = (split: Split): Example[] => (split === 'calibration' ? [] : [{ ...one!, id: split, split }]);
    const writing = writeDataset({ out: path, examples: twice, about, factsLeakage: 0, force: false });
    await expect(writing).rejects.toThrow(
      /^leakage 2: the alert name .* is in train and validation; nothing was written/,
    );
    await expect(writing).rejects.toBeInstanceOf(TrainingError);
    await expect(readdir(path)).rejects.toThrow(/ENOENT/);
  });
});

describe('validation', () => {
  const alert = (alertname: string) => ({ alert: { labels: { alertname, pod: 'a' } }, functions: [] });
  const folderOf = async (files: Readonly<Record<string, readonly unknown[]>>): Promise<string> => {
    const path = fresh();
    await mkdir(path);
    for (const [name, rows] of Object.entries(files)) {
      await writeFile(join(path, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    }
    return path;
  };
  const check = async (path: string) => {
    const problems: string[] = [];
    const result = await validateDataset(path, {
      onProblem: ({ file, line, reason }) => problems.push(`${file.slice(path.length + 1)}:${line ?? ''} ${reason}`),
    });
    expect(result.problems).toBe(problems.length);
    return { ...result, problems };
  };

  it('finds files that were changed, removed or added after the build', async () => {
    const path = fresh();
    await build(path);
    await appendFile(join(path, 'test.jsonl'), '\n');
    expect(await check(path)).toMatchObject({
      ok: false,
      manifest: 'differs',
      problems: [expect.stringMatching(/^test\.jsonl: has another SHA-256/)],
    });
    await rm(join(path, 'test.jsonl'));
    await writeFile(join(path, 'more.jsonl'), `${JSON.stringify(alert('Watchdog'))}\n`);
    const { problems } = await check(path);
    expect(problems).toEqual([
      expect.stringMatching(/^test\.jsonl: is named in the manifest, but is not there/),
      expect.stringMatching(/^more\.jsonl: is not named in the manifest/),
    ]);
    for (const [text, fault] of [
      ['{', /^manifest\.json: is no JSON/],
      ['{"formatVersion": 2}', /^manifest\.json: formatVersion: expected 1; a newer package/],
    ] as const) {
      await writeFile(join(path, 'manifest.json'), text);
      expect((await check(path)).problems).toEqual([expect.stringMatching(fault)]);
    }
  });

  it('names file and line of every bad row, also of catalogs', async () => {
    const path = await folderOf({
      'catalogs.jsonl': [
        { id: 'mine', functions: [{ name: 'page-owner' }] },
        { id: 'mine', functions: [{ name: 'x' }] },
        { id: 'bad', functions: [{}] },
      ],
      'train.jsonl': [
        { ...alert('A'), id: 'a', catalog: 'mine', functions: ['page-owner'] },
        { ...alert('B'), split: 'test' },
      ],
      'zzz.jsonl': [{ ...alert('C'), id: 'a' }, alert('D')],
    });
    const result = await check(path);
    expect(result.ok).toBe(false);
    expect(result.manifest).toBe('none');
    expect(result.problems).toEqual([
      expect.stringMatching(/^catalogs\.jsonl:2 id: expected distinct ids, received "mine" again/),
      expect.stringMatching(/^catalogs\.jsonl:3 functions\[0\]\.name: expected a name/),
      expect.stringMatching(/^train\.jsonl:2 split: expected "train".* received "test"/),
      expect.stringMatching(/^zzz\.jsonl:1 id: .*"a" again \(first in train\.jsonl:1\)$/),
    ]);
    expect(Object.values(result.good)).toEqual([1, 1]);
    expect((await readDataset(path)).examples.map(({ id, split }) => [id, split])).toEqual([
      ['a', 'train'],
      ['zzz.jsonl:2', 'test'],
    ]);
  });

  it('finds what stands in two splits, whatever its group says', async () => {
    const path = await folderOf({
      'train.jsonl': [alert('PodCrashLooping'), alert('DiskFull')],
      'test.jsonl': [{ ...alert('KubePodCrashLoop'), group: 'hidden' }, alert('NodeDown')],
    });
    const result = await check(path);
    expect(result).toMatchObject({ ok: false, problems: [], leakage: 1 });
    expect(result.leaks).toEqual([
      { what: 'the alert name "KubePodCrashLoop" (group "crash loop pod")', splits: ['train', 'test'] },
    ]);
  });

  it('wants at least one row, and a path that is there', async () => {
    const path = await folderOf({ 'train.jsonl': [] });
    expect(await check(path)).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/at least one labelled alert/)],
    });
    await expect(validateDataset(await folderOf({}))).rejects.toThrow(/holds no file of labelled alerts/);
    await expect(validateDataset(fresh('missing'))).rejects.toThrow(/missing cannot be read/);
  });
});

describe('counts', () => {
  const [one] = examples as [Example];
  const withAlert = (
    labels: Record<string, string>,
    annotations: Record<string, string>,
    more: Partial<Example> = {},
  ) => ({
    ...one,
    alert: { ...one.alert, labels, annotations },
    ...more,
  });

  it('of leakage take an alert as the same in another order, case and spacing', () => {
    const counter = createLeakageCounter();
    const more = { group: 'x', split: 'train' } as const;
    counter.add(withAlert({ alertname: 'A', pod: 'P' }, { summary: 'It  is\ndown' }, more));
    counter.add(withAlert({ alertname: 'A', pod: 'p' }, { summary: 'it is down.' }, more));
    expect(counter.count()).toBe(0);
    counter.add(withAlert({ pod: 'p', alertname: 'a' }, { summary: 'It is down ' }, { group: 'x', split: 'test' }));
    // The group that was given, the group of the name, and the text; a third split adds none.
    expect(counter.count()).toBe(3);
    counter.add(
      withAlert({ pod: 'p', alertname: 'a' }, { summary: 'It is down ' }, { group: 'x', split: 'validation' }),
    );
    expect(counter.count()).toBe(3);
    expect(counter.leaks().map(({ splits }) => splits)).toEqual(Array(3).fill(['train', 'test']));
  });

  it('of a dataset are those of its rows', () => {
    const tally = createDatasetTally();
    const shared = { catalog: DEFAULT_CATALOG, cause: 'crash-loop', source: 's' };
    tally.add(withAlert({ alertname: 'A' }, {}, { ...shared, functions: [], split: 'test', group: 'a' }));
    const restart = { ...shared, functions: ['pod-restart', 'pod-check-status'], split: 'train' as const };
    tally.add(withAlert({ alertname: 'B', pod: 'p' }, { summary: 'a b c' }, { ...restart, group: 'b' }));
    const words = { summary: 'a b c d e f g', description: 'h', runbook_url: 'https://x' };
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`l${index}`, 'x']));
    tally.add(
      withAlert({ alertname: 'B', ...many }, words, { ...restart, catalog: DEFAULT_CATALOG.slice(0, 4), group: 'b' }),
    );
    tally.addBad();
    expect(tally.result()).toEqual({
      rows: 3,
      badRows: 1,
      groups: 2,
      noneShare: 1 / 3,
      splits: {
        train: { rows: 2, groups: 1, noneShare: 0, defaultCatalogShare: 0.5 },
        test: { rows: 1, groups: 1, noneShare: 1, defaultCatalogShare: 1 },
      },
      sources: { s: 3 },
      functions: { 'pod-restart': 2, none: 1 },
      causes: { 'crash-loop': 3 },
      catalogSizes: { '1-4': 1, '5-8': 2, '9-16': 0, '17-32': 0, '33-64': 0, 'over 64': 0 },
      labelCounts: { '0': 1, '1-2': 1, '3-4': 0, '5-6': 0, '7-8': 0, '9-12': 0, '13-16': 0, 'over 16': 1 },
      annotationWords: { '0': 1, '1-7': 1, '8-19': 1, '20-49': 0, 'over 49': 0 },
    });
  });
});
