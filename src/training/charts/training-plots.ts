import { type ChartMark, lineChart } from './line-chart.js';
import type { Point } from './svg/thin-points.js';

/** A line of a run's metrics.jsonl, as it was parsed; keys that are not known here do no harm. */
export type MetricsRow = Readonly<Record<string, unknown>>;

/**
 * The plots of a training run: file name -> SVG. A resumed run may have logged a step twice; the later line counts.
 * A measure that no line has gives a chart that says so.
 */
export function trainingPlots(metrics: readonly MetricsRow[]): Map<string, string> {
  const rows = rowsByStep(metrics);
  const series = (name: string, key: string): { name: string; points: Point[] } => ({
    name,
    points: rows.map((row) => [numberOf(row.step), numberOf(row[key])]),
  });
  const frame = { xLabel: 'training step', width: 720, height: 400, standalone: true, marks: depthMarks(rows) };
  const accuracy = [series('function right', 'functionAccuracy'), series('call right', 'callAccuracy')];
  const plots = {
    'loss.svg': { title: 'Loss', yLabel: 'loss', series: [series('loss', 'loss')] },
    'gradient-norm.svg': {
      title: 'Gradient norm before clipping',
      yLabel: 'gradient norm',
      series: [series('gradient norm', 'gradientNorm')],
    },
    'learning-rate.svg': {
      title: 'Learning rate',
      yLabel: 'learning rate',
      series: [series('learning rate', 'learningRate')],
    },
  };
  return new Map([
    ...Object.entries(plots).map(([file, plot]) => [file, lineChart({ ...frame, ...plot, yDomain: [0, 0] })] as const),
    [
      'accuracy.svg',
      lineChart({
        ...frame,
        title: 'Accuracy on training rows',
        yLabel: 'rows that are right',
        yUnit: 'share',
        yDomain: [0, 1],
        series: accuracy,
      }),
    ] as const,
  ]);
}

function rowsByStep(metrics: readonly MetricsRow[]): MetricsRow[] {
  const byStep = new Map(metrics.map((row) => [numberOf(row.step), row]));
  return [...byStep]
    .filter(([step]) => Number.isFinite(step))
    .sort(([left], [right]) => left - right)
    .map(([, row]) => row);
}

/** Where the depth of the recursion changes, and what it was at first; nothing for a run of one depth. */
function depthMarks(rows: readonly MetricsRow[]): ChartMark[] {
  const known = rows.filter(({ H_cycles, L_cycles }) => typeof H_cycles === 'number' && typeof L_cycles === 'number');
  const depthOf = (row: MetricsRow | undefined): string => (row ? `H${row.H_cycles} L${row.L_cycles}` : '');
  const marks = known.flatMap((row, index) =>
    depthOf(row) === depthOf(known[index - 1]) ? [] : [{ x: numberOf(row.step), label: depthOf(row) }],
  );
  return marks.length > 1 ? marks : [];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
