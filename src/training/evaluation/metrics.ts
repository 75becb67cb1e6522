/** One judged answer. */
export interface Scored {
  /** Confidence in [0, 1]. */
  readonly confidence: number;
  readonly right: boolean;
}

/**
 * Expected calibration error over bins of equal width (Naeini et al. 2015): mean gap between confidence and accuracy,
 * weighted by the share of the bin. 0 is perfect, 1 the worst. NaN without rows.
 */
export function expectedCalibrationError(rows: readonly Scored[], bins = 15): number {
  const groups = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of rows) {
    const group = groups[Math.min(bins - 1, Math.floor(confidence * bins))];
    if (!group) continue;
    group.count += 1;
    group.confidence += confidence;
    group.right += right ? 1 : 0;
  }
  return groups.reduce((sum, group) => sum + Math.abs(group.confidence - group.right), 0) / rows.length;
}

/** Mean squared gap between confidence and outcome, in [0, 1]. NaN without rows. */
export function brierScore(rows: readonly Scored[]): number {
  return rows.reduce((sum, { confidence, right }) => sum + (confidence - (right ? 1 : 0)) ** 2, 0) / rows.length;
}

/** Area under the generalized risk-coverage curve (Traub et al. 2024), in [0, 0.5]; lower is better. */
export function augrc(rows: readonly Scored[]): number {
  const ordered = [...rows].sort((left, right) => right.confidence - left.confidence);
  let errors = 0;
  let sum = 0;
  for (const { right } of ordered) {
    if (!right) errors += 1;
    sum += errors / rows.length;
  }
  return sum / rows.length;
}

/** Share of rows at or over the threshold, and how many of those are right (NaN when there are none). */
export function selective(rows: readonly Scored[], threshold: number): { coverage: number; accuracy: number } {
  const accepted = rows.filter(({ confidence }) => confidence >= threshold);
  return {
    coverage: accepted.length / rows.length,
    accuracy: accepted.filter(({ right }) => right).length / accepted.length,
  };
}

export function share(count: number, total: number): number {
  return total === 0 ? Number.NaN : count / total;
}
