import { ConfigurationError } from '../../../core/errors.js';
import { createRandom, type Random } from '../../../core/random.js';

/** A figure with its confidence interval. */
export interface Interval {
  /** Of the rows as they are; NaN where there is nothing to count. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** A share of sums, which needs only two numbers a cluster: the sum of the parts over the sum of the wholes. */
export interface ShareStatistic<T> {
  part(row: T): number;
  whole(row: T): number;
}

export interface BootstrapOptions {
  readonly seed: number | string;
  /** Default 1,000. */
  readonly resamples?: number;
  /** Share of resamples that the interval holds, in (0, 1). Default 0.95. */
  readonly level?: number;
}

/** The share of the rows that pass `test`, of all or of those that are `among`. */
export function shareStatistic<T>(
  test: (row: T) => boolean,
  among: (row: T) => boolean = () => true,
): ShareStatistic<T> {
  return {
    part: (row) => (among(row) && test(row) ? 1 : 0),
    whole: (row) => (among(row) ? 1 : 0),
  };
}

/**
 * Percentile bootstrap (Efron & Tibshirani 1993, section 13.3) over clusters (Field & Welsh 2007): whole groups are
 * drawn with replacement, as many as there are, since rows of one alert name are right or wrong together. A resample
 * that leaves nothing to count is left out; without any that counts, `low` and `high` are NaN. One group alone says
 * nothing about others: its interval is the estimate.
 *
 * @param groupOf cluster of a row
 * @param statistic a share, of which 1,000 resamples take milliseconds, or any function of rows
 * @throws ConfigurationError for a number of resamples or a level that cannot be used
 */
export function clusteredBootstrap<T>(
  rows: readonly T[],
  groupOf: (row: T) => string,
  statistic: ShareStatistic<T> | ((rows: readonly T[]) => number),
  { seed, resamples = 1_000, level = 0.95 }: BootstrapOptions,
): Interval {
  if (!Number.isSafeInteger(resamples) || resamples < 1) {
    throw new ConfigurationError(`resamples: expected a whole number of at least 1, received ${resamples}`);
  }
  if (!(level > 0 && level < 1)) {
    throw new ConfigurationError(`level: expected a share over 0 and under 1, such as 0.95, received ${level}`);
  }
  const clusters = clustersOf(rows, groupOf);
  const measure = typeof statistic === 'function' ? byRows(clusters, statistic) : byShare(clusters, statistic);
  const random = createRandom(seed);
  const values: number[] = [];
  const drawn = new Uint32Array(clusters.length);
  for (let resample = 0; resample < resamples; resample++) {
    const value = measure(draw(drawn, random));
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((left, right) => left - right);
  return {
    estimate: measure(drawn.map((_, index) => index)),
    low: quantile(values, (1 - level) / 2),
    high: quantile(values, (1 + level) / 2),
  };
}

/** In the order in which the groups first come, so that the same rows give the same interval. */
function clustersOf<T>(rows: readonly T[], groupOf: (row: T) => string): T[][] {
  const clusters = new Map<string, T[]>();
  for (const row of rows) {
    const group = groupOf(row);
    const cluster = clusters.get(group);
    if (cluster) cluster.push(row);
    else clusters.set(group, [row]);
  }
  return [...clusters.values()];
}

/** Fills `drawn` with indexes of clusters. */
function draw(drawn: Uint32Array, random: Random): Uint32Array {
  for (let index = 0; index < drawn.length; index++) drawn[index] = random.integer(drawn.length);
  return drawn;
}

function byRows<T>(clusters: readonly T[][], statistic: (rows: readonly T[]) => number) {
  return (drawn: Uint32Array): number => {
    const rows: T[] = [];
    for (const index of drawn) for (const row of clusters[index] as T[]) rows.push(row);
    return statistic(rows);
  };
}

function byShare<T>(clusters: readonly T[][], { part, whole }: ShareStatistic<T>) {
  const sumOf = (value: (row: T) => number): Float64Array =>
    Float64Array.from(clusters, (cluster) => cluster.reduce((sum, row) => sum + value(row), 0));
  const [parts, wholes] = [sumOf(part), sumOf(whole)];
  return (drawn: Uint32Array): number => {
    let [over, under] = [0, 0];
    for (const index of drawn) {
      over += parts[index] as number;
      under += wholes[index] as number;
    }
    return over / under;
  };
}

/** Between the two nearest of the sorted values (Hyndman & Fan 1996, type 7); NaN without any. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
