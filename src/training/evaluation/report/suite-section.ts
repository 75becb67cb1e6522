import {
  barChart,
  formatValue,
  type Insert,
  lineChart,
  type Markup,
  markup,
  reliabilityChart,
  shorten,
  trusted,
} from '../../charts/index.js';
import { decimal, estimate, figure, folded, isMeasured, percent, plainTable, table } from './elements.js';
import type { BaselineRow, Confusion, CycleRow, EvaluationPage, Figure, SuiteFigures, SuitePage } from './page-data.js';
import { worstErrors } from './worst-errors.js';

/** Everything about one suite. `id` is what the page's own links point at. */
export function suiteSection(suite: SuitePage, id: string, page: EvaluationPage): Markup {
  const { description, cases, noneCases, figures, reliability, riskCoverage, confusion } = suite;
  const { baselines = [], cycles = [], worstErrors: errors = [] } = suite;
  const none = noneCases !== undefined && markup`, on ${noneCases} of which nothing should be done`;
  return markup`
    <section id="${id}" aria-labelledby="${id}-title">
      <h2 id="${id}-title">Suite ${suite.name}</h2>
      ${description && markup`<p>${description}</p>`}
      <p>${cases} cases${none}.</p>
      ${figuresTable(suite.name, figures, page.threshold)}
      <div class="charts">
        ${reliability && reliabilityFigure(reliability)}
        ${riskCoverage && riskCoverageFigure(riskCoverage, figures.coverage, page.threshold)}
        ${cycles.length > 0 && cycleFigure(cycles)}
        ${baselines.length > 0 && baselineFigure(baselines, figures, page)}
      </div>
      ${reliability && reliabilityTable(suite.name, reliability)}
      ${cycles.length > 0 && cycleTable(suite.name, cycles)}
      ${baselines.length > 0 && baselineTable(suite.name, baselines, figures, page)}
      ${confusion && confusionTable(suite.name, confusion)}
      ${errors.length > 0 && worstErrors(errors)}
    </section>`;
}

function figuresTable(suite: string, figures: SuiteFigures, threshold: number): Markup {
  const share = (value: Figure): Insert => isMeasured(value) && percent(value);
  const score = (value: Figure): Insert => isMeasured(value) && decimal(value);
  const { functionAccuracy, callAccuracy } = figures;
  const at = formatValue(threshold);
  const rows: readonly (readonly [string, Insert, string])[] = [
    ['Function right', functionAccuracy && estimate(functionAccuracy), 'the function is acceptable; 95% interval'],
    ['Call right', callAccuracy && estimate(callAccuracy), 'function and every pointed-at parameter; 95% interval'],
    ['Coverage', share(figures.coverage), `answers with a confidence of ${at} or more, which are accepted`],
    ['Right when accepted', share(figures.selectiveAccuracy), 'calls right among the accepted'],
    ['Right at 70% coverage', share(figures.selectiveAccuracyAt70), 'calls right among the most confident 70%'],
    ['Acts wrongly', share(figures.wronglyActed), 'accepted calls where nothing should be done; lower is better'],
    ['ECE', score(figures.ece), 'gap between confidence and accuracy, bins of equal width; lower is better'],
    ['Adaptive ECE', score(figures.adaptiveEce), 'the same over bins with equally many answers; lower is better'],
    ['Brier score', score(figures.brier), 'squared gap between confidence and outcome; lower is better'],
    ['NLL', score(figures.nll), 'negative log-likelihood of the outcome; lower is better'],
    ['AURC', score(figures.aurc), 'area under the risk-coverage curve; lower is better'],
    ['AUGRC', score(figures.augrc), 'average risk of an accepted wrong answer, 0 to 0.5; lower is better'],
    ['Supervision steps', score(figures.meanSteps), 'mean until the model halts'],
  ];
  return table(
    `Figures of ${suite}`,
    [{ heading: 'Measure' }, { heading: 'Value', numeric: true }, { heading: 'What it says' }],
    rows.filter(([, value]) => value !== undefined && value !== false),
  );
}

type Bins = NonNullable<SuitePage['reliability']>;

function reliabilityFigure(bins: Bins): Markup {
  return figure(
    trusted(reliabilityChart(bins, { title: 'Reliability' })),
    'Bars: right calls by confidence. Line in a bar: its mean confidence. A bar under the dashed diagonal means that ' +
      'the model is too sure. The numbers under the bars count answers.',
  );
}

function reliabilityTable(suite: string, bins: Bins): Markup {
  const number = (heading: string): { heading: string; numeric: true } => ({ heading, numeric: true });
  const rows = bins
    .filter(({ count }) => count > 0)
    .map((bin) => [
      `${percent(bin.lower)} to ${percent(bin.upper)}`,
      bin.count,
      percent(bin.meanConfidence),
      percent(bin.accuracy),
    ]);
  const columns = [{ heading: 'Confidence' }, number('Answers'), number('Mean confidence'), number('Calls right')];
  return folded('Reliability as a table', table(`Reliability of ${suite}`, columns, rows));
}

