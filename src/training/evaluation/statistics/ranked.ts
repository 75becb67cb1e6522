import { InvalidInputError } from '../../../core/errors.js';
import type { Scored } from '../metrics.js';

/** A judged answer among others: what it is worth on average wherever it stands among those that are equally sure. */
export interface Ranked {
  readonly confidence: number;
  /** Share in [0, 1] of the right ones among all rows of the same confidence. */
  readonly right: number;
}

/**
 * Rows from the most confident to the least. Rows of the same confidence share what they are worth, so that no figure
 * depends on the order in which they came: it is the mean over all orders.
 *
 * @throws InvalidInputError for a confidence that is no finite number
 */
export function rank(rows: readonly Scored[]): Ranked[] {
  const wrong = rows.findIndex(({ confidence }) => !Number.isFinite(confidence));
  if (wrong >= 0) {
    const { confidence } = rows[wrong] as Scored;
    throw new InvalidInputError(`rows[${wrong}].confidence`, `expected a finite number, received ${confidence}`);
  }
  const ordered = [...rows].sort((left, right) => right.confidence - left.confidence);
  const ranked: Ranked[] = [];
  for (let start = 0; start < ordered.length; ) {
    const { confidence } = ordered[start] as Scored;
    let end = start;
    let right = 0;
    for (; ordered[end]?.confidence === confidence; end++) if (ordered[end]?.right) right += 1;
    const entry = { confidence, right: right / (end - start) };
    for (; start < end; start++) ranked.push(entry);
  }
  return ranked;
}
