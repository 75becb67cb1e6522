import { ConfigurationError, InvalidInputError } from '../../../core/errors.js';

/** Halvings of [0, 1]; a number has no more bits to tell. */
const HALVINGS = 100;
/** A term that adds less than this share to a sum does not count. */
const NEGLIGIBLE = 1e-18;

/**
 * Exact one-sided upper bound of Clopper & Pearson (1934) on the rate of errors: the largest rate at which so few errors
 * still have a probability of `delta` or more. With probability 1 - delta the true rate is not over it.
 *
 * @param errors whole number in [0, cases]
 * @param cases whole number, 0 or more; without cases the bound is 1
 * @param delta in (0, 0.5]
 * @returns rate in (0, 1]
 */
export function binomialUpperBound(errors: number, cases: number, delta: number): number {
  if (!Number.isSafeInteger(cases) || cases < 0) {
    throw new InvalidInputError('cases', `expected a whole number of at least 0, received ${cases}`);
  }
  if (!Number.isSafeInteger(errors) || errors < 0 || errors > cases) {
    throw new InvalidInputError('errors', `expected a whole number from 0 to ${cases}, received ${errors}`);
  }
  if (!(delta > 0 && delta <= 0.5)) {
    throw new ConfigurationError(`delta: expected a probability over 0 and up to 0.5, such as 0.05, received ${delta}`);
  }
  if (errors === cases) return 1;
  const logDelta = Math.log(delta);
  const logChoices = logBinomialCoefficient(cases, errors);
  // At the observed rate no more errors than observed have a probability of about a half, so the bound is over it.
  let low = errors / cases;
  let high = 1;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const rate = (low + high) / 2;
    if (rate === low || rate === high) break;
    if (logAtMost(errors, cases, rate, logChoices) >= logDelta) low = rate;
    else high = rate;
  }
  return high;
}

/**
 * Logarithm of the probability of at most `errors` errors at a rate of errors/cases or more. There the probabilities
 * fall from `errors` down to 0, so they are summed as shares of the first, which neither underflows nor needs all terms.
 */
function logAtMost(errors: number, cases: number, rate: number, logChoices: number): number {
  const odds = (1 - rate) / rate;
  let term = 1;
  let sum = 1;
  for (let count = errors; count > 0; count--) {
    term *= (count / (cases - count + 1)) * odds;
    sum += term;
    if (term < sum * NEGLIGIBLE) break;
  }
  return logChoices + errors * Math.log(rate) + (cases - errors) * Math.log1p(-rate) + Math.log(sum);
}

/** ln of the number of ways to choose `chosen` out of `all`. */
function logBinomialCoefficient(all: number, chosen: number): number {
  const fewer = Math.min(chosen, all - chosen);
  let sum = 0;
  for (let index = 1; index <= fewer; index++) sum += Math.log((all - fewer + index) / index);
  return sum;
}