function riskCoverageFigure(
  points: readonly (readonly [number, number])[],
  coverage: Figure,
  threshold: number,
): Markup {
  const chart = lineChart({
    title: 'Risk and coverage',
    xLabel: 'coverage (accepted answers)',
    yLabel: 'risk (wrong among accepted)',
    xUnit: 'share',
    yUnit: 'share',
    xDomain: [0, 1],
    yDomain: [0, 0.05],
    series: [{ name: 'risk', points }],
    marks: isMeasured(coverage) ? [{ x: coverage, label: `threshold ${formatValue(threshold)}` }] : [],
  });
  return figure(
    trusted(chart),
    'Wrong calls among those accepted, when the most confident answers are accepted first. Lower is better.',
  );
}

function cycleFigure(cycles: readonly CycleRow[]): Markup {
  const series = (name: string, key: 'functionAccuracy' | 'callAccuracy' | 'meanConfidence') => ({
    name,
    points: cycles.map((cycle, index) => [index + 1, cycle[key] ?? Number.NaN] as const),
  });
  const starts = cycles.flatMap(({ step }, index) =>
    step === cycles[index - 1]?.step ? [] : [{ x: index + 1, label: `step ${step}` }],
  );
  const chart = lineChart({
    title: 'Accuracy by recursion step',
    xLabel: 'H cycles so far',
    yLabel: 'share of cases',
    yUnit: 'share',
    series: [
      series('function right', 'functionAccuracy'),
      series('call right', 'callAccuracy'),
      series('mean confidence', 'meanConfidence'),
    ],
    marks: starts.length > 1 ? starts : [],
  });
  return figure(
    trusted(chart),
    'Had the model stopped after so many H cycles. The vertical lines are where supervision steps begin.',
  );
}

function cycleTable(suite: string, cycles: readonly CycleRow[]): Markup {
  const rows = cycles.map((cycle) => [
    `${cycle.step}.${cycle.hCycle}`,
    percent(cycle.functionAccuracy),
    percent(cycle.callAccuracy),
    percent(cycle.meanConfidence),
  ]);
  const columns = ['Function right', 'Call right', 'Mean confidence'].map((heading) => ({ heading, numeric: true }));
  const caption = `Accuracy of ${suite} by supervision step and H cycle`;
  return folded('Accuracy by recursion step as a table', table(caption, [{ heading: 'Step.cycle' }, ...columns], rows));
}

/** The model as a row beside its baselines. */
function modelRow(
  { functionAccuracy, callAccuracy, wronglyActed }: SuiteFigures,
  { model }: EvaluationPage,
): BaselineRow {
  return {
    baseline: `${model.name} v${model.version}`,
    functionAccuracy: functionAccuracy?.value,
    callAccuracy: callAccuracy?.value,
    wronglyActed,
  };
}

function baselineFigure(baselines: readonly BaselineRow[], figures: SuiteFigures, page: EvaluationPage): Markup {
  const chart = barChart({
    title: 'Call right, against baselines',
    xLabel: 'call right',
    unit: 'share',
    xDomain: [0, 1],
    bars: [modelRow(figures, page), ...baselines].map(({ baseline, callAccuracy }, index) => ({
      name: baseline,
      value: callAccuracy ?? Number.NaN,
      emphasis: index === 0,
      ...(index === 0 && {
        low: figures.callAccuracy?.low ?? undefined,
        high: figures.callAccuracy?.high ?? undefined,
      }),
    })),
  });
  return figure(trusted(chart), 'The same cases answered by simpler methods. The thin line is the 95% interval.');
}

function baselineTable(
  suite: string,
  baselines: readonly BaselineRow[],
  figures: SuiteFigures,
  page: EvaluationPage,
): Markup {
  const columns = ['Function right', 'Call right', 'Acts wrongly'].map((heading) => ({ heading, numeric: true }));
  const rows = [modelRow(figures, page), ...baselines].map((row) => [
    row.baseline,
    percent(row.functionAccuracy),
    percent(row.callAccuracy),
    percent(row.wronglyActed),
  ]);
  return markup`<h3>Baselines</h3>${table(`Baselines on ${suite}`, [{ heading: 'Method' }, ...columns], rows)}`;
}

function confusionTable(suite: string, { classes, counts }: Confusion): Markup {
  const caption = `Expected function (rows) against answered function (columns) on ${suite}, cases`;
  const rows = classes.map((name, row) => {
    const line = classes.map((_, column) => counts[row]?.[column] ?? 0);
    const total = line.reduce((sum, count) => sum + count, 0);
    const cells = line.map((count, column) => {
      const share = total === 0 ? 0 : count / total;
      const shown = count === 0 ? markup`<span aria-label="0">·</span>` : count;
      const mark = row === column && markup` class="same"`;
      return markup`<td${mark} style="--share:${share.toFixed(3)}">${shown}</td>`;
    });
    return markup`<tr><th scope="row">${shorten(name, 60)}</th>${cells}</tr>`;
  });
  const heads = classes.map((name) => markup`<th scope="col"><span>${shorten(name, 60)}</span></th>`);
  const headings = markup`<th scope="col">Expected</th>${heads}`;
  return markup`
    <h3>Confusion</h3>
    <p>The darker a cell, the larger its share of the row. Framed cells are right answers.</p>
    ${plainTable(caption, headings, rows, 'confusion')}`;
}
