/** How values are written: as they are, or as a share of one in percent. */
export type Unit = 'number' | 'share';

/** Values of an axis that get a tick, ascending, and how far they lie apart. */
export interface Ticks {
  readonly values: readonly number[];
  readonly step: number;
}

/** False for what cannot be drawn: no number, or so large that a range of such numbers would overflow. */
export function isPlottable(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) < 1e300;
}

/**
 * The round numbers within a range: multiples of 1, 2, 2.5 or 5 times a power of ten, at most `most` + 1 of them.
 *
 * @param low must be less than `high`; `widen` sees to that
 */
export function niceTicks(low: number, high: number, most: number): Ticks {
  const step = niceStep((high - low) / most);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first;
  const values = Array.from({ length: Math.max(0, count) + 1 }, (_, index) => exact((first + index) * step));
  return { values, step };
}

/** The smallest range with round ends that holds the given one. */
export function niceRange(low: number, high: number, most: number): readonly [number, number] {
  const step = niceStep((high - low) / most);
  return [exact(Math.floor(low / step + 1e-9) * step), exact(Math.ceil(high / step - 1e-9) * step)];
}

/** Smallest and largest value, moved apart when they are (nearly) the same, since such a range has no ticks. */
export function widen(low: number, high: number): readonly [number, number] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-9 && high - low > 1e-200) return [low, high];
  const pad = size > 1e-200 ? size / 10 : 0.5;
  return [low - pad, high + pad];
}

/** A tick's value with the decimals that its step asks for: `0.25`, `20,000`, `5e-5`, `40%`. */
export function formatTick(value: number, step: number, unit: Unit = 'number'): string {
  if (unit === 'share') return `${formatTick(exact(value * 100), exact(step * 100))}%`;
  if (value === 0) return '0';
  if ((step < 1e-3 && Math.abs(value) < 1e-2) || Math.abs(value) >= 1e7) {
    return exact(value).toExponential().replace('e+', 'e');
  }
  const decimals = DECIMALS.find((count) => isWhole(step * 10 ** count)) ?? DECIMALS.length;
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A measured value: a share as percent with one decimal, another number with four digits. */
export function formatValue(value: number, unit: Unit = 'number'): string {
  if (unit === 'share') return `${(100 * value).toFixed(1)}%`;
  const rounded = Number(value.toPrecision(4));
  return rounded === 0
    ? '0'
    : formatTick(rounded, 10 ** (Math.floor(Math.log10(Math.abs(rounded))) - 3))
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
}

const DECIMALS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

/** Smallest nice step that is not under `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Without the last digits, in which sums of binary fractions differ from what a reader expects. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
