import { type Insert, type Markup, markup, shorten, trusted } from './markup.js';
import { CHART_DARK_STYLE } from './palette.js';

/** What every chart takes. */
export interface ChartOptions {
  readonly title: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** For a file of its own: brings its ground and text colour along, for light and dark. Default: those of the page. */
  readonly standalone?: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels from the top that the title takes. */
export const TITLE_HEIGHT = 28;
/** Size of the text of a chart, and how wide a character of it is in wide fonts, in pixels. */
export const FONT_SIZE = 12;
export const CHARACTER_WIDTH = 7.1;

const GROUND = trusted(
  `<style>${CHART_DARK_STYLE}@media (prefers-color-scheme:dark){svg{color:#e6e8ea}.ground{fill:#14171a}}</style>` +
    '<rect class="ground" width="100%" height="100%" fill="#ffffff"/>',
);

/** An SVG document with its title drawn at the top; `description` says in words what the chart shows. */
export function chartDocument(options: ChartOptions, size: Size, description: string, body: Insert): string {
  const { title, standalone = false } = options;
  const { width, height } = size;
  const visible = shorten(title, Math.floor((width - 16) / (CHARACTER_WIDTH * 1.15)));
  const drawing = markup`
    <svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${title}"
      viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
      font-family="system-ui, sans-serif" font-size="${FONT_SIZE}" fill="currentColor"
      ${standalone && trusted('color="#1d2126"')}>
      <title>${title}</title><desc>${description}</desc>${standalone && GROUND}
      <text x="8" y="19" font-size="14" font-weight="600">${visible}</text>${body}
    </svg>`;
  return drawing.toString();
}

/** A chart that says that there is nothing to draw. */
export function emptyChart(options: ChartOptions, size: Size): string {
  const body = label(size.width / 2, size.height / 2, 'no data', 'middle');
  return chartDocument(options, size, 'There is no data to draw.', body);
}

/** A line of text. */
export function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'start'): Markup {
  return markup`<text x="${pixels(x)}" y="${pixels(y)}" text-anchor="${anchor}">${text}</text>`;
}

/** A coordinate with one decimal, which is finer than what can be seen. */
export function pixels(value: number): string {
  return String(Math.round(value * 10) / 10);
}
