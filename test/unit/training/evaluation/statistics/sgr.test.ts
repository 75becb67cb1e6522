import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import type { Scored } from '../../../../../src/training/evaluation/metrics.js';
import { binomialUpperBound, sgrThreshold } from '../../../../../src/training/evaluation/statistics/index.js';

/** Probability of at most so many errors, summed term by term. */
function atMost(errors: number, cases: number, rate: number): number {
  let term = (1 - rate) ** cases;
  let sum = term;
  for (let count = 1; count <= errors; count++) {
    term *= ((cases - count + 1) / count) * (rate / (1 - rate));
    sum += term;
  }
  return sum;
}

describe('the binomial upper bound', () => {
  it.each([
    [0.05, [59, 93, 153, 208]],
    [0.02, [149, 236, 386, 523]],
    [0.01, [299, 473, 773, 1_049]],
    [0.005, [598, 947, 1_549, 2_100]],
  ])('of %d is reached with the known numbers of cases and not with one less', (risk, numbers) => {
    for (const [index, cases] of numbers.entries()) {
      const errors = [0, 1, 3, 5][index] as number;
      expect(binomialUpperBound(errors, cases, 0.05)).toBeLessThanOrEqual(risk);
      expect(binomialUpperBound(errors, cases - 1, 0.05)).toBeGreaterThan(risk);
    }
  });

  it('is the rate at which so few errors have the probability delta', () => {
    for (const [errors, cases, delta] of [
      [3, 40, 0.05],
      [39, 40, 0.01],
      [60, 200, 0.5],
      [0, 1, 0.05],
    ] as const) {
      expect(atMost(errors, cases, binomialUpperBound(errors, cases, delta))).toBeCloseTo(delta, 9);
    }
    expect(binomialUpperBound(0, 100, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 100), 12);
    expect(binomialUpperBound(4, 4, 0.05)).toBe(1);
    expect(binomialUpperBound(0, 0, 0.05)).toBe(1);
  });

  it('holds for a hundred thousand cases', () => {
    expect(binomialUpperBound(0, 100_000, 0.05)).toBeCloseTo(-Math.expm1(Math.log(0.05) / 100_000), 12);
    // Normal approximation with continuity correction, good to about 1e-6 here.
    const bound = binomialUpperBound(50_000, 100_000, 0.05);
    expect(bound).toBeCloseTo(0.5 + 1.6448536 * Math.sqrt(0.25 / 100_000) + 0.5 / 100_000, 5);
  });

  it('refuses what is no count or probability', () => {
    expect(() => binomialUpperBound(5, 4, 0.05)).toThrow('errors: expected a whole number from 0 to 4, received 5');
    expect(() => binomialUpperBound(0, 4, 0)).toThrow('delta: expected a probability over 0');
    expect(() => binomialUpperBound(0, 1.5, 0.05)).toThrow('cases: expected a whole number');
  });
});

/** Right as often as the confidence says, which is uniform; the true risk over a threshold t is (1 - t) / 2. */
function drawRows(seed: number, count: number): Scored[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const confidence = random.next();
    return { confidence, right: random.chance(confidence) };
  });
}

describe('selection with guaranteed risk', () => {
  it('keeps its promise, and gives much of the coverage that there is', () => {
    const runs = 200;
    const [risk, delta] = [0.2, 0.1];
    let broken = 0;
    let coverage = 0;
    for (let run = 0; run < runs; run++) {
      const found = sgrThreshold(drawRows(run, 600), { risk, delta });
      if (found === undefined) continue;
      if ((1 - found.threshold) / 2 > risk) broken += 1;
      coverage += found.coverage / runs;
      expect(found.riskBound).toBeLessThanOrEqual(risk);
      expect(found.riskBound).toBeGreaterThan(found.empiricalRisk);
    }
    expect(broken / runs).toBeLessThanOrEqual(delta);
    // All that is within the risk is 0.4 of the rows.
    expect(coverage).toBeGreaterThan(0.2);
    expect(coverage).toBeLessThan(0.4);
  });

  it('accepts all of many right answers, and says when there are too few', () => {
    const right = (count: number): Scored[] =>
      Array.from({ length: count }, (_, index) => ({ confidence: 0.5 + index / (2 * count), right: true }));
    const found = sgrThreshold(right(500), { risk: 0.02 });
    // Of 9 looks each may fail with a probability of 0.05 / 9: at least 258 cases without an error.
    expect(found?.riskBound).toBeCloseTo(1 - (0.05 / 9) ** (1 / 500), 9);
    expect(found).toMatchObject({ threshold: 0.5, coverage: 1, empiricalRisk: 0 });
    // More than half of the rows are needed, so that looking at the first half alone would find nothing.
    expect(sgrThreshold(right(270), { risk: 0.02 })?.coverage).toBe(1);
    expect(sgrThreshold(right(200), { risk: 0.02 })).toBeUndefined();
    expect(sgrThreshold([], { risk: 0.02 })).toBeUndefined();
  });

  it('does not divide rows of the same confidence', () => {
    const rows = Array.from({ length: 600 }, (_, index) => ({
      confidence: index < 400 ? 0.9 : 0.4,
      right: index < 400 || index % 2 === 0,
    }));
    expect(sgrThreshold(rows, { risk: 0.05 })).toMatchObject({ threshold: 0.9, coverage: 2 / 3, empiricalRisk: 0 });
  });

  it('refuses a risk that promises nothing', () => {
    expect(() => sgrThreshold([], { risk: 1 })).toThrow('risk: expected a share over 0 and under 1');
    expect(() => sgrThreshold([], { risk: 0.1, delta: 0.9 })).toThrow('delta: expected a probability');
  });
});
