import { appendFile } from 'node:fs/promises';
import type { CommanderError } from 'commander';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { datasetCommand } from '../../../src/cli/commands/dataset.js';
import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.js';
import { FACTS_FOLDER } from '../../fixtures/facts.js';
import { folderOf } from '../remediation/chain/fixtures.js';

const ROW = {
  alert: { labels: { alertname: 'PodCrashLooping', pod: 'shop-0', namespace: 'shop' } },
  lambda_function: 'pod-restart',
  parameters: { name: 'shop-0', namespace: 'shop' },
};
const OWN = { alert: ROW.alert, lambda_function: 'page-owner' };
const files = await folderOf({
  'good.jsonl': `${JSON.stringify(ROW)}\n`,
  'bad.jsonl': `${JSON.stringify(ROW)}\n${JSON.stringify({ ...ROW, parameters: { name: 'shop-1' } })}\n`,
  'own.jsonl': `${JSON.stringify(OWN)}\n`,
  'catalog.json': '[{"name": "page-owner"}]',
  'leaking/train.jsonl': `${JSON.stringify(ROW)}\n`,
  'leaking/test.jsonl': `${JSON.stringify(ROW)}\n`,
});
const at = (name: string): string => `${files.path}/${name}`;
afterAll(() => files.remove());
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs the command in this process and gives what it wrote. */
async function dataset(...parameters: string[]): Promise<{ readonly out: string; readonly err: string }> {
  const written = { out: '', err: '' };
  const writeTo = (stream: 'out' | 'err') => (chunk: unknown) => {
    written[stream] += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(writeTo('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(writeTo('err'));
  const outputs = { writeOut: writeTo('out'), writeErr: writeTo('err') };
  try {
    const command = datasetCommand().exitOverride().configureOutput(outputs);
    for (const part of command.commands) part.configureOutput(outputs);
    await command.parseAsync(parameters, { from: 'user' });
  } catch (error) {
    if ((error as CommanderError).code !== 'commander.helpDisplayed') throw error;
  } finally {
    vi.restoreAllMocks();
  }
  return written;
}

const SMALL = ['--train', '42', '--validation', '3', '--calibration', '0', '--test', '5'];

describe('agent-trm dataset', () => {
  it('builds a dataset that it finds valid and can count', async () => {
    const built = await dataset('build', '--out', at('data'), '--facts', FACTS_FOLDER, '--seed', '3', ...SMALL);
    expect(built.out).toMatch(/^file +rows +bytes +sha256\ntrain\.jsonl +42 +\d+ +[0-9a-f]{64}\n/);
    expect(built.out).toMatch(/\nleakage 0\n.*data is written\.\n$/);
    expect(built.err).toMatch(/building 50\/50 test\n$/);
    const valid = await dataset('validate', at('data'));
    expect(valid.out).toBe('50 good rows, 0 problems, leakage 0, the manifest matches\n');
    expect(process.exitCode).toBeUndefined();

    const counted = JSON.parse((await dataset('stats', at('data'), '--json')).out);
    expect(counted).toMatchObject({ rows: 50, badRows: 0, splits: { train: { rows: 42 }, test: { rows: 5 } } });
    const { out } = await dataset('stats', at('data'));
    expect(out).toMatch(
      /^50 rows, \d+ alert-name groups, none applies in [\d.]+%\n\nsplit +rows +groups +none applies/,
    );
    expect(out).toMatch(/\n\nbest function +rows +share\n/);
    expect(out).toContain('... and ');

    await appendFile(at('data/train.jsonl'), '\n');
    expect((await dataset('validate', at('data'))).out).toMatch(
      /^\S+train\.jsonl: has another SHA-256.*\n50 good rows, 1 /,
    );
    expect(process.exitCode).toBe(EXIT.usage);
  });

  it('does not build over what is there', async () => {
    const again = dataset('build', '--out', files.path, '--facts', FACTS_FOLDER, ...SMALL);
    const error: unknown = await again.catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/is not empty/);
    expect(exitCodeOf(error)).toBe(EXIT.usage);
  });

  it('names every bad row of an own file, and takes its catalog', async () => {
    expect((await dataset('validate', at('good.jsonl'))).out).toBe('1 good rows, 0 problems, leakage 0, no manifest\n');
    expect(process.exitCode).toBeUndefined();
    const { out } = await dataset('validate', at('bad.jsonl'));
    expect(out).toMatch(
      /bad\.jsonl:2: parameters\.name: expected the value of a label .*"shop-1".*\n1 good rows, 1 problems/,
    );
    expect(process.exitCode).toBe(EXIT.usage);
    process.exitCode = undefined;

    expect((await dataset('validate', at('own.jsonl'), '--catalog', at('catalog.json'))).out).toMatch(
      /^1 good rows, 0/,
    );
    expect(process.exitCode).toBeUndefined();
    const stats = await dataset('stats', at('own.jsonl'));
    expect(stats.out).toMatch(/^0 rows and 1 bad ones/);
    expect(stats.err).toMatch(/dataset validate .*own\.jsonl says why/);
  });

  it('finds leakage between the files of a folder', async () => {
    const { out } = await dataset('validate', at('leaking'));
    expect(out).toMatch(/the alert name "PodCrashLooping" .*stands in train and test; keep it in one split\n/);
    expect(out).toMatch(/2 good rows, 0 problems, leakage 2, no manifest\n$/);
    expect(process.exitCode).toBe(EXIT.usage);
  });

  it.each([
    [/required option '--out <dir>'/, ['build']],
    [/whole number from 0 to/, ['build', '--out', 'x', '--train', '-1']],
    [/default, random, both/, ['build', '--out', 'x', '--catalogs', 'all']],
    [/missing required argument 'dataset'/, ['validate']],
    [/cannot be read/, ['stats', at('nowhere')]],
    [/does not hold JSON/, ['validate', at('good.jsonl'), '--catalog', at('bad.txt')]],
  ])('refuses by name what it cannot use: %s', async (message, parameters) => {
    if (parameters.includes(at('bad.txt'))) await appendFile(at('bad.txt'), '{');
    await expect(dataset(...parameters)).rejects.toThrow(message);
  });

  it('teaches by examples', async () => {
    expect((await dataset('--help')).out).toMatch(
      /"lambda_function": "pod-restart"[\s\S]*Examples:\n +agent-trm dataset build/,
    );
    for (const part of ['build', 'stats', 'validate']) {
      expect((await dataset(part, '--help')).out).toMatch(new RegExp(`Examples:\\n +agent-trm dataset ${part} `));
    }
  });
});
