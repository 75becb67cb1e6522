import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { oneOf, wholeNumber } from '../../options.js';
import { createProgress, interruptSignal } from '../../progress.js';
import { table } from './table.js';

interface Options {
  readonly out: string;
  readonly seed: number;
  readonly train: number;
  readonly validation: number;
  readonly calibration: number;
  readonly test: number;
  readonly facts?: string;
  readonly catalogs: 'default' | 'random' | 'both';
  readonly force?: boolean;
}

export function buildCommand(): Command {
  return new Command('build')
    .description('draw labelled alerts from the facts and write them as a folder')
    .requiredOption('--out <dir>', 'folder to write')
    .option('--seed <n>', 'seed of the examples', wholeNumber, 1)
    .option('--train <n>', 'examples of the split train', count, 10_000)
    .option('--validation <n>', 'examples of the split validation', count, 1_000)
    .option('--calibration <n>', 'examples of the split calibration', count, 2_000)
    .option('--test <n>', 'examples of the split test', count, 2_000)
    .option('--facts <dir>', 'folder of the facts; default: those of this package')
    .option(
      '--catalogs <which>',
      'present the default catalog, random ones, or both',
      oneOf('default', 'random', 'both'),
      'both',
    )
    .option('--force', 'replace the dataset in a folder that is not empty')
    .addHelpText(
      'after',
      `
Writes train.jsonl, validation.jsonl, calibration.jsonl, test.jsonl, catalogs.jsonl and manifest.json (seed, hash of the
facts, SHA-256 of each file, how the splits are made). The same seed and counts give the same files. Splits share no
alert name and no alert: the leakage is counted, and where it is not 0 nothing is written and the exit code is 2.

Examples:
  agent-trm dataset build --out data
  agent-trm dataset build --out small --train 200 --validation 50 --calibration 50 --test 50 --seed 7
  agent-trm dataset build --out data --catalogs default --force`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ buildDataset }, { loadFacts }, { packageRoot }] = await Promise.all([
    import('../../../training/dataset/files/index.js'),
    import('../../../training/dataset/facts/load-facts.js'),
    import('../../../trm/remediation/index.js'),
  ]);
  const { version } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  const { train, validation, calibration, test } = options;
  const progress = createProgress('building');
  const manifest = await buildDataset({
    facts: await loadFacts(options.facts ?? join(packageRoot(), 'models', 'facts')),
    out: options.out,
    seed: options.seed,
    counts: { train, validation, calibration, test },
    catalogs: options.catalogs,
    packageVersion: version,
    force: options.force ?? false,
    signal: interruptSignal(),
    onProgress: (split, done, total) => progress.update(done, total, split),
  });
  progress.end();
  const rows = Object.entries(manifest.files).map(([name, { rows, bytes, sha256 }]) => [
    name,
    String(rows),
    String(bytes),
    sha256,
  ]);
  process.stdout.write(
    `${table(['file', 'rows', 'bytes', 'sha256'], rows, [1, 2])}\n\nseed ${manifest.seed}, facts ${manifest.factsHash}\n` +
      `leakage ${manifest.leakage}\n${options.out} is written.\n`,
  );
}

function count(value: string): number {
  if (!/^\d{1,7}$/.test(value)) throw new InvalidArgumentError('expected a whole number from 0 to 9999999');
  return Number(value);
}
