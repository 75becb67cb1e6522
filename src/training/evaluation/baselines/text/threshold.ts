/** A best guess with its score, and whether following it or abstaining would be right. */
export interface Guess {
  /** 0 or more. */
  readonly score: number;
  readonly actRight: boolean;
  readonly abstainRight: boolean;
}

/**
 * The score from which on guesses are best followed: between the two neighbouring scores where a cut makes the most
 * answers right, the highest of equals; the middle of them, since new scores fall on either side. Infinity where it is
 * best never to follow a guess.
 */
export function pickThreshold(guesses: readonly Guess[]): number {
  const ordered = [...guesses].sort((left, right) => right.score - left.score);
  // Against abstaining always.
  let gain = 0;
  let best = { gain: 0, threshold: Number.POSITIVE_INFINITY };
  for (const [index, { score, actRight, abstainRight }] of ordered.entries()) {
    gain += Number(actRight) - Number(abstainRight);
    const next = ordered[index + 1]?.score ?? 0;
    if ((next === score && index + 1 < ordered.length) || gain <= best.gain) continue;
    best = { gain, threshold: (score + next) / 2 };
  }
  return best.threshold;
}
