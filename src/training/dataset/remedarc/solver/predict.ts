import type { Classes, Features } from './features.js';

/** An answer as a number: the function's place in the catalog, or `NONE`. */
export type Answer = number;
export const NONE: Answer = -1;

/** What all simplest rules that explain the demonstrations say about the query. */
export interface Predictions {
  /** Levels of the rules: 1 = one selector, 2 = an exception before a selector, 0 = none explains and applies. */
  readonly level: 0 | 1 | 2;
  readonly answers: ReadonlySet<Answer>;
}

/**
 * Enumerates the rules: first the selectors, and where none of them explains the answers and applies to the query, the
 * exceptions before a selector. A selector that gives the query a class that no demonstration has does not apply.
 * @param answers One a demonstration.
 */
export function predict({ selectors, tests }: Features, answers: readonly Answer[]): Predictions {
  const all = answers.map((_, at) => at);
  const simple = new Set<Answer>();
  for (const selector of selectors) collect(selector, answers, all, simple);
  if (simple.size > 0) return { level: 1, answers: simple };
  const nested = new Set<Answer>();
  for (const test of tests) {
    const inside = all.filter((at) => test[at] === 1);
    const outside = all.filter((at) => test[at] !== 1);
    const given = new Set(inside.map((at) => answers[at]));
    const [exception] = given;
    if (given.size !== 1 || exception === undefined) continue;
    if (new Set(outside.map((at) => answers[at])).size < 2) continue;
    const bases = selectors.filter((selector) => explains(selector, answers, outside));
    if (bases.length === 0) continue;
    if (test.at(-1) === 1) nested.add(exception);
    else for (const base of bases) collect(base, answers, outside, nested);
  }
  return { level: nested.size > 0 ? 2 : 0, answers: nested };
}

/**
 * Which label fills a parameter of the query, by the simplest of: the same for all calls; the same for all calls of a
 * function; as a selector says. More than one when rules of the simplest kind disagree; empty when none applies.
 * @param answers One a demonstration.
 * @param labels The label of each demonstration as a number; undefined where nothing fills the parameter.
 * @param truth The query's function.
 */
export function predictLabel(
  { selectors }: Features,
  answers: readonly Answer[],
  labels: readonly (number | undefined)[],
  truth: Answer,
): ReadonlySet<number> {
  const places = answers.flatMap((_, at) => (labels[at] === undefined ? [] : [at]));
  const known = labels.map((label) => label ?? NONE);
  const used = new Set(places.map((at) => known[at] as number));
  if (used.size < 2) return used;
  const found = new Set<number>();
  collect([...answers, truth], known, places, found);
  if (found.size > 0) return found;
  for (const selector of selectors) collect(selector, known, places, found);
  return found;
}

function explains(classes: Classes, answers: readonly Answer[], places: readonly number[]): boolean {
  return places.every((at) =>
    places.every((other) => classes[at] !== classes[other] || answers[at] === answers[other]),
  );
}

/** Adds what a selector says about the query, if it explains the answers at these places and knows the query's class. */
function collect(classes: Classes, answers: readonly Answer[], places: readonly number[], into: Set<Answer>): void {
  const query = classes.at(-1);
  const alike = places.find((at) => classes[at] === query);
  if (alike !== undefined && explains(classes, answers, places)) into.add(answers[alike] as Answer);
}
