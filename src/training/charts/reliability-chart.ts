import { type ChartOptions, chartDocument, emptyChart, pixels, TITLE_HEIGHT } from './svg/document.js';
import { axisOf, type Box, frameOf, HORIZONTAL_AXIS_HEIGHT, verticalAxisWidth } from './svg/frame.js';
import { type Markup, markup } from './svg/markup.js';
import { paint } from './svg/palette.js';
import { formatValue, isPlottable } from './svg/ticks.js';

/** Answers whose confidence lies from `lower` to `upper`. All are shares in [0, 1]. */
export interface ReliabilityBin {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Not a number, or null, in a bin without answers. */
  readonly meanConfidence: number | null;
  readonly accuracy: number | null;
}

/** Pixels between the plot and its ticks, in which the counts stand. */
const COUNTS = 15;

/**
 * Reliability diagram: a bar a bin as high as the share of right answers, a mark at the mean confidence, the diagonal
 * on which a calibrated model lies, and under each bar the number of answers.
 */
export function reliabilityChart(bins: readonly ReliabilityBin[], options: Partial<ChartOptions> = {}): string {
  const { width = 440, height = 320, title = 'Reliability' } = options;
  const drawn = bins.filter(
    ({ lower, upper, count, accuracy }) => count > 0 && [lower, upper, accuracy ?? Number.NaN].every(isPlottable),
  );
  if (drawn.length === 0) return emptyChart({ ...options, title }, { width, height });

  const axis = { unit: 'share', domain: [0, 1], most: 5 } as const;
  const yAxis = axisOf([], { ...axis, label: 'right answers' });
  const box: Box = {
    left: verticalAxisWidth(yAxis),
    right: width - 18,
    top: TITLE_HEIGHT + 8,
    bottom: height - HORIZONTAL_AXIS_HEIGHT - COUNTS,
  };
  const frame = frameOf(box, axisOf([], { ...axis, label: 'confidence' }), yAxis, COUNTS);
  const bars = drawn.map((bin): Markup => {
    const [from, to, top] = [frame.x(bin.lower) + 1, frame.x(bin.upper) - 1, frame.y(bin.accuracy ?? 0)];
    const middle = (from + to) / 2;
    const confidence = bin.meanConfidence ?? Number.NaN;
    const mark = isPlottable(confidence) && `M${pixels(from)} ${pixels(frame.y(confidence))}H${pixels(to)}`;
    return markup`
      <g>
        <title>${describeBin(bin)}</title>
        <rect x="${pixels(from)}" y="${pixels(top)}" width="${pixels(Math.max(0, to - from))}"
          height="${pixels(Math.max(0, box.bottom - top))}" fill-opacity="0.75" ${paint('fill', 1)}/>
        ${mark && markup`<path d="${mark}" stroke-width="2.5" fill="none" ${paint('stroke', 2)}/>`}
        <text x="${pixels(middle)}" y="${pixels(box.bottom + 11)}" text-anchor="middle"
          font-size="9">${shortCount(bin.count)}</text>
      </g>`;
  });
  const [x0, y0, x1, y1] = [frame.x(0), frame.y(0), frame.x(1), frame.y(1)].map(pixels);
  const diagonal = markup`
    <path d="M${x0} ${y0}L${x1} ${y1}" stroke="currentColor" stroke-dasharray="5 4" fill="none"/>`;
  const words = drawn.map(describeBin).join(' ');
  const description = `Share of right answers by confidence; a calibrated model lies on the diagonal. ${words}`;
  return chartDocument({ ...options, title }, { width, height }, description, [frame.markup, bars, diagonal]);
}

function describeBin({ lower, upper, count, accuracy, meanConfidence }: ReliabilityBin): string {
  const percent = (value: number | null): string =>
    value !== null && isPlottable(value) ? formatValue(value, 'share') : 'unknown';
  const range = `Confidence ${percent(lower)} to ${percent(upper)}`;
  return `${range}: ${count} answers, ${percent(accuracy)} right, mean confidence ${percent(meanConfidence)}.`;
}

function shortCount(count: number): string {
  return count < 10_000 ? String(count) : `${Math.round(count / 1000)}k`;
}
