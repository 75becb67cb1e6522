import type { Catalog } from '../../../domain/index.js';
import type { Example } from '../../dataset/example.js';
import { acceptableAnswers } from './acceptable.js';
import type { Choice } from './baseline.js';

/** How often each answer would have been right. */
export interface Tally {
  /** Examples that were counted. */
  readonly cases: number;
  /** The answer that was right most often of none and the functions presented, with the share of examples it was right in. */
  best(catalog: Catalog): Choice;
}

/** Counts examples; of answers that are right equally often, none goes first, then the one that was met first. */
export function tallyAnswers(examples: readonly Example[]): Tally {
  const counts = new Map<string | null, number>([[null, 0]]);
  for (const example of examples) {
    for (const answer of acceptableAnswers(example)) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  const order = [...counts].sort(([, left], [, right]) => right - left);
  return {
    cases: examples.length,
    best(catalog) {
      const presented = new Set<string | null>([null, ...catalog.map(({ name }) => name)]);
      const [lambdaFunction, count] = order.find(([answer]) => presented.has(answer)) ?? [null, 0];
      return { lambdaFunction, confidence: examples.length === 0 ? 0 : count / examples.length };
    },
  };
}
