import type { Alert } from '../../domain/alert/alert.js';
import { cosine, type Embedder } from '../../domain/index.js';
import { alertKey } from './alert-key.js';
import { fuseRanks } from './fuse-ranks.js';
import { createLexicalSearch } from './lexical-search.js';
import { alertProse, nameCoverage, searchTerms } from './search-terms.js';
import type { RunbookSection } from './section.js';
import { messageOf } from './section-vectors.js';
import { decodeVector, type IndexedFile } from './stored-index.js';

/** A section that was found. */
export interface RunbookHit {
  /** Where it stands, such as `RUNBOOK.md#pod-crash-loop`. */
  readonly source: string;
  readonly section: RunbookSection;
  /** Fused score, over 0; comparable within one search only. */
  readonly score: number;
  /** BM25 score, 0 when it shares no word with the alert. */
  readonly bm25: number;
  /** 1 when the section is about an alert of this name, 0.5 when it names it in code, else 0. */
  readonly exact: 0 | 0.5 | 1;
  /** Share, 0 to 1, of the words of the alert's name that stand in the section. */
  readonly coverage: number;
}

/** Sections in memory with what it takes to search them. */
export interface SearchableRunbooks {
  search(
    alert: Alert,
    k: number,
    by: { readonly embedder: Embedder | undefined; readonly warn: (warning: string) => void },
  ): Promise<readonly RunbookHit[]>;
}

/** What each ranking counts: a name that is the same says more than words and vectors that are alike. */
const WEIGHTS = { exact: 2, mention: 0.5, words: 1, vectors: 1 } as const;
/** Sections of each ranking that are fused. */
const DEPTH = 50;

interface Entry {
  readonly source: string;
  readonly section: RunbookSection;
  readonly vector: Float32Array | undefined;
}

/** Makes the sections of files searchable. */
export async function createSearchableRunbooks(
  files: readonly (readonly [name: string, file: IndexedFile])[],
): Promise<SearchableRunbooks> {
  const entries: readonly Entry[] = files.flatMap(([name, { sections, vectors }]) =>
    sections.map((section, at): Entry => {
      const vector = vectors?.[at];
      return {
        source: section.anchor === '' ? name : `${name}#${section.anchor}`,
        section,
        vector: vector === undefined ? undefined : decodeVector(vector),
      };
    }),
  );
  const byAlert = indexBy(entries, ({ section }) => section.alerts);
  const byMention = indexBy(entries, ({ section }) => section.mentions);
  const lexical = await createLexicalSearch(entries.map(({ section }) => section));

  return {
    async search(alert, k, { embedder, warn }) {
      const key = alertKey(alert.labels.alertname ?? '');
      const exact = byAlert.get(key) ?? [];
      const mentioned = byMention.get(key) ?? [];
      const words = lexical.search(alert);
      const bm25 = new Map(words);
      const fused = fuseRanks([
        { groups: [exact], weight: WEIGHTS.exact },
        { groups: [mentioned], weight: WEIGHTS.mention },
        { groups: words.slice(0, DEPTH).map(([index]) => [index]), weight: WEIGHTS.words },
        { groups: await nearestVectors(alert, entries, embedder, warn), weight: WEIGHTS.vectors },
      ]);
      const isExact = new Set(exact);
      const isMentioned = new Set(mentioned);
      return fused.slice(0, k).map(([index, score]): RunbookHit => {
        const { source, section } = entries[index] as Entry;
        const terms = new Set(searchTerms([...section.headings, section.text].join('\n')));
        return {
          source,
          section,
          score,
          bm25: bm25.get(index) ?? 0,
          exact: isExact.has(index) ? 1 : isMentioned.has(index) ? 0.5 : 0,
          coverage: nameCoverage(alert, terms),
        };
      });
    },
  };
}

/** Indexes of the sections by the cosine of their vectors with that of the alert; none without an embedder. */
async function nearestVectors(
  alert: Alert,
  entries: readonly Entry[],
  embedder: Embedder | undefined,
  warn: (warning: string) => void,
): Promise<number[][]> {
  if (!embedder || entries.every(({ vector }) => vector === undefined)) return [];
  try {
    const [query] = await embedder([alertText(alert)]);
    if (!query) throw new TypeError('it gave no vector');
    return entries
      .flatMap(({ vector }, index) => {
        const score = vector === undefined ? undefined : cosine(query, vector);
        return score === undefined ? [] : [{ index, score }];
      })
      .sort((left, right) => right.score - left.score)
      .slice(0, DEPTH)
      .map(({ index }) => [index]);
  } catch (error) {
    warn(`the embedder failed (${messageOf(error)}); runbooks are searched by words only`);
    return [];
  }
}

/** What of an alert is embedded: its name in words, then its prose. */
export function alertText(alert: Alert): string {
  const name = (alert.labels.alertname ?? '').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return `${name}\n${alertProse(alert)}`.slice(0, 1_200);
}

function indexBy(entries: readonly Entry[], keysOf: (entry: Entry) => readonly string[]): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [at, entry] of entries.entries()) {
    for (const key of new Set(keysOf(entry))) index.set(key, [...(index.get(key) ?? []), at]);
  }
  return index;
}
