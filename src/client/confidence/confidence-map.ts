import { boundedLogit, logistic } from '../../core/confidence/logistic.js';
import { ConfigurationError } from '../../core/errors.js';
import type { ConfidenceEvidence } from '../response.js';

/** The kinds of evidence, in the order in which the map and its fit use them. */
export const EVIDENCE_KINDS = ['logprob', 'agreement', 'verifier'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What one kind of evidence adds to the log odds when it is there: `weight * logit(value) + offset`. */
export interface EvidenceCoefficients {
  readonly weight: number;
  readonly offset: number;
}

/**
 * A logistic map from evidence to the probability that an answer is right (Platt 1999):
 * `1 / (1 + exp(-(intercept + sum of what the evidence adds)))`. Evidence that is not there adds nothing. Values are
 * kept within 0.01 to 0.99 before their logit is taken, so that no single one decides without bound.
 */
export interface ConfidenceMap extends Readonly<Record<EvidenceKind, EvidenceCoefficients>> {
  /** Log odds of an answer of which nothing is known. */
  readonly intercept: number;
}

/**
 * The map that holds until you fit one. It is a prior: chosen by hand, fitted to no data, so its numbers rank answers
 * but are no measured probabilities. Use `fitConfidenceMap` on labelled answers of your own model and questions.
 *
 * What it believes: without evidence the odds are even. Agreement alone stays below 0.85 (0.83 at most), because a
 * model that repeats itself may repeat a mistake (Huang et al. 2023, "Large Language Models Cannot Self-Correct
 * Reasoning Yet"). Token probabilities of 0.73 say nothing either way, 0.95 give 0.73, since models are more certain
 * than right. A verifier that is sure gives 0.975.
 */
export const DEFAULT_CONFIDENCE_MAP: ConfidenceMap = {
  intercept: 0,
  logprob: { weight: 0.5, offset: -0.5 },
  agreement: { weight: 0.35, offset: 0 },
  verifier: { weight: 0.8, offset: 0 },
};

/** Confidence of evidence, always a number from 0 to 1. A value that is NaN counts as not there. */
export function confidenceOf(evidence: ConfidenceEvidence, map: ConfidenceMap = DEFAULT_CONFIDENCE_MAP): number {
  let score = map.intercept;
  for (const kind of EVIDENCE_KINDS) {
    const value = evidence[kind];
    if (value === undefined || Number.isNaN(value)) continue;
    score += map[kind].weight * boundedLogit(value) + map[kind].offset;
  }
  return logistic(score);
}

/** Throws ConfigurationError that names the coefficient when one is missing, not finite or beyond plus or minus 1000. */
export function checkConfidenceMap(map: ConfidenceMap): void {
  const check = (name: string, value: unknown): void => {
    if (typeof value === 'number' && Math.abs(value) <= 1_000) return;
    throw new ConfigurationError(`confidenceMap.${name}: expected a number from -1000 to 1000`);
  };
  check('intercept', map?.intercept);
  for (const kind of EVIDENCE_KINDS) {
    check(`${kind}.weight`, map[kind]?.weight);
    check(`${kind}.offset`, map[kind]?.offset);
  }
}
