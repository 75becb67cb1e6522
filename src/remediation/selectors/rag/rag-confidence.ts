import type { Catalog } from '../../../domain/index.js';
import type { RunbookHit } from '../../retrieval/index.js';
import type { EvidenceMap } from '../choice/evidence-map.js';
import { functionWeights, type RankedFunctions, type RunbookCandidate } from './rank-functions.js';

/**
 * What speaks for a function of a runbook.
 *
 * - `exact`: 1 when its section is about an alert of this name, 0.5 when it names it in code, else 0
 * - `lead`: how far it is ahead of the next function in the deciding sections, as a share of its own weight there, 0 to 1;
 *   1 when they name no other
 * - `margin`: how far its best section is ahead of the best one that leads elsewhere, as a share of its BM25 score, 0 to 1
 * - `coverage`: share of the words of the alert's name that stand in its best section, 0 to 1
 * - `agreement`: share of the scores of all sections that name a function which is with those that name this one, 0 to 1
 * - `model`: 1 when a model was asked and chose what the sections lead to, -1 when it chose another function, 0 without
 *   a model and when they lead nowhere
 * - `guessed`: 1 when a parameter could be filled from several labels, else 0
 */
export type RagEvidence = Readonly<
  Record<'exact' | 'lead' | 'margin' | 'coverage' | 'agreement' | 'model' | 'guessed', number>
>;

export type RagCalibration = EvidenceMap<keyof RagEvidence>;

/**
 * The map that holds until you fit one. It is a prior: chosen by hand, fitted to no data, so its numbers rank answers
 * but are no measured probabilities.
 *
 * What it believes: a section about this very alert that names one function is right in 9 of 10 cases, in 8 when
 * other sections speak for another; one that is merely alike reaches 0.7 only when everything else speaks for it; what a
 * model chose against the sections stays below 0.7.
 */
export const DEFAULT_RAG_CALIBRATION: RagCalibration = {
  intercept: -4,
  weights: { exact: 1.8, lead: 1.2, margin: 0.8, coverage: 2.4, agreement: 0.6, model: 1.5, guessed: -1.5 },
};

/** Gathers what speaks for a candidate. */
export function ragEvidence(
  candidate: RunbookCandidate,
  ranked: RankedFunctions,
  context: {
    readonly hits: readonly RunbookHit[];
    readonly catalog: Catalog;
    readonly model: number;
    readonly guessed: boolean;
  },
): RagEvidence {
  const { hits, catalog, model, guessed } = context;
  const naming = hits.filter((hit) => functionWeights(hit, catalog).size > 0);
  const best = candidate.hits[0];
  const own = Math.max(0, ...candidate.hits.map(({ bm25 }) => bm25));
  const other = Math.max(0, ...naming.filter((hit) => !candidate.hits.includes(hit)).map(({ bm25 }) => bm25));
  const sum = (list: readonly RunbookHit[]): number => list.reduce((total, { score }) => total + score, 0);
  const { weight } = candidate;
  const next = Math.max(0, ...ranked.candidates.filter((entry) => entry !== candidate).map((entry) => entry.weight));
  return {
    exact: best?.exact ?? 0,
    lead: weight > 0 ? Math.max(0, (weight - next) / weight) : 0,
    margin: own > 0 ? Math.max(0, (own - other) / own) : 0,
    coverage: best?.coverage ?? 0,
    agreement: naming.length > 0 ? sum(candidate.hits) / sum(naming) : 0,
    model,
    guessed: guessed ? 1 : 0,
  };
}
