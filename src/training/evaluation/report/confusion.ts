import type { Confusion } from './page-data.js';

/** Row or column of the cases in which no function is named, and of the functions that have none of their own. */
export const NO_FUNCTION = '(none)';
export const OTHER_FUNCTIONS = '(other)';

/**
 * Counts expected against answered functions. The most frequent ones get a row and a column each, those with the same
 * count by name; the rest share one, which is left out when it is not needed. `null` = no function.
 *
 * @param most functions with a row of their own
 */
export function confusionOf(
  pairs: Iterable<{ readonly expected: string | null; readonly answered: string | null }>,
  most = 12,
): Confusion {
  const all = [...pairs];
  const uses = new Map<string, number>();
  for (const { expected, answered } of all) {
    for (const name of new Set([expected, answered])) if (name !== null) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const ranked = [...uses].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)).map(([name]) => name);
  const named = ranked.slice(0, most);
  const classes = [...named, ...(ranked.length > most ? [OTHER_FUNCTIONS] : []), NO_FUNCTION];
  const places = new Map(named.map((name, index) => [name, index]));
  const placeOf = (name: string | null): number => (name === null ? classes.length - 1 : (places.get(name) ?? most));
  const counts = classes.map(() => classes.map(() => 0));
  for (const { expected, answered } of all) {
    const row = counts[placeOf(expected)] as number[];
    const column = placeOf(answered);
    row[column] = (row[column] as number) + 1;
  }
  return { classes, counts };
}
