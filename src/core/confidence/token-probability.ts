/**
 * Geometric mean of token probabilities, exp(mean of the natural log-probabilities), 0 to 1. A mean over tokens does
 * not depend on how long the answer is. One impossible token (-Infinity) makes it 0.
 *
 * @returns undefined without tokens, or when a value is NaN: then nothing is known
 */
export function meanTokenProbability(logprobs: readonly number[] | undefined): number | undefined {
  if (!logprobs || logprobs.length === 0) return undefined;
  let sum = 0;
  for (const logprob of logprobs) {
    if (Number.isNaN(logprob)) return undefined;
    // Servers round, so a certain token may come with a log-probability slightly over 0.
    sum += Math.min(logprob, 0);
  }
  return Math.exp(sum / logprobs.length);
}
