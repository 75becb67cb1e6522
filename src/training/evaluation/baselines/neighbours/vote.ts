import type { Catalog } from '../../../../domain/index.js';
import type { Example } from '../../../dataset/example.js';
import { acceptableAnswers } from '../acceptable.js';
import type { FunctionLikeness } from '../text/function-likeness.js';

/** A training example that is like the question. */
export interface Neighbour {
  readonly example: Example;
  /** How like it is, over 0. */
  readonly weight: number;
}

/** What neighbours come to; shares of their weight, in [0, 1]. */
export interface Vote {
  /** The presented function with the largest share, the first of equals; `null` where none has any. */
  readonly lambdaFunction: string | null;
  readonly share: number;
  /** Of the neighbours for which doing nothing was acceptable. */
  readonly noneShare: number;
}

/**
 * Each neighbour votes, with its weight, for the presented function that is most like one of its own acceptable ones: in
 * full for one of the same name, else in so far as their texts say the same.
 */
export function voteOfNeighbours(catalog: Catalog, neighbours: readonly Neighbour[], likeness: FunctionLikeness): Vote {
  const votes = new Float64Array(catalog.length);
  let [none, total] = [0, 0];
  for (const { example, weight } of neighbours) {
    const answers = new Set(acceptableAnswers(example));
    const wanted = example.catalog.filter(({ name }) => answers.has(name));
    const shares = catalog.map((definition) => Math.max(0, ...wanted.map((other) => likeness(definition, other))));
    const most = Math.max(0, ...shares);
    total += weight;
    if (answers.has(null)) none += weight;
    for (const [index, share] of shares.entries()) {
      if (share === most) votes[index] = (votes[index] as number) + weight * share;
    }
  }
  const most = Math.max(0, ...votes);
  if (total === 0) return { lambdaFunction: null, share: 0, noneShare: 0 };
  const best = most > 0 ? catalog[votes.indexOf(most)] : undefined;
  return { lambdaFunction: best?.name ?? null, share: Math.min(1, most / total), noneShare: none / total };
}
