import { ConfigurationError } from '../../../core/errors.js';
import type { Scored } from '../metrics.js';
import { binomialUpperBound } from './binomial-bound.js';
import { type RiskCoveragePoint, riskCoverageCurve } from './selective-risk.js';

export interface SgrOptions {
  /** Share of wrong ones among the accepted that is to be kept to, in (0, 1). */
  readonly risk: number;
  /** Probability that the promise does not hold, in (0, 0.5]. Default 0.05. */
  readonly delta?: number;
}

/** A threshold with a promise: with probability 1 - delta, accepting by it has at most `riskBound` wrong ones. */
export interface GuaranteedThreshold {
  /** Accepted is what is at least this confident. */
  readonly threshold: number;
  /** Share of the rows that it accepts, in (0, 1]. */
  readonly coverage: number;
  /** Share of wrong ones among them, in [0, 1]. */
  readonly empiricalRisk: number;
  /** Upper bound of the true share, at most the `risk` asked for. */
  readonly riskBound: number;
}

/**
 * Selection with guaranteed risk (Geifman & El-Yaniv 2017, arXiv 1705.08500, algorithm 1): a binary search for the
 * lowest threshold whose exact upper bound of the risk, at delta over the number of thresholds looked at, is within
 * `risk`. The promise holds for rows drawn independently as these were, and which the model and its calibration were
 * not fitted on. Rows of the same confidence are accepted together, since no threshold divides them. Thresholds that
 * accept too few rows to be promised anything, were they all right, are not looked at: the search would end among them.
 *
 * @returns undefined where no threshold that was looked at keeps to the risk: more rows or fewer errors are needed
 */
export function sgrThreshold(
  rows: readonly Scored[],
  { risk, delta = 0.05 }: SgrOptions,
): GuaranteedThreshold | undefined {
  if (!(risk > 0 && risk < 1)) {
    throw new ConfigurationError(`risk: expected a share over 0 and under 1, such as 0.02, received ${risk}`);
  }
  if (!(delta > 0 && delta <= 0.5)) {
    throw new ConfigurationError(`delta: expected a probability over 0 and up to 0.5, such as 0.05, received ${delta}`);
  }
  const points = riskCoverageCurve(rows);
  const looks = Math.max(1, Math.ceil(Math.log2(rows.length)));
  let found: GuaranteedThreshold | undefined;
  const needed = Math.log(delta / looks) / Math.log1p(-risk);
  const first = points.findIndex(({ coverage }) => coverage * rows.length >= needed);
  let [low, high] = first < 0 ? [0, -1] : [first, points.length - 1];
  for (let look = 0; look < looks && low <= high; look++) {
    const middle = (low + high) >> 1;
    const { threshold, coverage, risk: empiricalRisk } = points[middle] as RiskCoveragePoint;
    const accepted = Math.round(coverage * rows.length);
    const riskBound = binomialUpperBound(Math.round(empiricalRisk * accepted), accepted, delta / looks);
    if (riskBound <= risk) {
      found = { threshold, coverage, empiricalRisk, riskBound };
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return found;
}
