import { Command } from 'commander';
import { EXIT } from '../../exit-codes.js';
import { readCatalog } from './read-catalog.js';

interface Options {
  readonly catalog?: string;
}

export function validateCommand(): Command {
  return new Command('validate')
    .description('read every row of a dataset and say what is wrong, with file and line')
    .argument('<dataset>', 'a folder that build has written, a folder of JSONL files, or one JSONL file')
    .option('--catalog <file>', 'catalog of the lines that name none; default: the default catalog')
    .addHelpText(
      'after',
      `
Checks every row, the SHA-256 of the files where there is a manifest, and that no alert name and no alert stands in two
splits. Exit code 0 when all is well, 2 when anything is not. In a folder, train.jsonl, validation.jsonl,
calibration.jsonl and test.jsonl are the splits; rows of other files are of the split that they name, else of test.

Examples:
  agent-trm dataset validate data
  agent-trm dataset validate alerts.jsonl --catalog functions.json`,
    )
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { validateDataset } = await import('../../../training/dataset/files/index.js');
  const catalog = await readCatalog(options.catalog);
  const result = await validateDataset(path, {
    ...(catalog && { catalog }),
    onProblem: ({ file, line, reason }) =>
      process.stdout.write(`${line === undefined ? file : `${file}:${line}`}: ${reason}\n`),
  });
  for (const { what, splits } of result.leaks) {
    process.stdout.write(`${path}: ${what} stands in ${splits.join(' and ')}; keep it in one split\n`);
  }
  const good = Object.values(result.good).reduce((sum, rows) => sum + rows, 0);
  const manifest = { none: 'no manifest', matches: 'the manifest matches', differs: 'the manifest does not match' };
  process.stdout.write(
    `${good} good rows, ${result.problems} problems, leakage ${result.leakage}, ${manifest[result.manifest]}\n`,
  );
  if (!result.ok) process.exitCode = EXIT.usage;
}
