import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { SuiteReport } from '../../training/index.js';
import { wholeNumber } from '../options.js';
import { createProgress, interruptSignal } from '../progress.js';

interface Options {
  readonly model?: string;
  readonly suite: string;
  readonly count: number;
  readonly seed: number;
  readonly facts?: string;
  readonly report?: string;
  readonly json?: boolean;
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure a model: accuracy, coverage, calibration, accuracy after every H cycle')
    .option('--model <dir>', 'model folder; default: the bundled model')
    .option('--suite <name>', 'iid, unseen-alert, unseen-function, none or all', 'all')
    .option('--count <n>', 'examples a suite', wholeNumber, 400)
    .option('--seed <n>', 'seed of the examples', wholeNumber, 20_000)
    .option('--facts <dir>', 'folder of the facts; default: those of this package')
    .option('--report <dir>', 'write report.json there')
    .option('--json', 'print the report as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ evaluateModel, loadFacts, SUITES }, { bundledModelPath, packageRoot }] = await Promise.all([
    import('../../training/index.js'),
    import('../../trm/remediation/index.js'),
  ]);
  const progress = createProgress('evaluating');
  const report = await evaluateModel({
    modelPath: options.model ?? (await bundledModelPath()),
    facts: await loadFacts(options.facts ?? join(packageRoot(), 'models', 'facts')),
    ...(options.suite !== 'all' && {
      suites: SUITES.filter((suite) => suite === options.suite).concat(unknownSuite(options.suite, SUITES)),
    }),
    count: options.count,
    seed: options.seed,
    signal: interruptSignal(),
    onProgress: (suite, done, total) => progress.update(done, total, suite),
  });
  progress.end();
  if (options.report) {
    await mkdir(options.report, { recursive: true });
    await writeFile(join(options.report, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  }
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportTable(report.rows)}\n`);
}

/** An unknown name goes on as it is, so that the evaluation refuses it with the list of known ones. */
function unknownSuite<T extends string>(name: string, known: readonly T[]): T[] {
  return (known as readonly string[]).includes(name) ? [] : [name as T];
}

/** One line a suite, aligned. */
export function reportTable(rows: readonly SuiteReport[]): string {
  const percent = (value: number): string => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)}%`);
  const head = [
    'suite',
    'cases',
    'function',
    'call',
    'by H cycle',
    'steps',
    'coverage',
    'accepted right',
    'acts wrongly',
    'ECE',
  ];
  const body = rows.map((row) => [
    row.suite,
    String(row.cases),
    percent(row.functionAccuracy),
    percent(row.callAccuracy),
    row.callAccuracyPerHCycle.map(percent).join(' '),
    row.meanSteps.toFixed(2),
    percent(row.coverage),
    percent(row.selectiveAccuracy),
    percent(row.wronglyActed),
    row.ece.toFixed(3),
  ]);
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...body.map((row) => (row[column] as string).length)),
  );
  return [head, ...body]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
