import type { EncodedAlert } from '../alert/encode-alert.js';
import { compareNames, compareWords } from '../overlap.js';
import { MAX_DEMONSTRATIONS } from './encode-demonstration.js';

/** Least likeness of a demonstration that is shown. Below it, an alert is another one that shares some words. */
const LEAST_LIKENESS = 0.5;
/** Share of what the alert's name is about in the likeness of two alerts; the rest is that of all their words. */
const NAME_SHARE = 0.7;

/**
 * The demonstrations whose alerts are most like the query, at most `MAX_DEMONSTRATIONS`, the likest first; of equals the
 * one that was added last. None where none is like it: what is known about other alerts then changes nothing.
 */
export function nearestDemonstrations<T extends { readonly alert: EncodedAlert }>(
  known: readonly T[],
  query: EncodedAlert,
): T[] {
  const scored: { readonly entry: T; readonly likeness: number; readonly index: number }[] = [];
  for (const [index, entry] of known.entries()) {
    const name = compareNames(query.overlapWords, entry.alert.overlapWords);
    // Most names have nothing in common; the many other words need not be compared then.
    if (NAME_SHARE * name + (1 - NAME_SHARE) < LEAST_LIKENESS) continue;
    const { all } = compareWords(query.overlapWords, entry.alert.overlapWords);
    const likeness = NAME_SHARE * name + (1 - NAME_SHARE) * all;
    if (likeness >= LEAST_LIKENESS) scored.push({ entry, likeness, index });
  }
  return scored
    .sort((left, right) => right.likeness - left.likeness || right.index - left.index)
    .slice(0, MAX_DEMONSTRATIONS)
    .map(({ entry }) => entry);
}
