import MiniSearch from 'minisearch';
import type { Alert } from '../../domain/alert/alert.js';
import { alertProse, searchTerms } from './search-terms.js';
import type { RunbookSection } from './section.js';

/** What a word of the alert's name counts against one of its annotations. */
const NAME_WEIGHT = 3;
/** What a word of a heading counts against one of the text. */
const HEADING_WEIGHT = 3;
/** Shorter words match as they are only. */
const SHORTEST_PREFIX = 4;

/** BM25 over sections. */
export interface LexicalSearch {
  /** Indexes of the sections that share words with the alert, best first, each with its BM25 score, over 0. */
  search(alert: Alert): readonly (readonly [index: number, score: number])[];
}

/** Indexes sections by their words, a few at a time, so that nothing else waits long. */
export async function createLexicalSearch(sections: readonly RunbookSection[]): Promise<LexicalSearch> {
  const index = new MiniSearch<{ id: number; headings: string; text: string }>({
    fields: ['headings', 'text'],
    tokenize: searchTerms,
    processTerm: (term) => term,
    searchOptions: {
      combineWith: 'OR',
      boost: { headings: HEADING_WEIGHT },
      prefix: (term) => term.length >= SHORTEST_PREFIX,
    },
  });
  const documents = sections.map(({ headings, text }, id) => ({ id, headings: headings.join('\n'), text }));
  await index.addAllAsync(documents, { chunkSize: 64 });
  return {
    search(alert) {
      const name = alert.labels.alertname ?? '';
      const found = index.search({
        combineWith: 'OR',
        queries: [{ queries: [name], boostTerm: () => NAME_WEIGHT }, alertProse(alert)],
      });
      return found.map(({ id, score }) => [id as number, score] as const);
    },
  };
}
