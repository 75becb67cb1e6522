import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../../../src/core/errors.js';
import { evaluationPage, writeReport } from '../../../../../src/training/evaluation/report/index.js';
import { FULL_PAGE } from './sample-page.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writing a report', () => {
  it('makes the folder and leaves nothing but the data and the page, which can be drawn from it again', async () => {
    const directory = join(folder, 'a', 'b');
    expect(await writeReport(directory, { ...FULL_PAGE, seed: 1 })).toEqual([
      join(directory, 'report.json'),
      join(directory, 'report.html'),
    ]);
    await writeReport(directory, FULL_PAGE);
    expect((await readdir(directory)).sort()).toEqual(['report.html', 'report.json']);
    const data = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'));
    expect(data).toEqual(FULL_PAGE);
    expect(await readFile(join(directory, 'report.html'), 'utf8')).toBe(evaluationPage(data));
  });

  it('names the folder that it cannot write to', async () => {
    await writeFile(join(folder, 'file'), 'mine');
    const written = writeReport(join(folder, 'file'), FULL_PAGE);
    await expect(written).rejects.toBeInstanceOf(ConfigurationError);
    await expect(written).rejects.toThrow(
      /report\.json, report\.html cannot be written to .*file: EEXIST.*Name a folder/s,
    );
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('mine');
  });
});
