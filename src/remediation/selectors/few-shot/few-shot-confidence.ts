import type { EvidenceMap } from '../choice/evidence-map.js';
import { scoreOf, type Vote } from './votes.js';

/**
 * What speaks for a function that helped before.
 *
 * - `similarity`: of the incident most alike in which it helped, 0 to 1
 * - `margin`: how far its votes are ahead of the next function's, as a share of its own, 0 to 1
 * - `support`: `s / (1 + s)` of the sum s of the weights of the incidents in which it helped, 0 to 1
 * - `against`: share of its votes that are against it, 0 to 1
 * - `model`: 1 when a model was asked and chose what the votes lead to, -1 when it chose another function, 0 without a
 *   model and when they lead nowhere
 * - `guessed`: 1 when a parameter could be filled from several labels, else 0
 */
export type FewShotEvidence = Readonly<
  Record<'similarity' | 'margin' | 'support' | 'against' | 'model' | 'guessed', number>
>;

export type FewShotCalibration = EvidenceMap<keyof FewShotEvidence>;

/**
 * The map that holds until you fit one. It is a prior: chosen by hand, fitted to no data, so its numbers rank answers
 * but are no measured probabilities.
 *
 * What it believes: one incident of the same words in which a function helped makes it right in 7 of 10 cases, five in
 * 8; incidents that are alike by half do not reach 0.5; a third of votes against it costs about 0.1.
 */
export const DEFAULT_FEW_SHOT_CALIBRATION: FewShotCalibration = {
  intercept: -4,
  weights: { similarity: 3, margin: 1.2, support: 1.5, against: -2, model: 1, guessed: -1.5 },
};

/** Gathers what speaks for a vote among all. */
export function fewShotEvidence(
  vote: Vote,
  votes: readonly Vote[],
  { model, guessed }: { readonly model: number; readonly guessed: boolean },
): FewShotEvidence {
  const helped = vote.incidents.filter(({ incident }) => incident.outcome === 'effective');
  const total = vote.support + vote.against;
  return {
    similarity: helped[0]?.similarity ?? 0,
    margin: marginOf(vote, votes),
    support: vote.support / (1 + vote.support),
    against: total > 0 ? vote.against / total : 0,
    model,
    guessed: guessed ? 1 : 0,
  };
}

/** How far a vote is ahead of the best other one, 0 to 1; 0 when it is behind. */
export function marginOf(vote: Vote, votes: readonly Vote[]): number {
  const own = scoreOf(vote);
  if (!(own > 0)) return 0;
  const other = Math.max(0, ...votes.filter((entry) => entry !== vote).map(scoreOf));
  return Math.max(0, (own - other) / own);
}
