/** Something that was found, by its place among what was searched. */
export interface Hit {
  readonly index: number;
  readonly score: number;
}

/** The `count` largest scores over 0 of those that are `among`, best first; of equals the one that stands first. */
export function nearest(
  scores: Float64Array,
  count: number,
  among: (index: number) => boolean = () => true,
): readonly Hit[] {
  const hits: Hit[] = [];
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number;
    const last = hits[count - 1];
    if (!(score > (last?.score ?? 0)) || !among(index)) continue;
    const place = hits.findIndex((hit) => hit.score < score);
    hits.splice(place < 0 ? hits.length : place, 0, { index, score });
    if (hits.length > count) hits.pop();
  }
  return hits;
}
