import { formatValue, type Insert, type Markup, markup } from '../../charts/index.js';
import type { Estimate, Figure } from './page-data.js';

/** Stands where nothing was measured. */
export const ABSENT = '–';

export function isMeasured(value: Figure): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A share as percent: `81.2%`. */
export function percent(value: Figure): string {
  return isMeasured(value) ? formatValue(value, 'share') : ABSENT;
}

/** A score with three decimals, so that a column of them lines up. */
export function decimal(value: Figure): string {
  return isMeasured(value) ? value.toFixed(3) : ABSENT;
}

/** A share with its interval: `81.2% (77.9% to 84.3%)`. */
export function estimate(value: Estimate | undefined): Markup {
  const interval =
    isMeasured(value?.value) && isMeasured(value.low) && isMeasured(value.high)
      ? markup` <span class="interval">(${percent(value.low)} to ${percent(value.high)})</span>`
      : undefined;
  return markup`${percent(value?.value)}${interval}`;
}

export interface Column {
  readonly heading: string;
  /** Right-aligned. */
  readonly numeric?: boolean;
}

/**
 * A table that scrolls within itself on a narrow screen, also by keyboard. The first cell of each row heads it.
 *
 * @param rows cells by row, as many as there are columns
 */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Insert[])[]): Markup {
  const alignment = (index: number): Insert => columns[index]?.numeric === true && markup` class="number"`;
  const cell = (value: Insert, index: number): Markup =>
    index === 0 ? markup`<th scope="row">${value}</th>` : markup`<td${alignment(index)}>${value}</td>`;
  const headings = columns.map(({ heading }, index) => markup`<th scope="col"${alignment(index)}>${heading}</th>`);
  return plainTable(
    caption,
    headings,
    rows.map((row) => markup`<tr>${row.map(cell)}</tr>`),
  );
}

/** A table out of its cells of headings and its rows. */
export function plainTable(caption: string, headings: Insert, rows: Insert, style?: string): Markup {
  return markup`
    <div class="scroll" role="region" aria-label="${caption}" tabindex="0">
      <table${style !== undefined && markup` class="${style}"`}>
        <caption>${caption}</caption>
        <thead><tr>${headings}</tr></thead>
        <tbody>${rows}</tbody>
      </table>
    </div>`;
}

/** Something that the reader opens. */
export function folded(summary: Insert, content: Insert): Markup {
  return markup`<details><summary>${summary}</summary>${content}</details>`;
}

/** Terms with what they are; entries without a value are left out. */
export function termList(entries: readonly (readonly [string, Insert])[]): Markup {
  const present = entries.filter(([, value]) => value !== undefined && value !== null && value !== false);
  return markup`<dl>${present.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A chart with what it says in words. */
export function figure(chart: Markup, caption: Insert): Markup {
  return markup`<figure>${chart}<figcaption>${caption}</figcaption></figure>`;
}
