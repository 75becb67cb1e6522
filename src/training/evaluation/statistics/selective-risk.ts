import { InvalidInputError } from '../../../core/errors.js';
import type { Scored } from '../metrics.js';
import { rank } from './ranked.js';

/** One threshold and what accepting by it comes to. */
export interface RiskCoveragePoint {
  /** Accepted is what is at least this confident. */
  readonly threshold: number;
  /** Share of rows that are accepted, in (0, 1]. */
  readonly coverage: number;
  /** Share of wrong ones among the accepted, in [0, 1]. */
  readonly risk: number;
}

/**
 * The risk-coverage curve (El-Yaniv & Wiener 2010, Journal of Machine Learning Research 11): one point for every
 * distinct confidence, from the highest to the lowest. Only these thresholds can be set.
 */
export function riskCoverageCurve(rows: readonly Scored[]): RiskCoveragePoint[] {
  const ranked = rank(rows);
  const points: RiskCoveragePoint[] = [];
  let errors = 0;
  for (const [index, { confidence, right }] of ranked.entries()) {
    errors += 1 - right;
    if (ranked[index + 1]?.confidence === confidence) continue;
    const accepted = index + 1;
    // Whole again, since sums of shares round.
    points.push({
      threshold: confidence,
      coverage: accepted / ranked.length,
      risk: Math.round(errors) / accepted,
    });
  }
  return points;
}

/**
 * Share of right ones, in [0, 1], among the most confident rows that make up `coverage` of all (Geifman & El-Yaniv
 * 2017); at least one row is accepted. Where the edge falls among rows of the same confidence, it is the mean over all
 * choices among them. NaN without rows.
 *
 * @param coverage in [0, 1]
 */
export function selectiveAccuracyAtCoverage(rows: readonly Scored[], coverage: number): number {
  checkShare('coverage', coverage);
  if (rows.length === 0) return Number.NaN;
  // Less a rounding error, since 0.7 * 10 is not to ask for 8 rows.
  const accepted = Math.max(1, Math.ceil(coverage * rows.length - 1e-9));
  const right = rank(rows)
    .slice(0, accepted)
    .reduce((sum, entry) => sum + entry.right, 0);
  return Math.min(1, right / accepted);
}

/**
 * Largest share of rows, in [0, 1], that one threshold accepts with no more than `risk` wrong ones among them; 0 where
 * no threshold does. It is what the rows came to, not a promise about others: see `sgrThreshold`. NaN without rows.
 *
 * @param risk in [0, 1]
 */
export function coverageAtRisk(rows: readonly Scored[], risk: number): number {
  checkShare('risk', risk);
  if (rows.length === 0) return Number.NaN;
  const met = riskCoverageCurve(rows).findLast((point) => point.risk <= risk);
  return met?.coverage ?? 0;
}

/**
 * Area under the risk-coverage curve (Geifman, Uziel & El-Yaniv 2019, arXiv 1805.08206): the mean, over k, of the share
 * of wrong ones among the k most confident rows; in [0, 1], lower is better. Of rows of the same confidence counts the
 * mean over all orders. NaN without rows.
 */
export function aurc(rows: readonly Scored[]): number {
  let errors = 0;
  let sum = 0;
  for (const [index, { right }] of rank(rows).entries()) {
    errors += 1 - right;
    sum += errors / (index + 1);
  }
  return sum / rows.length;
}

function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) {
    throw new InvalidInputError(name, `expected a share in [0, 1], received ${value}`);
  }
}
