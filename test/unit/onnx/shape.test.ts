import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broadcast, divide, formatShape, isStatic, normalizeAxis, product, sum } from '../../../src/onnx/shape.js';
import type { Dimension, Shape } from '../../../src/onnx/types.js';

const SEED = { seed: 20_251_122, numRuns: 200 };
const NAMES = ['batch', 'fields', 'functions'] as const;
const name = fc.constantFrom(...NAMES);
const simple: fc.Arbitrary<Dimension> = fc.oneof(fc.integer({ min: 1, max: 12 }), name);
/** Everything that inference makes: numbers, names, products and sums. */
const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  simple,
  fc.array(simple, { minLength: 1, maxLength: 3 }).map(product),
  fc.tuple(simple, simple).map(([a, b]) => sum(a, b)),
  fc.tuple(simple, simple, simple).map(([a, b, c]) => product([a, sum(product([b, b]), c)])),
);
const lengths = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  fields: fc.integer({ min: 1, max: 5 }),
  functions: fc.integer({ min: 1, max: 5 }),
});

/** The number that a dimension stands for, worked out as an arithmetic expression. */
function evaluate(dimension: Dimension, known: Record<string, number>): number {
  if (typeof dimension === 'number') return dimension;
  const parts = (text: string, separator: string): string[] => {
    const result = [''];
    let depth = 0;
    for (const character of text) {
      if (character === '(') depth++;
      if (character === ')') depth--;
      if (character === separator && depth === 0) result.push('');
      else result[result.length - 1] += character;
    }
    return result;
  };
  const factors = parts(dimension, '*').map((factor) => {
    if (!factor.startsWith('(')) return known[factor] ?? Number(factor);
    return parts(factor.slice(1, -1), '+').reduce((total, term) => total + evaluate(term, known), 0);
  });
  return factors.reduce((total, factor) => total * factor, 1);
}

describe('product, sum and divide', () => {
  test('mean what they say, whatever the names stand for', () => {
    fc.assert(
      fc.property(dimension, dimension, lengths, (a, b, known) => {
        expect(evaluate(product([a, b]), known)).toBe(evaluate(a, known) * evaluate(b, known));
        expect(evaluate(sum(a, b), known)).toBe(evaluate(a, known) + evaluate(b, known));
      }),
      SEED,
    );
  });

  test('do not depend on the order of their operands', () => {
    fc.assert(
      fc.property(dimension, dimension, dimension, (a, b, c) => {
        expect(product([a, b, c])).toBe(product([c, a, b]));
        expect(product([product([a, b]), c])).toBe(product([a, product([b, c])]));
        expect(sum(a, b)).toBe(sum(b, a));
        expect(sum(sum(a, b), c)).toBe(sum(a, sum(b, c)));
      }),
      SEED,
    );
  });

  test('divide undoes product', () => {
    fc.assert(
      fc.property(dimension, dimension, (a, b) => {
        expect(divide(product([a, b]), b)).toBe(product([a]));
      }),
      SEED,
    );
  });

  test('divide only where nothing remains', () => {
    fc.assert(
      fc.property(dimension, dimension, lengths, (a, b, known) => {
        const quotient = divide(a, b);
        if (quotient !== undefined) expect(evaluate(quotient, known) * evaluate(b, known)).toBe(evaluate(a, known));
      }),
      SEED,
    );
  });

  test.each<[Dimension, Dimension, Dimension | undefined]>([
    [12, 4, 3],
    [12, 5, undefined],
    [12, 0, undefined],
    [0, 4, 0],
    [0, 'batch', 0],
    ['8*batch', 4, '2*batch'],
    ['8*batch', 'batch', 8],
    ['batch*fields', 'fields', 'batch'],
    ['batch', 'fields', undefined],
    ['batch', 2, undefined],
    ['2*(fields+1)', '(fields+1)', 2],
  ])('%s / %s = %s', (whole, part, expected) => {
    expect(divide(whole, part)).toBe(expected);
  });

  test('write equal things alike', () => {
    expect(product([])).toBe(1);
    expect(product(['fields', 2, 'batch', 3])).toBe('6*batch*fields');
    expect(product([0, 'batch'])).toBe(0);
    expect(sum('batch', 0)).toBe('batch');
    expect(sum('batch', 'batch')).toBe('2*batch');
    expect(sum('2*batch', sum('fields', 1))).toBe('(2*batch+fields+1)');
    expect(sum(sum('fields', 1), 2)).toBe('(fields+3)');
    expect(product([2, sum('3*batch', 'fields')])).toBe('2*(3*batch+fields)');
  });
});

describe('broadcast', () => {
  const shape = fc.array(fc.oneof(fc.constant(1), simple), { maxLength: 4 });

  test('is symmetric, keeps what it is given, and absorbs ones', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(broadcast(a, b)).toEqual(broadcast(b, a));
        expect(broadcast(a, a)).toEqual(a);
        expect(broadcast(a, [])).toEqual(a);
        expect(
          broadcast(
            a,
            a.map(() => 1),
          ),
        ).toEqual(a);
      }),
      SEED,
    );
  });

  test('gives a shape into which both operands fit, or none', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const result = broadcast(a, b);
        if (!result) return;
        expect(result).toHaveLength(Math.max(a.length, b.length));
        expect(broadcast(result, a)).toEqual(result);
        expect(broadcast(result, b)).toEqual(result);
      }),
      SEED,
    );
  });

  test.each<[Shape, Shape, Shape | undefined]>([
    [[2, 1], [3], [2, 3]],
    [[2], [3], undefined],
    [[0], [1], [0]],
    [[0], [2], undefined],
    [['batch', 1], ['fields'], ['batch', 'fields']],
    [['batch'], ['fields'], undefined],
    [['batch'], [4], undefined],
  ])('%j and %j give %j', (left, right, expected) => {
    expect(broadcast(left, right)).toEqual(expected);
  });
});

test('normalizeAxis counts from either end and refuses what lies outside', () => {
  expect([-3, -1, 0, 2].map((axis) => normalizeAxis(axis, 3))).toEqual([0, 2, 0, 2]);
  expect([-4, 3, 0.5, Number.NaN].map((axis) => normalizeAxis(axis, 3))).toEqual(Array(4).fill(undefined));
});

test('shapes are told apart and written down', () => {
  expect(isStatic([2, 3])).toBe(true);
  expect(isStatic([2, 'batch'])).toBe(false);
  expect(formatShape(['batch', 3])).toBe('[batch, 3]');
  expect(formatShape([])).toBe('[]');
});
