import type { Baseline } from '../baseline.js';
import { createBm25 } from '../text/bm25.js';
import { alertTerms } from '../text/terms.js';
import { fitNeighbours } from './fit-neighbours.js';

/** The training examples whose words are most like the alert's decide, by BM25. */
export const bm25Neighbours: Baseline = {
  name: 'bm25-neighbours',
  fit: (training) =>
    fitNeighbours(training, (examples) => {
      const scoresOf = createBm25(examples.map(({ alert }) => alertTerms(alert)));
      return (alert) => scoresOf(alertTerms(alert));
    }),
};
