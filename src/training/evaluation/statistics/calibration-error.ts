import { ConfigurationError } from '../../../core/errors.js';
import type { Scored } from '../metrics.js';
import { rank } from './ranked.js';

/** Rows of a reliability diagram (DeGroot & Fienberg 1983) whose confidence lies in one interval. */
export interface ReliabilityBin {
  /** Confidence from which the bin reaches, included. */
  readonly lower: number;
  /** Confidence to which it reaches, excluded but for the last bin. */
  readonly upper: number;
  readonly count: number;
  /** In [0, 1]; NaN in an empty bin. */
  readonly meanConfidence: number;
  /** Share of right ones, in [0, 1]; NaN in an empty bin. */
  readonly accuracy: number;
}

/** What a sure answer that is wrong may cost at most: -ln 1e-12, about 27.6. */
const LEAST_PROBABILITY = 1e-12;

/** Bins of equal width over [0, 1] for a reliability diagram, those without rows too. */
export function reliabilityBins(rows: readonly Scored[], bins = 15): ReliabilityBin[] {
  checkBins(bins);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of rows) {
    // The same borders as those of the expected calibration error.
    const sum = sums[Math.max(0, Math.min(bins - 1, Math.floor(confidence * bins)))];
    if (!sum) continue;
    sum.count += 1;
    sum.confidence += confidence;
    sum.right += right ? 1 : 0;
  }
  return sums.map(({ count, confidence, right }, index) => ({
    lower: index / bins,
    upper: (index + 1) / bins,
    count,
    meanConfidence: confidence / count,
    accuracy: right / count,
  }));
}

/**
 * Expected calibration error over bins of equal mass (Nguyen & O'Connor 2015, arXiv 1508.05154): rows in the order of
 * their confidence are cut into bins of the same size but for one row; the mean gap between confidence and accuracy,
 * weighted by the share of the bin. 0 is perfect, 1 the worst. With fewer rows than bins, each row is a bin. Of rows of
 * the same confidence counts the mean over all orders. NaN without rows.
 */
export function adaptiveCalibrationError(rows: readonly Scored[], bins = 15): number {
  checkBins(bins);
  const ranked = rank(rows);
  const count = Math.min(bins, ranked.length);
  let gaps = 0;
  for (let bin = 0; bin < count; bin++) {
    const start = Math.floor((bin * ranked.length) / count);
    const end = Math.floor(((bin + 1) * ranked.length) / count);
    let gap = 0;
    for (const { confidence, right } of ranked.slice(start, end)) gap += confidence - right;
    gaps += Math.abs(gap);
  }
  return gaps / ranked.length;
}

/**
 * Mean negative logarithm (base e) of the probability that the confidence gives to what came out; 0 is perfect. A
 * probability counts as at least 1e-12, so that one sure answer that is wrong does not make it infinite. NaN without rows.
 */
export function negativeLogLikelihood(rows: readonly Scored[]): number {
  const sum = rows.reduce(
    (total, { confidence, right }) =>
      total - Math.log(Math.max(right ? confidence : 1 - confidence, LEAST_PROBABILITY)),
    0,
  );
  return sum / rows.length;
}

function checkBins(bins: number): void {
  if (!Number.isSafeInteger(bins) || bins < 1) {
    throw new ConfigurationError(`bins: expected a whole number of at least 1, received ${bins}`);
  }
}
