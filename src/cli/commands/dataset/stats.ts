import { Command } from 'commander';
import type { DatasetDescription } from '../../../training/dataset/files/index.js';
import { readCatalog } from './read-catalog.js';
import { table } from './table.js';

interface Options {
  readonly catalog?: string;
  readonly json?: boolean;
}

/** Rows of a table that is cut; --json has all. */
const TOP = 15;

export function statsCommand(): Command {
  return new Command('stats')
    .description('count what a dataset holds: splits, sources, functions, causes, catalogs, labels, annotations')
    .argument('<dataset>', 'a folder that build has written, a folder of JSONL files, or one JSONL file')
    .option('--catalog <file>', 'catalog of the lines that name none; default: the default catalog')
    .option('--json', 'all counts as JSON')
    .addHelpText(
      'after',
      `
Examples:
  agent-trm dataset stats data
  agent-trm dataset stats alerts.jsonl --catalog functions.json --json`,
    )
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { createDatasetTally, openDataset } = await import('../../../training/dataset/files/index.js');
  const catalog = await readCatalog(options.catalog);
  const dataset = await openDataset(path, catalog && { catalog });
  const tally = createDatasetTally();
  for await (const row of dataset.rows()) {
    if ('example' in row) tally.add(row.example);
    else tally.addBad();
  }
  const described = tally.result();
  process.stdout.write(options.json ? `${JSON.stringify(described, null, 2)}\n` : `${formatDescription(described)}\n`);
  if (described.badRows > 0) {
    process.stderr.write(
      `agent-trm: ${described.badRows} bad rows are not counted; agent-trm dataset validate ${path} says why\n`,
    );
  }
}

/** Tables for people, one a kind of count. */
export function formatDescription(described: DatasetDescription): string {
  const { rows, groups, noneShare, badRows } = described;
  const splits = Object.entries(described.splits).map(([name, split]) => [
    name,
    String(split.rows),
    String(split.groups),
    percent(split.noneShare),
    percent(split.defaultCatalogShare),
  ]);
  return [
    `${rows} rows${badRows > 0 ? ` and ${badRows} bad ones` : ''}, ${groups} alert-name groups, none applies in ${percent(noneShare)}`,
    table(['split', 'rows', 'groups', 'none applies', 'default catalog'], splits, [1, 2, 3, 4]),
    counts('source', described.sources, rows),
    counts('best function', described.functions, rows),
    counts('cause', described.causes, rows),
    counts('functions in the catalog', described.catalogSizes, rows),
    counts('labels beside the name', described.labelCounts, rows),
    counts('words of annotations', described.annotationWords, rows),
  ].join('\n\n');
}

function counts(title: string, record: Readonly<Record<string, number>>, rows: number): string {
  const entries = Object.entries(record);
  const shown = entries.slice(0, TOP).map(([name, count]) => [name, String(count), percent(count / Math.max(1, rows))]);
  const rest = entries.length - shown.length;
  return `${table([title, 'rows', 'share'], shown, [1, 2])}${rest > 0 ? `\n... and ${rest} more` : ''}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
