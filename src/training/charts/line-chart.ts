import {
  CHARACTER_WIDTH,
  type ChartOptions,
  chartDocument,
  emptyChart,
  label,
  pixels,
  TITLE_HEIGHT,
} from './svg/document.js';
import {
  axisOf,
  type Box,
  type Frame,
  frameOf,
  HORIZONTAL_AXIS_HEIGHT,
  tickTexts,
  verticalAxisWidth,
} from './svg/frame.js';
import { type Markup, markup, shorten } from './svg/markup.js';
import { paint, type SeriesStyle, seriesStyle } from './svg/palette.js';
import { type Point, thinPoints } from './svg/thin-points.js';
import { formatValue, isPlottable, type Unit } from './svg/ticks.js';

export interface Series {
  readonly name: string;
  /** In the order in which the line runs through them; those that are not finite are left out. */
  readonly points: readonly Point[];
}

/** A vertical line at a value of the horizontal axis. */
export interface ChartMark {
  readonly x: number;
  readonly label: string;
}

export interface LineChartOptions extends ChartOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xUnit?: Unit;
  readonly yUnit?: Unit;
  readonly series: readonly Series[];
  readonly marks?: readonly ChartMark[];
  /** Range that the axis covers at least; a point outside of it makes the axis longer. */
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
}

interface DrawnSeries extends Series {
  readonly style: SeriesStyle;
}

/** Up to this many points, each one gets a mark of its own. */
const MARKED_POINTS = 30;
/** From this many points on, a line is thin, since it may go up and down at every one. */
const DENSE_POINTS = 200;

/** Lines over two axes, as SVG. Without a point that can be drawn the chart says so. */
export function lineChart(options: LineChartOptions): string {
  const { width = 440, height = 300, xUnit, yUnit, xDomain, yDomain } = options;
  const series = options.series
    .map(({ name, points }, index) => ({
      name,
      points: points.filter(([x, y]) => isPlottable(x) && isPlottable(y)),
      style: seriesStyle(index),
    }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return emptyChart(options, { width, height });

  const marks = (options.marks ?? []).filter(({ x }) => isPlottable(x));
  const yAxis = axisOf(
    values(series, ([, y]) => y),
    {
      label: options.yLabel,
      most: 5,
      rounded: true,
      ...(yUnit && { unit: yUnit }),
      ...(yDomain && { domain: yDomain }),
    },
  );
  const left = verticalAxisWidth(yAxis);
  const legend = series.length > 1 ? legendOf(series, left, width) : { rows: 0, markup: markup`` };
  const top = TITLE_HEIGHT + 18 * legend.rows + (marks.length > 0 ? 20 : 8);
  const xAxis = axisOf(
    values(series, ([x]) => x),
    {
      label: options.xLabel,
      most: Math.max(2, Math.floor((width - left) / 80)),
      ...(xUnit && { unit: xUnit }),
      ...(xDomain && { domain: xDomain }),
    },
  );
  // The last tick may stand at the very end, with half of its text beyond.
  const overhang = 4 + (CHARACTER_WIDTH / 2) * Math.max(...tickTexts(xAxis).map((text) => text.length));
  const box: Box = { left, right: width - overhang, top, bottom: height - HORIZONTAL_AXIS_HEIGHT };
  const frame = frameOf(box, xAxis, yAxis);
  const body = [frame.markup, legend.markup, drawMarks(marks, frame), series.map((entry) => drawSeries(entry, frame))];
  return chartDocument(options, { width, height }, describe(options, series), body);
}

function* values(series: readonly Series[], pick: (point: Point) => number): Iterable<number> {
  for (const { points } of series) for (const point of points) yield pick(point);
}

function drawSeries({ name, points, style }: DrawnSeries, { box, x, y }: Frame): Markup {
  const thinned = thinPoints(points, Math.max(2, Math.ceil(box.right - box.left)));
  const path = thinned.map((point, index) => `${index === 0 ? 'M' : 'L'}${pixels(x(point[0]))} ${pixels(y(point[1]))}`);
  const dash = style.dash !== undefined && markup` stroke-dasharray="${style.dash}"`;
  const marked = points.length <= MARKED_POINTS ? points : [];
  return markup`
    <g class="series">
      <title>${name}</title>
      <path d="${path.join('')}" fill="none" stroke-width="${points.length > DENSE_POINTS ? 1.2 : 1.8}"
        stroke-linejoin="round" ${paint('stroke', style.color)}${dash}/>
      ${marked.map((point) => drawMark(x(point[0]), y(point[1]), style))}
    </g>`;
}

const MARK_PATHS: Readonly<Record<SeriesStyle['mark'], string>> = {
  circle: 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z',
  square: 'm-3 -3h6v6h-6z',
  triangle: 'm0 -4l4 7h-8z',
  diamond: 'm0 -4l4 4l-4 4l-4 -4z',
};

function drawMark(x: number, y: number, { mark, color }: SeriesStyle): Markup {
  return markup`<path d="M${pixels(x)} ${pixels(y)}${MARK_PATHS[mark]}" ${paint('fill', color)}/>`;
}

/** Vertical lines; a label that would run into the one before it is left out. */
function drawMarks(marks: readonly ChartMark[], { box, x }: Frame): Markup[] {
  let free = Number.NEGATIVE_INFINITY;
  return [...marks]
    .sort((left, right) => left.x - right.x)
    .filter((mark) => x(mark.x) >= box.left - 0.5 && x(mark.x) <= box.right + 0.5)
    .map((mark) => {
      const at = x(mark.x);
      const width = CHARACTER_WIDTH * mark.label.length;
      const start = Math.min(at, box.right - width);
      const fits = start >= free;
      if (fits) free = start + width + 6;
      return markup`
        <path d="M${pixels(at)} ${pixels(box.top)}V${pixels(box.bottom)}" stroke="currentColor" stroke-opacity="0.6"
          stroke-dasharray="3 3" fill="none"/>
        ${fits && label(start, box.top - 5, mark.label)}`;
    });
}

function legendOf(series: readonly DrawnSeries[], left: number, width: number): { rows: number; markup: Markup } {
  let [row, at] = [0, left];
  const entries = series.map(({ name, style }) => {
    const text = shorten(name, 30);
    const size = 36 + CHARACTER_WIDTH * [...text].length + 14;
    if (at > left && at + size > width) [row, at] = [row + 1, left];
    const y = TITLE_HEIGHT + 10 + 18 * row;
    const dash = style.dash !== undefined && markup` stroke-dasharray="${style.dash}"`;
    const entry = markup`
      <path d="M${pixels(at)} ${y}h28" fill="none" stroke-width="1.8" ${paint('stroke', style.color)}${dash}/>
      ${drawMark(at + 14, y, style)}${label(at + 34, y + 4, text)}`;
    at += size;
    return entry;
  });
  return { rows: row + 1, markup: markup`<g class="legend">${entries}</g>` };
}

function describe({ xLabel, yLabel, yUnit }: LineChartOptions, series: readonly DrawnSeries[]): string {
  const text = (value: number): string => formatValue(value, yUnit);
  const lines = series.map(({ name, points }) => {
    const ys = points.map(([, y]) => y);
    const [first, last] = [ys[0] as number, ys.at(-1) as number];
    const [low, high] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
    const count = `${points.length} ${points.length === 1 ? 'point' : 'points'}`;
    return `${name}: ${count} from ${text(first)} to ${text(last)}, lowest ${text(low)}, highest ${text(high)}.`;
  });
  return `Lines of ${yLabel} over ${xLabel}. ${lines.join(' ')}`;
}
