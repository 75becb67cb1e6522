/** A score with its outcome. */
export interface ScoredOutcome {
  readonly score: number;
  readonly right: boolean;
}

/** Rows of a step at least, so that no step stands on a handful of cases. */
const LEAST_ROWS = 20;

/** Neighbours by score. */
interface Group {
  readonly count: number;
  readonly right: number;
  /** Sum of the scores. */
  readonly sum: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; for calibration: Zadrozny and Elkan 2002) over
 * groups of at least 20 neighbours. Probabilities are pulled in as Laplace does, (right + 1) / (rows + 2).
 *
 * @returns the mean score and the probability of every step, both rising; undefined for fewer than two steps
 */
export function fitIsotonic(rows: readonly ScoredOutcome[]): { scores: number[]; probabilities: number[] } | undefined {
  const pooled: Group[] = [];
  for (const group of groupNeighbours(rows)) {
    let last = group;
    for (let before = pooled.at(-1); before !== undefined && rate(before) >= rate(last); before = pooled.at(-1)) {
      last = join(before, last);
      pooled.pop();
    }
    pooled.push(last);
  }
  if (pooled.length < 2) return undefined;
  return { scores: pooled.map(meanScore), probabilities: pooled.map(rate) };
}

/** Rows of one score stay together, since their order says nothing; too few at the end join those before them. */
function groupNeighbours(rows: readonly ScoredOutcome[]): Group[] {
  const groups: Group[] = [];
  for (const { score, right } of [...rows].sort((left, other) => left.score - other.score)) {
    const row = { count: 1, right: right ? 1 : 0, sum: score, lowest: score, highest: score };
    const group = groups.at(-1);
    if (group === undefined || (group.count >= LEAST_ROWS && score > group.highest)) groups.push(row);
    else groups[groups.length - 1] = join(group, row);
  }
  const [before, last] = groups.slice(-2);
  if (before && last && last.count < LEAST_ROWS) groups.splice(-2, 2, join(before, last));
  return groups;
}

function join(before: Group, after: Group): Group {
  return {
    count: before.count + after.count,
    right: before.right + after.right,
    sum: before.sum + after.sum,
    lowest: before.lowest,
    highest: after.highest,
  };
}

function rate({ count, right }: Group): number {
  return (right + 1) / (count + 2);
}

/** The mean of equal numbers may be rounded to another one, which would let the scores fall. */
function meanScore({ sum, count, lowest, highest }: Group): number {
  return Math.min(Math.max(sum / count, lowest), highest);
}
