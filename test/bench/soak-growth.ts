import { at } from './machine.js';

export interface SoakSample {
  /** MiB. */
  readonly rss: number;
  readonly heap: number;
  /** Handles of all kinds. */
  readonly count: number;
}

/** Share of the samples that belong to the warm-up. */
const WARM_UP = 1 / 5;
const MOST_GROWTH = 0.1;
/** MiB by which a small heap may move without a meaning. */
const NOISE_MIB = 4;

/**
 * What grew between the first and the last quarter after the warm-up: memory by its median, since single samples jump with
 * collections; handles when even the fewest at the end are more than the most at the beginning.
 */
export function growth(samples: readonly SoakSample[]): string[] {
  const steady = samples.slice(Math.ceil(samples.length * WARM_UP));
  const quarter = Math.floor(steady.length / 4);
  if (quarter < 2) return [`expected 8 samples or more after the warm-up, received ${steady.length}`];
  const [first, last] = [steady.slice(0, quarter), steady.slice(-quarter)];
  const faults: string[] = [];
  for (const name of ['rss', 'heap'] as const) {
    const [before, after] = [first, last].map((part) =>
      at(
        part.map((sample) => sample[name]),
        0.5,
      ),
    ) as [number, number];
    if (after > before * (1 + MOST_GROWTH) && after - before > NOISE_MIB) {
      faults.push(`${name} grew from ${before.toFixed(1)} to ${after.toFixed(1)} MiB, by more than a tenth`);
    }
  }
  const [most, fewest] = [Math.max(...first.map(({ count }) => count)), Math.min(...last.map(({ count }) => count))];
  if (fewest > most) faults.push(`handles grew from at most ${most} to at least ${fewest}`);
  return faults;
}
