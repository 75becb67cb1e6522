import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitIsotonic, type ScoredOutcome } from '../../../../../src/training/evaluation/calibration/isotonic.js';

/** `right` of 20 rows at a score. */
function block(score: number, right: number, count = 20): ScoredOutcome[] {
  return Array.from({ length: count }, (_, index) => ({ score, right: index < right }));
}

const rows = fc
  .array(
    fc.tuple(
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((blocks) => blocks.flatMap(([score, count, share]) => block(score / 10, Math.round(share * count), count)));

describe('isotonic regression', () => {
  it('keeps steps that rise, each pulled in from the share of right rows', () => {
    const fitted = fitIsotonic([...block(2, 18), ...block(0, 2), ...block(1, 9)]);
    expect(fitted?.scores).toEqual([0, 1, 2]);
    expect(fitted?.probabilities).toEqual([3 / 22, 10 / 22, 19 / 22]);
  });

  it('pools neighbours that fall until none do', () => {
    const fitted = fitIsotonic([...block(0, 2), ...block(1, 12), ...block(2, 10), ...block(3, 8), ...block(4, 19)]);
    expect(fitted?.scores).toEqual([0, 2, 4]);
    expect(fitted?.probabilities).toEqual([3 / 22, 31 / 62, 20 / 22]);
  });

  it('gives nothing where everything is one step: few rows, or scores that say the opposite', () => {
    expect(fitIsotonic([])).toBeUndefined();
    expect(fitIsotonic(block(0, 3))).toBeUndefined();
    expect(fitIsotonic([...block(0, 15), ...block(1, 5)])).toBeUndefined();
  });

  it('lets no handful of rows at the top be a step of its own', () => {
    const fitted = fitIsotonic([...block(0, 2), ...block(1, 12), ...block(2, 1, 1)]);
    expect(fitted?.probabilities).toEqual([3 / 22, 14 / 23]);
  });

  it('knows no order among rows of one score', () => {
    const fitted = fitIsotonic([...block(0, 0, 20), ...block(0, 20, 20), ...block(1, 39, 40)]);
    expect(fitted).toEqual({ scores: [0, 1], probabilities: [21 / 42, 40 / 42] });
  });

  it('always rises, in scores and in probabilities, also where many rows share a score', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const fitted = fitIsotonic(some);
        if (fitted === undefined) return;
        const { scores, probabilities } = fitted;
        expect(scores).toHaveLength(probabilities.length);
        const first = Math.min(...some.map(({ score }) => score));
        const last = Math.max(...some.map(({ score }) => score));
        for (const [index, score] of scores.entries()) {
          expect(score).toBeGreaterThanOrEqual(first);
          expect(score).toBeGreaterThan(scores[index - 1] ?? Number.NEGATIVE_INFINITY);
          expect(score).toBeLessThanOrEqual(last);
          expect(probabilities[index]).toBeGreaterThan(probabilities[index - 1] ?? 0);
          expect(probabilities[index]).toBeLessThan(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says what the shares say where they rise strictly, whatever the order of the rows', () => {
    const some = [...block(0, 1), ...block(1, 6), ...block(2, 14), ...block(3, 20)];
    const turned = some.toReversed();
    expect(fitIsotonic(turned)?.probabilities).toEqual(fitIsotonic(some)?.probabilities);
  });
});
