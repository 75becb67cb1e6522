import { CHARACTER_WIDTH, label, pixels } from './document.js';
import { type Markup, markup } from './markup.js';
import { formatTick, niceRange, niceTicks, type Ticks, type Unit, widen } from './ticks.js';

/** One axis of a plot: what it covers, where it has ticks and how they are written. */
export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly ticks: Ticks;
  readonly unit: Unit;
}

/** The area that is drawn in, in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The lines around a plot, and where a value stands in it. */
export interface Frame {
  readonly box: Box;
  readonly markup: Markup;
  /** Pixels from the left. */
  x(value: number): number;
  /** Pixels from the top. */
  y(value: number): number;
}

export interface AxisOptions {
  readonly label: string;
  readonly unit?: Unit;
  /** Range that the axis covers at least. */
  readonly domain?: readonly [number, number];
  /** Move the ends outwards to round numbers. */
  readonly rounded?: boolean;
  /** Spaces between ticks at most. */
  readonly most: number;
}

/** The axis for values, of which there is at least one and all are plottable. */
export function axisOf(values: Iterable<number>, options: AxisOptions): Axis {
  const { most, unit = 'number', domain = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] } = options;
  let [low, high] = domain;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  [low, high] = widen(low, high);
  if (options.rounded) [low, high] = niceRange(low, high, most);
  return { label: options.label, low, high, ticks: niceTicks(low, high, most), unit };
}

export const tickTexts = ({ ticks, unit }: Axis): string[] =>
  ticks.values.map((value) => formatTick(value, ticks.step, unit));

/** Pixels that the ticks and the label of a vertical axis take. */
export function verticalAxisWidth(axis: Axis): number {
  return 28 + CHARACTER_WIDTH * Math.max(...tickTexts(axis).map((text) => text.length));
}

/**
 * Draws axes, ticks and grid.
 *
 * @param gap pixels between the plot and the ticks of its horizontal axis
 */
export function frameOf(box: Box, xAxis: Axis, yAxis: Axis, gap = 0): Frame {
  const x = (value: number): number => scale(value, xAxis, box.left, box.right);
  const y = (value: number): number => scale(value, yAxis, box.bottom, box.top);
  const [xTexts, yTexts] = [tickTexts(xAxis), tickTexts(yAxis)];
  const middle = (box.top + box.bottom) / 2;
  const labelX = box.left - verticalAxisWidth(yAxis) + 14;
  const grid = (path: string): Markup => markup`<path d="${path}" stroke="currentColor" stroke-opacity="0.15"/>`;
  const svg = markup`
    <g fill="none">
      ${xAxis.ticks.values.map((value) => grid(`M${pixels(x(value))} ${pixels(box.top)}V${pixels(box.bottom)}`))}
      ${yAxis.ticks.values.map((value) => grid(`M${pixels(box.left)} ${pixels(y(value))}H${pixels(box.right)}`))}
      <path d="M${pixels(box.left)} ${pixels(box.top)}V${pixels(box.bottom)}H${pixels(box.right)}"
        stroke="currentColor"/>
    </g>
    ${xAxis.ticks.values.map((value, index) => label(x(value), box.bottom + gap + 16, xTexts[index] ?? '', 'middle'))}
    ${yAxis.ticks.values.map((value, index) => label(box.left - 6, y(value) + 4, yTexts[index] ?? '', 'end'))}
    ${label((box.left + box.right) / 2, box.bottom + gap + 34, xAxis.label, 'middle')}
    <text transform="translate(${pixels(labelX)} ${pixels(middle)}) rotate(-90)"
      text-anchor="middle">${yAxis.label}</text>`;
  return { box, markup: svg, x, y };
}

/** Pixels under a plot that its horizontal axis takes. */
export const HORIZONTAL_AXIS_HEIGHT = 44;

function scale(value: number, { low, high }: Axis, from: number, to: number): number {
  return from + ((value - low) / (high - low)) * (to - from);
}
