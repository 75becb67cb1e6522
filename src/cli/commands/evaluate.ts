import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ConfigurationError, InvalidInputError } from '../../core/errors.js';
import { type Catalog, parseCatalog } from '../../domain/index.js';
import type { EvaluationReport, EvaluationSet } from '../../training/index.js';
import { wholeNumber } from '../options.js';
import { createProgress, interruptSignal } from '../progress.js';
import { parseInput, readText } from '../read-input.js';

interface Options {
  readonly model?: string;
  readonly suite?: string;
  readonly data?: string;
  readonly catalog?: string;
  readonly count: number;
  readonly seed: number;
  readonly draws: number;
  readonly threshold: number;
  readonly risk?: readonly number[];
  readonly cycles?: { readonly H_cycles: number; readonly L_cycles: number };
  readonly baselines: boolean;
  readonly facts?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** Training examples that the baselines learn from. */
const BASELINE_EXAMPLES = 4_000;

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'measure a model: accuracy, parameters, coverage, calibration, what recursion does, and simple methods beside it',
    )
    .option('--model <dir>', 'model folder; default: the bundled model')
    .option('--suite <name>', 'all, main, remedarc or one suite (see below); default: main, or none with --data')
    .option('--data <file>', 'labelled alerts of your own: JSONL, or a folder written by `agent-trm dataset build`')
    .option('--catalog <file>', 'functions for alerts of --data that bring none (JSON); default: the default catalog')
    .option('--count <n>', 'examples a suite', wholeNumber, 400)
    .option('--seed <n>', 'seed of the examples', wholeNumber, 20_000)
    .option(
      '--draws <n>',
      'draws of each headline suite (iid, unseen-alert, unseen-function, large-catalog)',
      wholeNumber,
      1,
    )
    .option('--threshold <p>', 'confidence from which an answer is accepted', share, 0.7)
    .option(
      '--risk <list>',
      'shares of accepted answers that may be wrong, such as 0.02: prints the threshold for each',
      shares,
    )
    .option('--cycles <HxL>', "H and L cycles in place of the model's own, such as 1x1, with the same weights", depth)
    .option('--no-baselines', 'leave the simple methods out')
    .option('--facts <dir>', 'folder of the facts; default: those of this package')
    .option('--report <dir>', 'write report.json and report.html there')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Suites: iid, unseen-alert, unseen-vendor, unseen-function, large-catalog, rule-function, field, field-validation, noisy,
none, ood, memory, hops, remedarc, remedarc-compositions, remedarc-primitives, remedarc-distractors,
remedarc-no-demonstrations, remedarc-shuffled.

