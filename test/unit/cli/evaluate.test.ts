import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { CommanderError } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluateCommand } from '../../../src/cli/commands/evaluate.js';
import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.js';
import { fewFacts } from '../../fixtures/facts.js';
import { folderOf } from '../remediation/chain/fixtures.js';
import { writeRandomModel } from '../trm/remediation/random-model.js';

const ROW = {
  alert: { labels: { alertname: 'PodCrashLooping', pod: 'shop-0', namespace: 'shop' } },
  lambda_function: 'pod-restart',
  parameters: { name: 'shop-0', namespace: 'shop' },
};
const bad = (count: number): string => `${JSON.stringify({ ...ROW, parameters: { name: 'shop-1' } })}\n`.repeat(count);
const files = await folderOf({
  'good.jsonl': `${JSON.stringify(ROW)}\n${JSON.stringify({ ...ROW, lambda_function: null, parameters: {} })}\n`,
  'bad.jsonl': `${JSON.stringify(ROW)}\n${bad(1)}{"alert": \n`,
  'worse.jsonl': bad(13),
  'empty.jsonl': '\n',
  'own.jsonl': `${JSON.stringify({ alert: ROW.alert, lambda_function: 'page-owner' })}\n`,
  'catalog.json': '[{"name": "page-owner"}]',
  'broken.json': '{',
  ...Object.fromEntries(Object.entries(await fewFacts()).map(([name, text]) => [`facts/${name}`, text])),
});
const at = (name: string): string => `${files.path}/${name}`;
beforeAll(() => writeRandomModel(at('model'), 9));
afterAll(() => files.remove());
afterEach(() => vi.restoreAllMocks());

/** Runs the command in this process, on random weights, and gives what it wrote to standard output. */
async function evaluate(...parameters: string[]): Promise<string> {
  let out = '';
  const write = (chunk: unknown): boolean => {
    out += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const command = evaluateCommand()
      .exitOverride()
      .configureOutput({ writeOut: write, writeErr: () => undefined });
    await command.parseAsync(['--model', at('model'), '--facts', at('facts'), '--no-baselines', ...parameters], {
      from: 'user',
    });
  } catch (error) {
    if ((error as CommanderError).code !== 'commander.helpDisplayed') throw error;
  } finally {
    vi.restoreAllMocks();
  }
  return out;
}

/** What the command refuses to do. */
async function refusal(...parameters: string[]): Promise<Error> {
  return evaluate(...parameters).then(
    () => Promise.reject(new Error('it went well')),
    (error: Error) => error,
  );
}

