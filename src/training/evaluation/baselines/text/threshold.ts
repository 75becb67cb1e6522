/** A best guess with its score, and whether following it or abstaining would be right. */
export interface Guess {
  readonly score: number;
  readonly actRight: boolean;
  readonly abstainRight: boolean;
}

/**
 * The score from which on guesses are best followed: the one that makes the most answers right, the highest of equals.
 * Infinity where it is best never to follow one.
 */
export function pickThreshold(guesses: readonly Guess[]): number {
  const ordered = [...guesses].sort((left, right) => right.score - left.score);
  // Against abstaining always, which is right where abstaining is.
  let gain = 0;
  let best = { gain: 0, threshold: Number.POSITIVE_INFINITY };
  for (const [index, { score, actRight, abstainRight }] of ordered.entries()) {
    gain += Number(actRight) - Number(abstainRight);
    if (ordered[index + 1]?.score === score || gain <= best.gain) continue;
    best = { gain, threshold: score };
  }
  return best.threshold;
}