A line of --data is {"alert": {"labels": {...}, "annotations": {...}}, "lambda_function": "pod-restart" or null,
"parameters": {"name": "checkout-0"}}; \`agent-trm dataset validate FILE\` says what is wrong with one.

Examples:
  agent-trm evaluate --suite all --risk 0.02,0.05 --report report
  agent-trm evaluate --suite all --draws 3
  agent-trm evaluate --data alerts.jsonl --catalog functions.json
  agent-trm evaluate --model models/remediation-v5 --suite remedarc --count 1000`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [training, { bundledModelPath, packageRoot }] = await Promise.all([
    import('../../training/index.js'),
    import('../../trm/remediation/index.js'),
  ]);
  if (options.catalog !== undefined && options.data === undefined) {
    throw new ConfigurationError('--catalog is for the alerts of --data; the suites bring their own functions');
  }
  const set = options.data === undefined ? undefined : await readSet(options.data, options.catalog);
  const suites = options.suite === undefined ? undefined : training.suitesOf(options.suite);
  const progress = createProgress('evaluating');
  const evaluation = await training.evaluateInDetail({
    modelPath: options.model ?? (await bundledModelPath()),
    facts: await training.loadFacts(options.facts ?? join(packageRoot(), 'models', 'facts')),
    ...(suites && { suites }),
    ...(set && { sets: [set] }),
    count: options.count,
    seed: options.seed,
    draws: options.draws,
    threshold: options.threshold,
    ...(options.risk && { risks: options.risk }),
    ...(options.cycles && { cycles: options.cycles }),
    ...(options.baselines && { baselineExamples: BASELINE_EXAMPLES }),
    signal: interruptSignal(),
    onProgress: (stage, done, total) => progress.update(done, total, stage),
  });
  progress.end();
  const { report } = evaluation;
  if (options.report !== undefined) {
    const made = { measuredAt: new Date().toISOString(), command: commandLine(options) };
    const files = await training.writeReport(options.report, training.pageOf(evaluation, made));
    process.stderr.write(`${files.join(' and ')} written.\n`);
  }
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportTable(report)}\n`);
}

async function readSet(path: string, catalogPath: string | undefined): Promise<EvaluationSet> {
  const { readDataset } = await import('../../training/index.js');
  const catalog: Catalog | undefined =
    catalogPath === undefined ? undefined : parseCatalog(parseInput(await readText(catalogPath), catalogPath).value);
  const { examples, problems } = await readDataset(path, catalog === undefined ? {} : { catalog });
  const [first] = problems;
  if (first !== undefined) {
    const lines = problems
      .slice(0, 10)
      .map(({ file, line, reason }) => `${file}${line === undefined ? '' : `:${line}`}: ${reason}`);
    const more = problems.length > 10 ? `\nand ${problems.length - 10} more; see agent-trm dataset validate` : '';
    throw new InvalidInputError('data', `${problems.length} rows cannot be used:\n${lines.join('\n')}${more}`);
  }
  return { name: 'data', description: 'the labelled alerts of --data', examples };
}

/** What was asked for, so that a report can be made again; without paths of this machine. */
function commandLine(options: Options): string {
  const { suite, data, catalog, count, seed, draws, threshold, risk, cycles, baselines } = options;
  return [
    'agent-trm evaluate',
    ...(suite !== undefined || data === undefined ? [`--suite ${suite ?? 'main'}`] : []),
    ...(data === undefined ? [] : ['--data FILE']),
    ...(catalog === undefined ? [] : ['--catalog FILE']),
    `--count ${count} --seed ${seed} --threshold ${threshold}`,
    ...(draws === 1 ? [] : [`--draws ${draws}`]),
    ...(risk === undefined ? [] : [`--risk ${risk.join()}`]),
    ...(cycles === undefined ? [] : [`--cycles ${cycles.H_cycles}x${cycles.L_cycles}`]),
    ...(baselines ? [] : ['--no-baselines']),
  ].join(' ');
}

function depth(text: string): { H_cycles: number; L_cycles: number } {
  const [, h, l] = /^([1-9]\d?)x([1-9]\d?)$/.exec(text) ?? [];
  if (h !== undefined && l !== undefined) return { H_cycles: Number(h), L_cycles: Number(l) };
  throw new InvalidArgumentError(`expected two numbers such as 1x1 or 3x6, received "${text}"`);
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`expected a number from 0 to 1, received "${text}"`);
}

function shares(text: string): number[] {
  return text.split(',').map((part) => {
    const value = share(part);
    if (value > 0 && value < 1) return value;
    throw new InvalidArgumentError(`expected numbers between 0 and 1, received "${part}"`);
  });
}

const percent = (value: number): string => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)}%`);

/** The suites, the baselines, thresholds by risk and the memory, as aligned tables. */
export function reportTable(report: EvaluationReport): string {
  const head = [
    'suite',
    'cases',
    'function',
    'call',
    '95 %',
    'parameters',
    'by H cycle',
    'steps',
    'coverage',
    'accepted right',
    'at 70 %',
    'acts wrongly',
    'ECE',
  ];
  const body = report.rows.map((row) => [
    row.suite,
    String(row.cases),
    percent(row.functionAccuracy),
    percent(row.callAccuracy),
    `${percent(row.callInterval.low)}-${percent(row.callInterval.high)}`,
    percent(row.parameterAccuracy),
    row.cycles
      .filter(({ step }) => step === 1)
      .map(({ callAccuracy }) => percent(callAccuracy))
      .join(' '),
    row.meanSteps.toFixed(2),
    percent(row.coverage),
    percent(row.selectiveAccuracy),
    percent(row.selectiveAccuracyAt70),
    percent(row.wronglyActed),
    row.ece.toFixed(3),
  ]);
  const parts = [align([head, ...body])];
  const { baselines, draws, memory, risks } = report;
  if (draws !== undefined) {
    const rows = draws.map((draw) => [
      draw.suite,
      String(draw.seed),
      percent(draw.functionAccuracy),
      percent(draw.callAccuracy),
    ]);
    parts.push(align([['suite', 'seed', 'function', 'call'], ...rows]));
  }
  if (baselines !== undefined) {
    const rows = baselines.rows.map((row) => [
      row.suite,
      row.baseline,
      percent(row.functionAccuracy),
      percent(row.callAccuracy),
      percent(row.wronglyActed),
    ]);
    parts.push(align([['suite', 'baseline', 'function', 'call', 'acts wrongly'], ...rows]));
    for (const { baseline, reason } of baselines.skipped) parts.push(`${baseline}: left out, ${reason}`);
  }
  if (memory !== undefined) {
    parts.push(
      `memory: ${percent(memory.followed)} of ${memory.taught} alerts answered as the added one says, ` +
        `${percent(memory.unchanged)} of ${memory.others} others unchanged`,
    );
  }
  for (const { risk, found } of risks ?? []) {
    parts.push(
      found === undefined
        ? `risk ${risk}: no threshold keeps it on these rows`
        : `risk ${risk}: threshold ${found.threshold.toFixed(3)}, coverage ${percent(found.coverage)}, bound ${found.riskBound.toFixed(4)}`,
    );
  }
  return parts.join('\n\n');
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
