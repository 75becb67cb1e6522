import { barChart, formatValue, type Insert, type Markup, markup, trusted } from '../../charts/index.js';
import { ABSENT, decimal, estimate, figure, isMeasured, percent, table, termList } from './elements.js';
import type { EvaluationPage, GateRow, SuitePage } from './page-data.js';

/** What was measured, how, and the figures of all suites side by side. */
export function overviewSection(page: EvaluationPage, suiteIds: readonly string[]): Markup {
  const { model, suites, gate = [], riskThresholds } = page;
  const facts = termList([
    ['Model', `${model.name} v${model.version}`],
    ['Parameters', model.parameterCount?.toLocaleString('en')],
    ['Threshold', formatValue(page.threshold)],
    ['Seed', String(page.seed)],
    ['Measured at', page.measuredAt],
    ...Object.entries(model.hashes ?? {}).map(
      ([name, hash]) => [`Hash of ${name}`, markup`<code>${hash}</code>`] as const,
    ),
    ['Command', page.command && markup`<code>${page.command}</code>`],
  ]);
  return markup`
    <section aria-labelledby="summary-title">
      <h2 id="summary-title">Summary</h2>
      ${summaryTable(page, suiteIds)}
      ${suites.some(({ figures }) => isMeasured(figures.callAccuracy?.value)) && suiteChart(suites)}
      ${gate.length > 0 && gateTable(gate)}
      ${riskThresholds !== undefined && riskTable(riskThresholds)}
      <h3>What was measured</h3>
      ${facts}
    </section>`;
}

function summaryTable({ suites, threshold }: EvaluationPage, suiteIds: readonly string[]): Markup {
  const numeric = [
    'Cases',
    'Function right',
    'Call right',
    'Coverage',
    'Right when accepted',
    'Acts wrongly',
    'ECE',
    'AUGRC',
  ];
  const columns = [{ heading: 'Suite' }, ...numeric.map((heading) => ({ heading, numeric: true }))];
  const rows = suites.map((suite, index): Insert[] => {
    const { figures } = suite;
    const of = suite.noneCases !== undefined && markup` <span class="interval">of ${suite.noneCases}</span>`;
    return [
      markup`<a href="#${suiteIds[index]}">${suite.name}</a>`,
      suite.cases,
      estimate(figures.functionAccuracy),
      estimate(figures.callAccuracy),
      percent(figures.coverage),
      percent(figures.selectiveAccuracy),
      markup`${percent(figures.wronglyActed)}${of}`,
      decimal(figures.ece),
      decimal(figures.augrc),
    ];
  });
  return table(`All suites at a threshold of ${formatValue(threshold)}; in brackets 95% intervals`, columns, rows);
}

function suiteChart(suites: readonly SuitePage[]): Markup {
  const chart = barChart({
    title: 'Call right, by suite',
    xLabel: 'call right',
    unit: 'share',
    xDomain: [0, 1],
    bars: suites.map(({ name, figures: { callAccuracy } }) => ({
      name,
      value: callAccuracy?.value ?? Number.NaN,
      low: callAccuracy?.low ?? undefined,
      high: callAccuracy?.high ?? undefined,
      emphasis: true,
    })),
  });
  return figure(trusted(chart), 'Function and every pointed-at parameter right. The thin lines are 95% intervals.');
}

function gateTable(gate: readonly GateRow[]): Markup {
  const failed = gate.filter(({ passed }) => passed === false).length;
  const open = gate.filter(({ passed }) => passed === null).length;
  const verdict =
    failed + open === 0 ? 'Every bar is passed.' : `${failed} of ${gate.length} bars failed, ${open} not measured.`;
  const rows = gate.map(({ measure, bar, value, unit, passed }): Insert[] => [
    measure,
    bar,
    typeof value === 'string' ? value : isMeasured(value) ? formatValue(value, unit) : ABSENT,
    passed === null
      ? 'not measured'
      : markup`<span class="${passed ? 'passed' : 'failed'}">${passed ? '✓ passed' : '✗ failed'}</span>`,
  ]);
  const columns = [
    { heading: 'Measure' },
    { heading: 'Bar' },
    { heading: 'Value', numeric: true },
    { heading: 'Verdict' },
  ];
  return markup`<h3>Release gate</h3><p>${verdict}</p>${table('Bars that a release has to pass', columns, rows)}`;
}

function riskTable(thresholds: NonNullable<EvaluationPage['riskThresholds']>): Markup {
  const heading = markup`<h3>Thresholds by stated risk</h3>`;
  if (thresholds === 'none' || thresholds.length === 0) {
    return markup`${heading}<p>No threshold could be derived from a stated risk.</p>`;
  }
  const rows = thresholds.map(({ risk, threshold, coverage }): Insert[] => [
    percent(risk),
    isMeasured(threshold) ? decimal(threshold) : 'none keeps it',
    percent(coverage),
  ]);
  const columns = [
    { heading: 'Risk at most' },
    { heading: 'Threshold', numeric: true },
    { heading: 'Coverage', numeric: true },
  ];
  const caption = 'Threshold from which the risk is kept with high probability (SGR, on the calibration split)';
  return markup`${heading}${table(caption, columns, rows)}`;
}
