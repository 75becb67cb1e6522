import type { RemediationConfig } from '../../../trm/remediation/index.js';
import type { EvaluationReport } from '../evaluate.js';
import { gateRows } from '../gate.js';
import { SUITE_DESCRIPTIONS } from '../suites.js';
import type { GateRow } from './page-data.js';

/** The parts of a manifest that the card shows. */
interface CardManifest {
  readonly name: string;
  readonly version: number;
  readonly config: RemediationConfig;
  readonly haltMaxSteps: number;
  readonly training: Readonly<Record<string, unknown>>;
}

const percent = (value: number): string => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`);

/**
 * MODEL_CARD.md: what the model is, what it was trained on, what it can and cannot do, in figures.
 *
 * @param notes Markdown to put before the limits: what was tried, and what lost
 */
export function modelCard(manifest: CardManifest, report: EvaluationReport, command: string, notes = ''): string {
  const { config } = manifest;
  return `# ${manifest.name} v${manifest.version}

A Tiny Recursive Model that chooses a remediation function and its parameters for a Prometheus alert.

## Architecture

Slot TRM: ${config.slots} answer slots of width ${config.hidden_size} recurse (${config.L_layers} layers, ${config.num_heads} heads, H_cycles ${config.H_cycles}, L_cycles ${config.L_cycles}, at most ${manifest.haltMaxSteps} supervision steps) over the fields of the alert, those of answered alerts shown beside it, and the functions of the catalog, which are encoded once (${config.encoder_layers} one-pass layers). ${config.vocab_size} token rows.

## Training

\`${command}\`

Dataset hash \`${String(manifest.training.datasetHash)}\`; the facts are in models/facts, with the sources and licences of the alert rules in its README. Every settings value stands in manifest.json.

## Figures

Measured by \`agent-trm evaluate --suite all\` at seed ${report.seed} and threshold ${report.threshold}, ${Math.max(...report.rows.map(({ cases }) => cases))} examples a suite; intervals are 95 %, by bootstrap over alert names. All suites are drawn by this project's generator from its own facts, so they say nothing about alerts of another world.

${suiteTable(report)}

${report.rows.map(({ suite }) => `- ${suite}: ${describe(suite)}.`).join('\n')}
- "call right" counts the function and every parameter that a pointer fills; "parameters" are right calls among answers that name a right function; "right at 70 %" are right calls among the 70 % most confident answers; "acts" are accepted answers that act among the cases on which nothing should be done.

### Recursion

Calls right after each H cycle, had no row halted (step.cycle):

${cycleTable(report)}
${drawTable(report)}${baselineTable(report)}
### Bars

${gateTable(gateRows(report))}

${notes === '' ? '' : `${notes.trim()}\n\n`}## Limits

Trained on facts about public alert rules and on described failure modes, not on recorded incidents. The confidence is fitted on this generator's calibration split. Text in other languages than English was not in training.
`;
}

function describe(suite: string): string {
  return suite in SUITE_DESCRIPTIONS ? SUITE_DESCRIPTIONS[suite as keyof typeof SUITE_DESCRIPTIONS] : suite;
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...body.map(line)].join('\n');
}

function suiteTable({ rows }: EvaluationReport): string {
  const range = (low: number, high: number): string => `${(100 * low).toFixed(0)}-${(100 * high).toFixed(0)}`;
  return table(
    [
      'suite',
      'cases',
      'function right',
      'call right',
      'parameters',
      'coverage',
      'right when accepted',
      'right at 70 %',
      'acts',
      'ECE',
      'AUGRC',
      'steps',
    ],
    rows.map((row) => [
      row.suite,
      String(row.cases),
      `${percent(row.functionAccuracy)} (${range(row.functionInterval.low, row.functionInterval.high)})`,
      `${percent(row.callAccuracy)} (${range(row.callInterval.low, row.callInterval.high)})`,
      percent(row.parameterAccuracy),
      percent(row.coverage),
      percent(row.selectiveAccuracy),
      percent(row.selectiveAccuracyAt70),
      `${percent(row.wronglyActed)} of ${row.noneCases}`,
      row.ece.toFixed(3),
      row.augrc.toFixed(3),
      row.meanSteps.toFixed(2),
    ]),
  );
}

function cycleTable({ rows }: EvaluationReport): string {
  const cycles = rows[0]?.cycles ?? [];
  return table(
    ['suite', ...cycles.map(({ step, hCycle }) => `${step}.${hCycle}`)],
    rows.map((row) => [row.suite, ...row.cycles.map(({ callAccuracy }) => percent(callAccuracy))]),
  );
}

function drawTable({ draws }: EvaluationReport): string {
  if (draws === undefined) return '';
  const seeds = [...new Set(draws.map(({ seed }) => seed))];
  const cell = (suite: string, seed: number): string => {
    const draw = draws.find((candidate) => candidate.suite === suite && candidate.seed === seed);
    return draw === undefined ? '-' : `${percent(draw.functionAccuracy)} / ${percent(draw.callAccuracy)}`;
  };
  const suites = [...new Set(draws.map(({ suite }) => suite))];
  return `
### Other draws

Function / call right on other cases of the same suites, by the seed that draws them:

${table(
  ['suite', ...seeds.map(String)],
  suites.map((suite) => [suite, ...seeds.map((seed) => cell(suite, seed))]),
)}
`;
}

function baselineTable({ rows, baselines }: EvaluationReport): string {
  if (baselines === undefined) return '';
  const names = [...new Set(baselines.rows.map(({ baseline }) => baseline))];
  const shown = rows.filter(({ suite }) => baselines.rows.some((row) => row.suite === suite));
  const cell = (suite: string, baseline: string): string => {
    const row = baselines.rows.find((candidate) => candidate.suite === suite && candidate.baseline === baseline);
    return row === undefined ? '-' : `${percent(row.functionAccuracy)} / ${percent(row.callAccuracy)}`;
  };
  return `
### Baselines

Function / call right, on the same cases; every answer counts, as in the columns of the model.

${table(
  ['suite', 'this model', ...names],
  shown.map(({ suite, functionAccuracy, callAccuracy }) => [
    suite,
    `${percent(functionAccuracy)} / ${percent(callAccuracy)}`,
    ...names.map((name) => cell(suite, name)),
  ]),
)}
`;
}

function gateTable(rows: readonly GateRow[]): string {
  const show = ({ value, unit }: GateRow): string =>
    typeof value !== 'number' || Number.isNaN(value)
      ? 'not measured'
      : unit === 'share'
        ? percent(value)
        : value.toFixed(3);
  return table(
    ['measure', 'bar', 'reached', ''],
    rows.map((row) => [row.measure, row.bar, show(row), row.passed === null ? '' : row.passed ? 'yes' : '**no**']),
  );
}
