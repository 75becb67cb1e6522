import {
  CHARACTER_WIDTH,
  type ChartOptions,
  chartDocument,
  emptyChart,
  label,
  pixels,
  TITLE_HEIGHT,
} from './svg/document.js';
import { axisOf, HORIZONTAL_AXIS_HEIGHT, tickTexts } from './svg/frame.js';
import { type Markup, markup, shorten } from './svg/markup.js';
import { paint } from './svg/palette.js';
import { formatValue, isPlottable, type Unit } from './svg/ticks.js';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Ends of an interval around the value, drawn as a thin line. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Painted in another colour, and its name is bold. */
  readonly emphasis?: boolean;
}

export interface BarChartOptions extends ChartOptions {
  readonly xLabel: string;
  readonly unit?: Unit;
  /** Bars from top to bottom; those without a finite value are left out. */
  readonly bars: readonly Bar[];
  /** Range that the axis covers at least. Default: from 0. */
  readonly xDomain?: readonly [number, number];
}

const ROW = 26;

/** Horizontal bars, one a row, with their values written at the end. The height follows from the number of bars. */
export function barChart(options: BarChartOptions): string {
  const { width = 440, unit = 'number', xDomain = [0, 0] } = options;
  const bars = options.bars.filter(({ value }) => isPlottable(value));
  const height = options.height ?? TITLE_HEIGHT + ROW * Math.max(2, bars.length) + HORIZONTAL_AXIS_HEIGHT + 8;
  if (bars.length === 0) return emptyChart(options, { width, height });

  // Bold letters are wider.
  const longest = Math.max(...bars.map(({ name, emphasis }) => (emphasis ? 1.15 : 1) * [...name].length));
  const left = 12 + CHARACTER_WIDTH * Math.min(longest, Math.floor((0.4 * width) / CHARACTER_WIDTH));
  const [top, right, bottom] = [TITLE_HEIGHT + 4, width - 58, height - HORIZONTAL_AXIS_HEIGHT];
  const ends = bars.flatMap(({ value, low = value, high = value }) => [value, low, high].filter(isPlottable));
  const most = Math.max(2, Math.floor((right - left) / 60));
  const axis = axisOf(ends, { label: options.xLabel, unit, domain: xDomain, rounded: true, most });
  const x = (value: number): number => left + ((value - axis.low) / (axis.high - axis.low)) * (right - left);
  const zero = x(Math.min(Math.max(0, axis.low), axis.high));
  const row = (bottom - top) / bars.length;
  const text = (value: number): string => formatValue(value, unit);

  const rows = bars.map((bar, index): Markup => {
    const { name, value, low = Number.NaN, high = Number.NaN, emphasis = false } = bar;
    const middle = top + row * (index + 0.5);
    const thickness = Math.min(16, row * 0.65);
    const interval = isPlottable(low) && isPlottable(high);
    const end = Math.max(zero, x(value), interval ? x(high) : 0);
    const [from, to] = [Math.min(zero, x(value)), Math.max(zero, x(value))];
    const tip = interval ? `${text(value)} (${text(low)} to ${text(high)})` : text(value);
    const letters = Math.floor((left - 8) / (CHARACTER_WIDTH * (emphasis ? 1.15 : 1)));
    const ends = [x(low), x(high)].map((at) => `M${pixels(at)} ${pixels(middle - 4)}v8`);
    const whiskers = interval && `M${pixels(x(low))} ${pixels(middle)}H${pixels(x(high))}${ends.join('')}`;
    return markup`
      <g>
        <title>${name}: ${tip}</title>
        <text x="${pixels(left - 6)}" y="${pixels(middle + 4)}" text-anchor="end"
          font-weight="${emphasis ? 600 : 400}">${shorten(name, letters)}</text>
        <rect x="${pixels(from)}" y="${pixels(middle - thickness / 2)}"
          width="${pixels(to - from)}" height="${pixels(thickness)}" ${paint('fill', emphasis ? 1 : 6)}/>
        ${whiskers && markup`<path d="${whiskers}" stroke="currentColor" stroke-width="1.3" fill="none"/>`}
        ${label(end + 5, middle + 4, text(value))}
      </g>`;
  });
  const texts = tickTexts(axis);
  const ticks = axis.ticks.values.map(
    (value, index) =>
      markup`
        <path d="M${pixels(x(value))} ${pixels(top)}V${pixels(bottom)}" stroke="currentColor" stroke-opacity="0.15"/>
        ${label(x(value), bottom + 16, texts[index] ?? '', 'middle')}`,
  );
  const base = markup`<path d="M${pixels(zero)} ${pixels(top)}V${pixels(bottom)}" stroke="currentColor"/>`;
  const body = [ticks, rows, base, label((left + right) / 2, bottom + 34, options.xLabel, 'middle')];
  const values = bars.map(({ name, value }) => `${name}: ${text(value)}.`);
  const description = `Bars of ${options.xLabel}. ${values.join(' ')}`;
  return chartDocument(options, { width, height }, description, body);
}
