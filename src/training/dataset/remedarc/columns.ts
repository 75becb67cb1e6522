import type { Random } from '../../../core/random.js';
import type { Primitive } from './suites.js';
import type { SymbolMaker } from './symbols.js';

/** What one key holds in an alert; undefined = the alert lacks it. */
export type Cell = string | number | undefined;

/** One label or metric over the demonstrations and the query, which is the last. */
export interface Column {
  readonly kind: 'label' | 'metric';
  readonly key: string;
  readonly cells: readonly Cell[];
}

/**
 * Ranges of readings, smallest first. The encoding keeps only the magnitude of a number, so numbers of one range look
 * alike and those of two ranges differ clearly.
 */
const LEVELS: readonly (readonly [number, number])[] = [
  [1, 1],
  [5, 9],
  [20, 49],
  [200, 499],
  [1_000, 9_999],
  [100_000, 999_999],
];

/** A whole number of a range. */
export function readingOf(level: number, random: Random): number {
  const [low, high] = LEVELS[level] ?? [0, 0];
  return low + random.integer(high - low + 1);
}

/** A number of a random range, the same range for all alerts or one for each. */
export function numberColumn(size: number, symbols: SymbolMaker, random: Random, kind: Column['kind']): Column {
  const common = random.chance(0.5) ? random.integer(LEVELS.length) : undefined;
  const cells = Array.from({ length: size }, () => readingOf(common ?? random.integer(LEVELS.length), random));
  return numeric(kind, symbols.key(), cells);
}

/** Names that no two alerts share. */
export function nameColumn(size: number, key: string, symbols: SymbolMaker, random: Random): Column {
  const parts = random.integer(2);
  const join = random.pick(['-', '.']);
  const cells = Array.from({ length: size }, () =>
    parts === 0 ? symbols.word() : `${symbols.word()}${join}${symbols.word()}`,
  );
  return { kind: 'label', key, cells };
}

/**
 * Columns in which a primitive tells the classes of the alerts apart. Primitives other than `value`, `prefix` and
 * `suffix` know only the classes 0 and 1.
 */
export function selectorColumns(
  primitive: Primitive,
  classes: readonly number[],
  symbols: SymbolMaker,
  random: Random,
): Column[] {
  const key = symbols.key();
  const label = (cells: readonly Cell[]): Column => ({ kind: 'label', key, cells });
  switch (primitive) {
    case 'value': {
      const words = classes.map(() => symbols.word());
      return [label(classes.map((of) => words[of]))];
    }
    case 'prefix':
    case 'suffix': {
      const words = classes.map(() => symbols.word());
      const join = random.pick(['-', '.', '_']);
      const whole = (of: number): string =>
        primitive === 'prefix' ? `${words[of]}${join}${symbols.word()}` : `${symbols.word()}${join}${words[of]}`;
      return [label(classes.map(whole))];
    }
    case 'threshold': {
      const cut = 1 + random.integer(LEVELS.length - 1);
      const high = random.integer(2);
      const above = (): number => Math.min(LEVELS.length - 1, cut + random.integer(2));
      const below = (): number => Math.max(0, cut - 1 - random.integer(2));
      const cells = classes.map((of) => readingOf(of === high ? above() : below(), random));
      return [numeric(random.chance(0.6) ? 'metric' : 'label', key, cells)];
    }
    case 'presence': {
      const present = random.integer(2);
      const constant = random.chance(0.5) ? symbols.word() : undefined;
      return [label(classes.map((of) => (of === present ? (constant ?? symbols.word()) : undefined)))];
    }
    case 'equality': {
      const words = Array.from({ length: 2 + random.integer(2) }, () => symbols.word());
      const equal = random.integer(2);
      const left = classes.map(() => random.pick(words));
      const right = left.map((word, at) =>
        classes[at] === equal ? word : random.pick(words.filter((other) => other !== word)),
      );
      return [label(left), { kind: 'label', key: symbols.key(), cells: right }];
    }
    case 'membership': {
      const words = Array.from({ length: 4 }, () => symbols.word());
      const inside = random.integer(2);
      const sets = classes.map(() => random.shuffle(words).slice(0, 2));
      const cells = sets.map((set, at) =>
        random.pick(classes[at] === inside ? set : words.filter((word) => !set.includes(word))),
      );
      return [label(cells), { kind: 'label', key: symbols.key(), cells: sets.map((set) => set.join(',')) }];
    }
  }
}

/** A label's value is text. */
function numeric(kind: Column['kind'], key: string, numbers: readonly number[]): Column {
  return { kind, key, cells: kind === 'metric' ? numbers : numbers.map(String) };
}
