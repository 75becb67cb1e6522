import { boundedLogit, logistic } from '../../../core/confidence/logistic.js';
import { ConfigurationError } from '../../../core/errors.js';

/** What is known about a call besides that catalog and alert allow it. Nothing of it is the model's own word. */
export interface CallFeatures {
  /** Geometric mean of the answer's token probabilities, 0 to 1, where the provider gives them. */
  readonly tokenProbability?: number | undefined;
  /** Whether a second sample made the same call; left out when there was none. */
  readonly agreement?: boolean | undefined;
  /** Whether the first answer had to be refused. */
  readonly repaired: boolean;
  /** Whether the answer was not in the form that was asked for: faulty JSON, lines of key: value, words. */
  readonly loose: boolean;
  /** Whether every parameter is a label, default or rule, and none was a choice between equals or a free value. */
  readonly fromAlert: boolean;
}

/** A logistic map (Platt 1999) from features to the probability of being right: what each adds to the log odds. */
export interface CallConfidenceMap {
  /** Log odds of a call of which nothing is known but that it is allowed. */
  readonly intercept: number;
  /** `weight * logit(tokenProbability) + offset`, the probability kept within 0.01 to 0.99. */
  readonly logprob: { readonly weight: number; readonly offset: number };
  readonly agreement: { readonly same: number; readonly different: number };
  readonly repaired: number;
  readonly loose: number;
  /** Added when not every parameter comes from the alert. */
  readonly notFromAlert: number;
}

/**
 * The map that holds until you fit one. It is a prior: chosen by hand, fitted to no data, so its numbers rank calls but
 * are no measured probabilities.
 *
 * What it believes: an allowed call of which nothing else is known is right in 0.60 of cases, so it alone stays under
 * the usual threshold of 0.7. Token probabilities count as in the client's map: 0.73 says nothing either way, 0.95
 * gives 0.80. A second sample that agrees gives 0.73 alone, one that differs 0.23. A call that was refused first loses
 * a log odds of 1, one in another form than asked for 0.4, one with a guessed or free parameter 0.6.
 */
export const DEFAULT_CALL_CONFIDENCE_MAP: CallConfidenceMap = {
  intercept: 0.4,
  logprob: { weight: 0.5, offset: -0.5 },
  agreement: { same: 0.6, different: -1.6 },
  repaired: -1,
  loose: -0.4,
  notFromAlert: -0.6,
};

/** Probability, always a number from 0 to 1, that a call is right. */
export function callConfidence(features: CallFeatures, map: CallConfidenceMap = DEFAULT_CALL_CONFIDENCE_MAP): number {
  const { tokenProbability, agreement } = features;
  let score = map.intercept;
  if (tokenProbability !== undefined && !Number.isNaN(tokenProbability)) {
    score += map.logprob.weight * boundedLogit(tokenProbability) + map.logprob.offset;
  }
  if (agreement !== undefined) score += agreement ? map.agreement.same : map.agreement.different;
  if (features.repaired) score += map.repaired;
  if (features.loose) score += map.loose;
  if (!features.fromAlert) score += map.notFromAlert;
  return logistic(score);
}

/** Throws ConfigurationError that names a coefficient that is missing, not finite or beyond plus or minus 1000. */
export function checkCallConfidenceMap(map: CallConfidenceMap): void {
  const coefficients: Readonly<Record<string, unknown>> = {
    intercept: map?.intercept,
    'logprob.weight': map?.logprob?.weight,
    'logprob.offset': map?.logprob?.offset,
    'agreement.same': map?.agreement?.same,
    'agreement.different': map?.agreement?.different,
    repaired: map?.repaired,
    loose: map?.loose,
    notFromAlert: map?.notFromAlert,
  };
  for (const [name, value] of Object.entries(coefficients)) {
    if (typeof value === 'number' && Math.abs(value) <= 1_000) continue;
    throw new ConfigurationError(`calibration.${name}: expected a number from -1000 to 1000`);
  }
}
