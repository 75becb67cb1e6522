import { type Markup, markup, trusted } from './markup.js';

/** Look of one series: colour, dashes and a mark, so that none of them has to be told by its colour alone. */
export interface SeriesStyle {
  /** Number of the CSS variable `--chart-N`, from 1. */
  readonly color: number;
  readonly dash: string | undefined;
  readonly mark: 'circle' | 'square' | 'triangle' | 'diamond';
}

/**
 * Colours that readers with any form of colour blindness can tell apart (after Okabe and Ito), darkened where needed
 * for a contrast of 3 to 1 on white.
 */
const LIGHT = ['#0072b2', '#c25400', '#008060', '#a8508a', '#8a6d00', '#5f6670'];
/** The same hues for a dark ground. */
const DARK = ['#56b4e9', '#f08a3c', '#2cc296', '#dd94bf', '#e0c341', '#a7afb8'];
const DASHES = [undefined, '6 3', '2 3', '9 3 2 3', '4 2', '1 2'];
const MARKS = ['circle', 'square', 'triangle', 'diamond'] as const;

/** Style of the series at an index, from 0; they repeat after six. */
export function seriesStyle(index: number): SeriesStyle {
  return {
    color: (index % LIGHT.length) + 1,
    dash: DASHES[index % DASHES.length],
    mark: MARKS[index % MARKS.length] as SeriesStyle['mark'],
  };
}

/** Attributes that paint with a colour of the palette; the plain one is for viewers that know no CSS variables. */
export function paint(property: 'fill' | 'stroke', color: number): Markup {
  const plain = LIGHT[color - 1] as string;
  const name = trusted(property);
  return markup`${name}="${plain}" style="${name}:var(--chart-${color},${plain})"`;
}

/** CSS for a page that holds charts: the palette's colours for a dark ground. Those for a light one are built in. */
export const CHART_DARK_STYLE: string = `@media (prefers-color-scheme:dark){:root{${DARK.map(
  (color, index) => `--chart-${index + 1}:${color}`,
).join(';')}}}`;
