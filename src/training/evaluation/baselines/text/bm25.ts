import type { TermWeights } from './terms.js';

/** How fast repetition stops to count, and how much long documents are held back (Robertson & Zaragoza 2009). */
const K1 = 1.2;
const B = 0.75;

/** BM25 scores of all documents, 0 or more, in their order; 0 for those that share no term with the query. */
export type Bm25Scores = (query: TermWeights) => Float64Array;

interface Posting {
  readonly documents: number[];
  /** Saturated term frequency of each document. */
  readonly shares: number[];
}

/**
 * Okapi BM25 over weighted terms (Robertson & Zaragoza 2009, The Probabilistic Relevance Framework). In memory, and made
 * for hundreds of long queries in a row, each of which meets most documents: a query costs a pass over its postings.
 */
export function createBm25(documents: readonly TermWeights[]): Bm25Scores {
  const lengths = documents.map((terms) => [...terms.values()].reduce((sum, weight) => sum + weight, 0));
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / documents.length;
  const postings = new Map<string, Posting>();
  for (const [index, terms] of documents.entries()) {
    const held = K1 * (1 - B + (B * (lengths[index] as number)) / meanLength);
    for (const [term, weight] of terms) {
      const posting = postings.get(term) ?? { documents: [], shares: [] };
      posting.documents.push(index);
      posting.shares.push((weight * (K1 + 1)) / (weight + held));
      postings.set(term, posting);
    }
  }
  return (query) => {
    const scores = new Float64Array(documents.length);
    for (const [term, weight] of query) {
      const posting = postings.get(term);
      if (!posting) continue;
      const holders = posting.documents.length;
      const idf = Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5));
      for (let at = 0; at < holders; at++) {
        const index = posting.documents[at] as number;
        scores[index] = (scores[index] as number) + weight * idf * (posting.shares[at] as number);
      }
    }
    return scores;
  };
}
