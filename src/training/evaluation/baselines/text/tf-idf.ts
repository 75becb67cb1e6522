import type { TermWeights } from './terms.js';

/** A text as weights of its terms, of length 1 unless it has no terms. */
export type TermVector = ReadonlyMap<string, number>;

/** Turns texts into vectors by how rare their terms are among the documents it was made from. */
export interface TfIdf {
  vector(terms: TermWeights): TermVector;
}

/**
 * Term weights 1 + ln(weight), each times the smoothed inverse document frequency ln((1 + N) / (1 + n)) + 1, divided by
 * their length (Manning, Raghavan & Schütze 2008, section 6.4). A term that no document has is the rarest.
 */
export function createTfIdf(documents: Iterable<TermWeights>): TfIdf {
  const holders = new Map<string, number>();
  let count = 0;
  for (const document of documents) {
    count += 1;
    for (const term of document.keys()) holders.set(term, (holders.get(term) ?? 0) + 1);
  }
  const idf = (term: string): number => Math.log((1 + count) / (1 + (holders.get(term) ?? 0))) + 1;
  return {
    vector(terms) {
      const weights = [...terms].map(([term, weight]) => [term, (1 + Math.log(weight)) * idf(term)] as const);
      const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
      return new Map(weights.map(([term, weight]) => [term, weight / length]));
    },
  };
}

/** Cosine of two texts, in [0, 1]; 0 where they share no term. */
export function termCosine(left: TermVector, right: TermVector): number {
  const [fewer, more] = left.size <= right.size ? [left, right] : [right, left];
  let dot = 0;
  for (const [term, weight] of fewer) dot += weight * (more.get(term) ?? 0);
  return Math.min(1, dot);
}
