import { logistic } from '../../../core/confidence/logistic.js';
import { ConfigurationError } from '../../../core/errors.js';
import { describeValue } from '../../../domain/describe.js';

/**
 * A logistic map from what speaks for a call to the probability that it is right:
 * `1 / (1 + exp(-(intercept + sum of weight * value)))`. What a value means stands with the phase's default map.
 */
export interface EvidenceMap<Kind extends string> {
  readonly intercept: number;
  readonly weights: Readonly<Record<Kind, number>>;
}

/** Confidence of values, always a number from 0 to 1. A value that is no finite number adds nothing. */
export function confidenceOf<Kind extends string>(
  values: Readonly<Record<Kind, number>>,
  map: EvidenceMap<Kind>,
): number {
  let score = map.intercept;
  for (const kind of Object.keys(map.weights) as Kind[]) {
    if (Number.isFinite(values[kind])) score += map.weights[kind] * values[kind];
  }
  return logistic(score);
}

/** Returns the map. Throws ConfigurationError that names a number which is missing or not from -1000 to 1000. */
export function checkEvidenceMap<Kind extends string>(
  map: EvidenceMap<Kind>,
  prior: EvidenceMap<Kind>,
): EvidenceMap<Kind> {
  const check = (name: string, value: unknown): void => {
    if (typeof value === 'number' && Math.abs(value) <= 1_000) return;
    throw new ConfigurationError(
      `calibration.${name}: expected a number from -1000 to 1000, got ${describeValue(value)}`,
    );
  };
  check('intercept', map?.intercept);
  for (const kind of Object.keys(prior.weights) as Kind[]) check(`weights.${kind}`, map.weights?.[kind]);
  return map;
}
