/** A score with its outcome. */
export interface ScoredOutcome {
  readonly score: number;
  readonly right: boolean;
}

/** Rows of a step at least, so that no step stands on a handful of cases. */
const LEAST_ROWS = 20;

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; for calibration: Zadrozny and Elkan 2002) over
 * groups of at least 20 neighbours. Probabilities are pulled in as Laplace does, (right + 1) / (rows + 2).
 *
 * @returns the mean score and the probability of every step, both rising; undefined for fewer than two steps
 */
export function fitIsotonic(rows: readonly ScoredOutcome[]): { scores: number[]; probabilities: number[] } | undefined {
  const ordered = [...rows].sort((left, right) => left.score - right.score);
  const groups: { count: number; right: number; score: number }[] = [];
  for (const { score, right } of ordered) {
    let group = groups.at(-1);
    if (group === undefined || group.count >= LEAST_ROWS) {
      group = { count: 0, right: 0, score: 0 };
      groups.push(group);
    }
    group.count += 1;
    group.right += right ? 1 : 0;
    group.score += score;
  }
  const pooled: { count: number; right: number; score: number }[] = [];
  const rate = (group: { count: number; right: number }): number => (group.right + 1) / (group.count + 2);
  for (const group of groups) {
    let last = { ...group };
    for (let before = pooled.at(-1); before !== undefined && rate(before) >= rate(last); before = pooled.at(-1)) {
      last = { count: before.count + last.count, right: before.right + last.right, score: before.score + last.score };
      pooled.pop();
    }
    pooled.push(last);
  }
  if (pooled.length < 2) return undefined;
  return { scores: pooled.map(({ score, count }) => score / count), probabilities: pooled.map(rate) };
}
