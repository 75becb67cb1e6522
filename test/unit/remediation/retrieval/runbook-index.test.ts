import { cp, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError, ConfigurationError, DisposedError } from '../../../../src/core/errors.js';
import { createRunbookIndex, type RunbookIndexOptions } from '../../../../src/remediation/retrieval/index.js';
import { RUNBOOK_LIMITS } from '../../../../src/remediation/retrieval/runbook-files.js';
import { loadIndex, saveIndex } from '../../../../src/remediation/retrieval/stored-index.js';
import { alertOf, hashEmbedder, quiet } from './alerts.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/runbooks/', import.meta.url));

let folder = '';
let runbooks = '';
let indexPath = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-runbooks-'));
  runbooks = path.join(folder, 'runbooks');
  indexPath = path.join(folder, 'cache', 'index.json');
  await cp(FIXTURES, runbooks, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function find(alertname: string, options: Partial<RunbookIndexOptions> = {}): Promise<string[]> {
  const index = createRunbookIndex({ runbooks, refreshMs: 0, ...options });
  try {
    const hits = await index.search(alertOf(alertname), 3, quiet());
    return hits.map(({ source }) => source);
  } finally {
    await index.dispose();
  }
}

/** Moves a file's time stamp back, as if it had been written long ago. */
async function age(file: string): Promise<void> {
  const past = new Date(Date.now() - 3_600_000);
  await utimes(file, past, past);
}

describe('search', () => {
  it.each([
    ['FluxReconciliationFailure', 'RUNBOOK.md#fluxreconciliationfailure'],
    ['FluxGitRepositoryOutOfSync', 'RUNBOOK.md#git-repository-out-of-sync'],
    ['FluxHelmReleaseFailing', 'RUNBOOK.md#helm-releases'],
    ['PrometheusServiceDown', 'RUNBOOK.md#prometheus-is-down'],
    ['PodCPUHigh', 'RUNBOOK.md#pod-cpu-high'],
    ['PersistentVolumeFillingUpCritical', 'storage/volumes.md#persistentvolumefillingupcritical'],
  ])('finds the section about %s, with and without vectors', async (alertname, source) => {
    expect((await find(alertname))[0]).toBe(source);
    expect((await find(alertname, { embedder: hashEmbedder }))[0]).toBe(source);
  });

  it('finds every part of a section about an alert', async () => {
    const found = await find('PodCrashLoopBackOff');
    expect(found).toHaveLength(3);
    for (const source of found) expect(source).toMatch(/#(podcrashloopbackoff|diagnosis|remediation)$/);
  });

  it('meets other forms of the same words', async () => {
    expect((await find('KubeGitRepositoriesSyncFailed'))[0]).toBe('RUNBOOK.md#git-repository-out-of-sync');
    expect((await find('PvcVolumeFull'))[0]).toMatch(/^storage\/volumes\.md/);
  });

  it('finds nothing for other words', async () => {
    expect(await find('Zzyzx')).toEqual([]);
  });

  it('goes on by words when the embedder fails', async () => {
    const warnings: string[] = [];
    const embedder = () => Promise.reject(new Error('out of memory'));
    const found = await find('PodCPUHigh', { embedder, onWarning: (warning) => warnings.push(warning) });
    expect(found[0]).toBe('RUNBOOK.md#pod-cpu-high');
    expect(warnings.join()).toContain('out of memory');
  });

  it('names files of several folders apart, and follows links to files', async () => {
    const other = path.join(folder, 'other');
    await cp(FIXTURES, other, { recursive: true });
    await symlink(path.join(other, 'RUNBOOK.md'), path.join(runbooks, 'linked.md'));
    const index = createRunbookIndex({ runbooks: [runbooks, other] });
    const hits = await index.search(alertOf('PodCPUHigh'), 3, quiet());
    expect(hits.map(({ source }) => source).sort()).toEqual([
      'RUNBOOK.md#pod-cpu-high',
      'linked.md#pod-cpu-high',
      'other/RUNBOOK.md#pod-cpu-high',
    ]);
    await index.dispose();
  });

  it('says what is wrong with its options, and ends by the signal and by dispose', async () => {
    expect(() => createRunbookIndex({ runbooks: [] })).toThrow(ConfigurationError);
    await expect(find('A', { runbooks: path.join(folder, 'nowhere') })).rejects.toThrow(/nowhere.*cannot be found/);
    const index = createRunbookIndex({ runbooks });
    await expect(index.search(alertOf('A'), 3, AbortSignal.abort())).rejects.toThrow(AbortedError);
    await index.dispose();
    await expect(index.search(alertOf('A'), 3, quiet())).rejects.toThrow(DisposedError);
  });

  it('leaves out what is too long, and says so', async () => {
    await writeFile(path.join(runbooks, 'long.md'), '# PodCPUHigh\n'.padEnd(5_000_000, 'x'));
    const warnings: string[] = [];
    const found = await find('PodCPUHigh', { onWarning: (warning) => warnings.push(warning) });
    expect(found[0]).toBe('RUNBOOK.md#pod-cpu-high');
    expect(warnings).toEqual([expect.stringContaining(`at most ${RUNBOOK_LIMITS.fileBytes}`)]);
  });
});

describe('the stored index', () => {
  it('is used again as long as nothing changes', async () => {
    for (const file of ['RUNBOOK.md', 'storage/volumes.md']) await age(path.join(runbooks, file));
    let texts = 0;
    const embedder = async (batch: readonly string[]) => {
      texts += batch.length;
      return hashEmbedder(batch);
    };
    await find('PodCPUHigh', { indexPath, embedder });
    const first = texts;
    const stored = await readFile(indexPath, 'utf8');
    await find('PodCPUHigh', { indexPath, embedder });
    // The probe and the alert.
    expect(texts - first).toBe(2);
    expect(await readFile(indexPath, 'utf8')).toBe(stored);
    expect(await readdir(path.dirname(indexPath))).toEqual(['index.json']);
  });

  it('is embedded anew when the embedder is another one', async () => {
    await find('PodCPUHigh', { indexPath, embedder: hashEmbedder });
    let texts = 0;
    const other = async (batch: readonly string[]) => {
      texts += batch.length;
      return (await hashEmbedder(batch)).map((vector) => vector.map((value, at) => value + (at % 3)));
    };
    await find('PodCPUHigh', { indexPath, embedder: other });
    expect(texts).toBeGreaterThan(5);
  });

  it('follows files that change, come and go', async () => {
    const file = path.join(runbooks, 'RUNBOOK.md');
    await age(file);
    const index = createRunbookIndex({ runbooks, indexPath, refreshMs: 0 });
    const first = async (name: string) => (await index.search(alertOf(name), 1, quiet()))[0];
    expect((await first('QuuxBroken'))?.exact ?? 0).toBe(0);
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\n## QuuxBroken\nUse \`pod-restart\`.\n`);
    expect(await first('QuuxBroken')).toMatchObject({ source: 'RUNBOOK.md#quuxbroken', exact: 1 });
    // The same length within the grain of the time stamp.
    await writeFile(file, `${text}\n## QuuyBroken\nUse \`pod-restart\`.\n`);
    expect(await first('QuuyBroken')).toMatchObject({ source: 'RUNBOOK.md#quuybroken', exact: 1 });
    await writeFile(path.join(runbooks, 'new.md'), '# FrobDown\nx');
    expect(await first('FrobDown')).toMatchObject({ source: 'new.md#frobdown' });
    await rm(path.join(runbooks, 'new.md'));
    expect((await first('FrobDown'))?.source).not.toBe('new.md#frobdown');
    await index.dispose();
    expect(await find('QuuyBroken', { indexPath })).toContain('RUNBOOK.md#quuybroken');
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['changed within a text', (text: string) => text.replace('Kustomization', 'kustomization')],
    ['of another version', (text: string) => text.replace('"version":1', '"version":99')],
    ['no index', () => '{"files": []}'],
    ['not JSON', () => 'null\u0000'],
    ['empty', () => ''],
    ['null', () => 'null'],
  ])('is built anew when it is %s', async (_, damage) => {
    await find('PodCPUHigh', { indexPath });
    await writeFile(indexPath, damage(await readFile(indexPath, 'utf8')));
    const warnings: string[] = [];
    const found = await find('PodCPUHigh', { indexPath, onWarning: (warning) => warnings.push(warning) });
    expect(found[0]).toBe('RUNBOOK.md#pod-cpu-high');
    expect(warnings).toEqual([expect.stringContaining('built anew')]);
    expect(await loadIndex(indexPath)).toHaveProperty('index');
  });

  it('stays in memory when it cannot be written', async () => {
    const warnings: string[] = [];
    const file = path.join(runbooks, 'RUNBOOK.md', 'index.json');
    const found = await find('PodCPUHigh', { indexPath: file, onWarning: (warning) => warnings.push(warning) });
    expect(found[0]).toBe('RUNBOOK.md#pod-cpu-high');
    expect(warnings.join()).toContain('cannot be written');
  });

  it('is whole whoever writes it at the same time', async () => {
    const files = (size: number) => [
      { path: '/a', size, mtimeMs: 1, checkedAtMs: 1, sha256: 'a'.repeat(64), sections: [] },
    ];
    let ended = false;
    const writing = Promise.all(
      [1, 2, 3].map(async (writer) => {
        for (let round = 0; round < 10; round++) await saveIndex(indexPath, { files: files(writer) });
      }),
    ).finally(() => {
      ended = true;
    });
    let reads = 0;
    while (!ended) {
      const loaded = await loadIndex(indexPath);
      if (!('fault' in loaded && loaded.fault === 'missing')) expect(loaded).toHaveProperty('index');
      reads++;
    }
    await writing;
    expect(reads).toBeGreaterThan(0);
    expect(await readdir(path.dirname(indexPath))).toEqual(['index.json']);
  });
});
