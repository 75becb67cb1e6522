import { magnitudeOf } from '../../../../encoding/text/shapes.js';
import type { Cell, Column } from '../columns.js';

/** One way to look at the alerts: equal numbers = alike. Negative = it says nothing about this alert. */
export type Classes = readonly number[];

/** All that the rules can look at, each pattern once. */
export interface Features {
  /** Tell alerts apart; every demonstration has a class. */
  readonly selectors: readonly Classes[];
  /** Conditions of exceptions: they hold (1) or do not hold (0). A value is no condition by its absence. */
  readonly tests: readonly Classes[];
}

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const PARTS = /^([a-z]+)[-._]([a-z]+)$/;

/** The features of the columns of an item; the query is the last alert. */
export function featuresOf(columns: readonly Column[]): Features {
  const selectors = new Patterns();
  const tests = new Patterns();
  const both = (classes: Classes): void => {
    selectors.add(classes);
    tests.add(classes);
    tests.add(classes.map((of) => (of < 0 ? of : 1 - of)));
  };
  const texts: (readonly (string | undefined)[])[] = [];
  for (const { cells } of columns) {
    const numbers = cells.map(numberOf);
    if (numbers.every((number, at) => number !== undefined || cells[at] === undefined)) {
      const readings = numbers.map((number) => (number === undefined ? undefined : magnitudeRank(number)));
      for (const cut of cuts(readings)) both(cut);
      valueFeatures(
        readings.map((rank) => (rank === undefined ? undefined : String(rank))),
        selectors,
        tests,
      );
    } else {
      const values = cells.map((cell) => (cell === undefined ? undefined : String(cell)));
      texts.push(values);
      valueFeatures(values, selectors, tests);
      const parts = values.map((value) => PARTS.exec(value ?? ''));
      for (const part of [1, 2]) addSelector(selectors, classesOf(parts.map((match) => match?.[part])));
    }
    if (cells.includes(undefined)) both(cells.map((cell) => (cell === undefined ? 0 : 1)));
  }
  for (const [at, left] of texts.entries()) {
    for (const right of texts.slice(at + 1)) {
      relation(left, right, (one, other) => one === other, both);
      relation(left, right, (one, other) => other.includes(',') && other.split(',').includes(one), both);
      relation(right, left, (one, other) => other.includes(',') && other.split(',').includes(one), both);
    }
  }
  return { selectors: selectors.list(), tests: tests.list() };
}

function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  return cell !== undefined && NUMBER.test(cell) ? Number(cell) : undefined;
}

/** Order of the magnitude that the encoding keeps of a number. */
function magnitudeRank(value: number): number {
  const token = magnitudeOf(value);
  if (token === 'neg') return -1;
  if (token === 'eq0') return 0;
  return token === 'gt0' ? Number.MIN_VALUE : Number(token.slice(2));
}

/**
 * Every threshold between two readings of the demonstrations. A query between them may lie on either side, which gives
 * two patterns that contradict each other.
 */
function cuts(readings: readonly (number | undefined)[]): Classes[] {
  const shown = readings.slice(0, -1);
  const query = readings.at(-1);
  const known = shown.filter((reading) => reading !== undefined);
  if (known.length < shown.length) return [];
  const levels = [...new Set(known)].sort((left, right) => left - right);
  return levels.slice(1).flatMap((upper, at): Classes[] => {
    const lower = levels[at] as number;
    const sides = known.map((reading) => (reading >= upper ? 1 : 0));
    if (query === undefined) return [[...sides, -1]];
    if (query >= upper) return [[...sides, 1]];
    if (query <= lower) return [[...sides, 0]];
    return [
      [...sides, 0],
      [...sides, 1],
    ];
  });
}

function valueFeatures(values: readonly (string | undefined)[], selectors: Patterns, tests: Patterns): void {
  const classes = classesOf(values);
  addSelector(selectors, classes);
  // A label whose values never come again identifies the alert; an exception on it would explain nothing.
  const known = values.filter((value) => value !== undefined);
  const distinct = new Set(known);
  if (distinct.size === known.length || distinct.size < 2) return;
  for (const value of new Set(values.slice(0, -1))) {
    if (value !== undefined) tests.add(values.map((other) => (other === value ? 1 : 0)));
  }
}

function classesOf(values: readonly (string | undefined)[]): Classes {
  return values.map((value) => (value === undefined ? -1 : values.indexOf(value)));
}

/** A selector must say something about every demonstration. */
function addSelector(selectors: Patterns, classes: Classes): void {
  if (classes.slice(0, -1).every((of) => of >= 0)) selectors.add(classes);
}

/** A relation between two labels that holds in some alerts and not in others. */
function relation(
  left: readonly (string | undefined)[],
  right: readonly (string | undefined)[],
  holds: (one: string, other: string) => boolean,
  add: (classes: Classes) => void,
): void {
  let held = false;
  const classes = left.map((one, at) => {
    const other = right[at];
    if (one === undefined || other === undefined) return -1;
    const is = holds(one, other);
    held ||= is;
    return is ? 1 : 0;
  });
  if (held && classes.slice(0, -1).every((of) => of >= 0)) add(classes);
}

/** Keeps one of equal patterns. */
class Patterns {
  readonly #kept = new Map<string, Classes>();

  add(classes: Classes): void {
    const text = classes.join();
    if (!this.#kept.has(text)) this.#kept.set(text, classes);
  }

  list(): Classes[] {
    return [...this.#kept.values()];
  }
}
