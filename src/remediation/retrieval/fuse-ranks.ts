/** A ranking: groups of equals, best first, and how much its word counts. */
export interface Ranking {
  readonly groups: readonly (readonly number[])[];
  readonly weight: number;
}

/** Dampens the first ranks (Cormack et al. 2009, "Reciprocal Rank Fusion"). */
const DAMPING = 60;

/** Joins rankings whose scores cannot be compared: each adds `weight / (60 + rank)`. Best first, then by index. */
export function fuseRanks(rankings: readonly Ranking[]): readonly (readonly [index: number, score: number])[] {
  const scores = new Map<number, number>();
  for (const { groups, weight } of rankings) {
    for (const [rank, group] of groups.entries()) {
      for (const index of group) scores.set(index, (scores.get(index) ?? 0) + weight / (DAMPING + rank + 1));
    }
  }
  return [...scores].sort(([a, left], [b, right]) => right - left || a - b);
}
