import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { expectedCalibrationError } from '../../../../../src/training/evaluation/metrics.js';
import { clusteredBootstrap, shareStatistic } from '../../../../../src/training/evaluation/statistics/index.js';

interface Row {
  readonly group: string;
  readonly confidence: number;
  readonly right: boolean;
}

const groupOf = ({ group }: Row): string => group;
const accuracy = shareStatistic<Row>(({ right }) => right);
const mean = (rows: readonly Row[]): number => rows.filter(({ right }) => right).length / rows.length;

/** Each group is right with a probability of its own, so its rows go together. */
function drawRows(seed: number, groups: number, size: number): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: groups }, (_, group) => {
    const share = random.next();
    return Array.from({ length: size }, () => ({
      group: `g${group}`,
      confidence: random.next(),
      right: random.chance(share),
    }));
  }).flat();
}

describe('the clustered bootstrap', () => {
  it('gives the same interval for a share as for the function that counts it, and again for the same seed', () => {
    const rows = drawRows(1, 40, 5);
    const options = { seed: 7, resamples: 200 };
    const interval = clusteredBootstrap(rows, groupOf, accuracy, options);
    expect(clusteredBootstrap(rows, groupOf, mean, options)).toEqual(interval);
    expect(clusteredBootstrap(rows, groupOf, accuracy, options)).toEqual(interval);
    expect(clusteredBootstrap(rows, groupOf, accuracy, { ...options, seed: 8 })).not.toEqual(interval);
    expect(interval.estimate).toBeCloseTo(mean(rows), 12);
    expect(interval.low).toBeLessThan(interval.estimate);
    expect(interval.high).toBeGreaterThan(interval.estimate);
  });

  it('holds the truth about as often as its level says, where one that ignores the groups does not', () => {
    const runs = 200;
    const hits = { clustered: 0, rows: 0 };
    for (let run = 0; run < runs; run++) {
      // The true accuracy is the mean of a uniform share.
      const rows = drawRows(100 + run, 60, 10).map((row, index) => ({ ...row, id: String(index) }));
      const options = { seed: run, resamples: 300, level: 0.9 };
      const clustered = clusteredBootstrap(rows, groupOf, accuracy, options);
      const plain = clusteredBootstrap(
        rows,
        ({ id }) => id,
        shareStatistic<(typeof rows)[number]>(({ right }) => right),
        options,
      );
      if (clustered.low <= 0.5 && 0.5 <= clustered.high) hits.clustered += 1;
      if (plain.low <= 0.5 && 0.5 <= plain.high) hits.rows += 1;
    }
    expect(hits.clustered / runs).toBeGreaterThan(0.82);
    expect(hits.clustered / runs).toBeLessThan(0.97);
    expect(hits.rows / runs).toBeLessThan(0.75);
  });

  it('leaves out resamples without anything to count', () => {
    const rows: Row[] = [
      { group: 'a', confidence: 0.9, right: true },
      { group: 'b', confidence: 0.1, right: false },
    ];
    const sure = shareStatistic<Row>(
      ({ right }) => right,
      ({ confidence }) => confidence > 0.5,
    );
    expect(clusteredBootstrap(rows, groupOf, sure, { seed: 1 })).toEqual({ estimate: 1, low: 1, high: 1 });
    expect(clusteredBootstrap([], groupOf, sure, { seed: 1 })).toEqual({
      estimate: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
    });
  });

  it('is fast for a share and bearable for any figure', () => {
    const rows = drawRows(2, 400, 5);
    const started = performance.now();
    clusteredBootstrap(rows, groupOf, accuracy, { seed: 1 });
    const share = performance.now() - started;
    const { low, estimate, high } = clusteredBootstrap(rows, groupOf, expectedCalibrationError, {
      seed: 1,
      resamples: 100,
    });
    expect(low).toBeLessThan(high);
    expect(estimate).toBeGreaterThan(0);
    // Takes some 20 ms; the limit leaves room for a busy machine.
    expect(share).toBeLessThan(1_000);
  });

  it('refuses options that cannot be used', () => {
    expect(() => clusteredBootstrap([], groupOf, accuracy, { seed: 1, level: 95 })).toThrow('received 95');
    expect(() => clusteredBootstrap([], groupOf, accuracy, { seed: 1, resamples: 0.5 })).toThrow('received 0.5');
  });
});
