import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTick, formatValue, niceRange, niceTicks, widen } from '../../../../src/training/charts/svg/ticks.js';

/** Two values an axis might run between, of any size, also close together or the same. */
const range = fc
  .tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.integer({ min: -12, max: 12 }),
  )
  .map(([low, length, power]) => widen(low * 10 ** power, (low + length) * 10 ** power));

describe('the ticks of an axis', () => {
  it.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 1, 4, [0, 0.25, 0.5, 0.75, 1]],
    [20, 30_000, 6, [5000, 10_000, 15_000, 20_000, 25_000, 30_000]],
    [-0.3, 0.31, 3, [-0.25, 0, 0.25]],
    [0, 0.00047, 5, [0, 0.0001, 0.0002, 0.0003, 0.0004]],
  ])('from %d to %d, at most %d spaces', (low, high, most, expected) => {
    expect(niceTicks(low, high, most).values).toEqual(expected);
  });

  it('are round, ascending, within the range and not too many, whatever the range', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 2, max: 10 }), ([low, high], most) => {
        const { values, step } = niceTicks(low, high, most);
        const mantissa = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
        expect([1, 2, 2.5, 5].some((nice) => Math.abs(mantissa - nice) < 1e-6)).toBe(true);
        expect(values.length).toBeGreaterThan(0);
        expect(values.length).toBeLessThanOrEqual(most + 1);
        const slack = (high - low) * 1e-6;
        for (const [index, value] of values.entries()) {
          expect(value).toBeGreaterThanOrEqual(low - slack);
          expect(value).toBeLessThanOrEqual(high + slack);
          if (index > 0) expect(value).toBeGreaterThan(values[index - 1] as number);
        }
      }),
    );
  });

  it('stand at both ends of a rounded range, which holds the one it was made of', () => {
    expect(niceRange(0.13, 5.4, 5)).toEqual([0, 6]);
    expect(niceRange(0.2, 0.8, 5)).toEqual([0.2, 0.8]);
    fc.assert(
      fc.property(range, ([low, high]) => {
        const [from, to] = niceRange(low, high, 5);
        const slack = (high - low) * 1e-6;
        expect(from).toBeLessThanOrEqual(low + slack);
        expect(to).toBeGreaterThanOrEqual(high - slack);
      }),
    );
  });

  it('exist for a single value too', () => {
    expect(widen(3, 3)).toEqual([2.7, 3.3]);
    expect(widen(0, 0)).toEqual([-0.5, 0.5]);
    expect(widen(1, 2)).toEqual([1, 2]);
  });
});

describe('a number on a chart', () => {
  it.each([
    [0, 0.2, '0'],
    [0.30000000000000004, 0.1, '0.3'],
    [0.5, 0.25, '0.50'],
    [20_000, 5000, '20,000'],
    [1234.5, 0.5, '1,234.5'],
    [-1500, 500, '-1,500'],
    [0.0003, 0.0001, '3e-4'],
    [2e7, 1e7, '2e7'],
    [1.0005, 0.0005, '1.0005'],
  ])('%d in steps of %d is %s', (value, step, text) => {
    expect(formatTick(value, step)).toBe(text);
  });

  it('may be a share', () => {
    expect(formatTick(0.55, 0.05, 'share')).toBe('55%');
    expect(formatTick(0.025, 0.025, 'share')).toBe('2.5%');
    expect(formatValue(0.8125, 'share')).toBe('81.3%');
  });

  it('has four digits when it was measured', () => {
    expect([0, 0.43219, 12.3456, 0.7, 3, 123_456, 0.00012345].map((value) => formatValue(value))).toEqual([
      '0',
      '0.4322',
      '12.35',
      '0.7',
      '3',
      '123,500',
      '1.234e-4',
    ]);
  });
});