describe('agent-trm evaluate', () => {
  it('measures a suite, and prints a table with a line for it', async () => {
    const out = await evaluate('--suite', 'ood', '--count', '6');
    const [head, row, ...rest] = out.trimEnd().split('\n');
    expect(head).toMatch(/^suite +cases +function +call +95 % +parameters +by H cycle/);
    expect(row).toMatch(/^ood +6 +[\d.]+% +[\d.]+%/);
    expect(rest).toEqual([]);
    expect(out).not.toMatch(/NaN|undefined/);
  });

  it('measures own alerts only, as JSON, and writes a report that says how', async () => {
    await mkdir(at('report'));
    const out = await evaluate('--data', at('good.jsonl'), '--json', '--report', at('report'), '--threshold', '0.25');
    const report = JSON.parse(out);
    expect(report).toMatchObject({ model: 'random-v1', threshold: 0.25, rows: [{ suite: 'data', cases: 2 }] });
    const page = JSON.parse(await readFile(at('report/report.json'), 'utf8'));
    expect(page.command).toBe(
      'agent-trm evaluate --data FILE --count 400 --seed 20000 --threshold 0.25 --no-baselines',
    );
    expect(page.suites).toMatchObject([{ name: 'data', cases: 2, noneCases: 1 }]);
    expect(Date.parse(page.measuredAt)).toBeLessThanOrEqual(Date.now());
    expect(await readFile(at('report/report.html'), 'utf8')).toContain('PodCrashLooping');
  });

  it('measures own alerts with their own catalog, beside a suite, and says both', async () => {
    const own = ['--data', at('own.jsonl'), '--catalog', at('catalog.json'), '--suite', 'ood', '--count', '3'];
    const { rows } = JSON.parse(await evaluate(...own, '--json', '--report', at('both'), '--cycles', '1x2'));
    expect(rows.map(({ suite, cases }: { suite: string; cases: number }) => [suite, cases])).toEqual([
      ['ood', 3],
      ['data', 1],
    ]);
    expect(JSON.parse(await readFile(at('both/report.json'), 'utf8')).command).toBe(
      'agent-trm evaluate --suite ood --data FILE --catalog FILE --count 3 --seed 20000 --threshold 0.7 --cycles 1x2 --no-baselines',
    );
  });

  it('names the bad rows of own alerts, ten at most, and measures none', async () => {
    const error = await refusal('--data', at('bad.jsonl'));
    expect(exitCodeOf(error)).toBe(EXIT.usage);
    expect(error.message).toMatch(
      /^data: 2 rows cannot be used:\n\S*bad\.jsonl:2: parameters\.name: .*"shop-1".*\n\S*bad\.jsonl:3: /,
    );
    const many = await refusal('--data', at('worse.jsonl'));
    expect(many.message).toMatch(/13 rows cannot be used/);
    expect(many.message.match(/worse\.jsonl:/g)).toHaveLength(10);
    expect(many.message).toMatch(/and 3 more; see agent-trm dataset validate$/);
    // Without its catalog the function is unknown.
    expect((await refusal('--data', at('own.jsonl'))).message).toMatch(/own\.jsonl:1: .*page-owner/);
  });

  it.each([
    ['an unknown suite', ['--suite', 'unseen'], /there is no suite "unseen"; known are all, main, iid/],
    ['an empty file', ['--data', at('empty.jsonl')], /suite data: nothing was evaluated|no rows|empty/],
    ['a file that is not there', ['--data', at('nowhere.jsonl')], /cannot be read/],
    ['a catalog that is no JSON', ['--data', at('good.jsonl'), '--catalog', at('broken.json')], /does not hold JSON/],
    [
      'a catalog for nothing',
      ['--suite', 'ood', '--catalog', at('catalog.json')],
      /--catalog is for the alerts of --data/,
    ],
  ])('refuses %s', async (_, parameters, message) => {
    const error = await refusal(...parameters);
    expect(error.message).toMatch(message);
    expect(exitCodeOf(error)).toBe(EXIT.usage);
  });

  it.each([
    [['--risk', '0'], /expected numbers between 0 and 1, received "0"/],
    [['--risk', '0.02,1'], /received "1"/],
    [['--risk', '0.02,,0.05'], /expected a number from 0 to 1, received ""/],
    [['--risk', 'some'], /received "some"/],
    [['--threshold', '1.5'], /expected a number from 0 to 1, received "1\.5"/],
    [['--threshold', ''], /received ""/],
    [['--count', 'many'], /whole number/],
    [['--count', '0'], /whole number of 1 or more/],
    [['--cycles', '3'], /two numbers such as 1x1/],
    [['--cycles', '0x3'], /two numbers such as 1x1/],
  ])('refuses by name what it cannot use: %j', async (parameters, message) => {
    const error = await refusal('--suite', 'ood', ...parameters);
    expect(error.message).toMatch(message);
    expect((error as CommanderError).code).toBe('commander.invalidArgument');
  });

  it('refuses a model that is damaged or missing', async () => {
    await writeRandomModel(at('damaged'), 9);
    await writeFile(at('damaged/vocabulary.json'), '{}');
    for (const model of ['damaged', 'nowhere']) {
      const error = await refusal('--suite', 'ood', '--model', at(model));
      expect(exitCodeOf(error), model).toBe(EXIT.model);
    }
  });

  it('names in its help every suite that there is', async () => {
    const { SUITES } = await import('../../../src/training/evaluation/index.js');
    const help = await evaluate('--help');
    for (const suite of SUITES) expect(help).toMatch(new RegExp(`\\b${suite}[,.\\s]`));
    expect(help).toMatch(/Examples:\n +agent-trm evaluate --suite all/);
  });
});
