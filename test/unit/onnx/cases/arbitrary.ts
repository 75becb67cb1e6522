import fc from 'fast-check';
import { lengthOf, type Tensor } from '../reference/tensor.js';

/** Multiples of 1/8, exact in float32, so that operators that compare see the same numbers in both precisions. */
export const EIGHTHS = fc.integer({ min: -24, max: 24 }).map((number) => number / 8);
/** Never 0, and never closer than 1/16 to a multiple of 1/8: away from kinks and ties. */
export const OFF_GRID = fc.integer({ min: -24, max: 23 }).map((number) => number / 8 + 1 / 16);
export const POSITIVE = fc.integer({ min: 4, max: 40 }).map((number) => number / 8);
export const NONZERO = fc.tuple(POSITIVE, fc.boolean()).map(([size, negative]) => (negative ? -size : size));
export const BOOLEANS = fc.integer({ min: 0, max: 1 });

/** Length of an axis: mostly 1 to 3, sometimes 0. */
export const LENGTH = fc.oneof(
  { weight: 15, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
export const NON_EMPTY = fc.integer({ min: 1, max: 3 });
export const NAMED = fc.constantFrom('all' as const, 'none' as const);

export const shapes = (
  minRank: number,
  maxRank: number,
  length: fc.Arbitrary<number> = LENGTH,
): fc.Arbitrary<number[]> => fc.array(length, { minLength: minRank, maxLength: maxRank });

export const tensors = (shape: readonly number[], element: fc.Arbitrary<number>): fc.Arbitrary<Tensor> =>
  fc
    .array(element, { minLength: lengthOf(shape), maxLength: lengthOf(shape) })
    .map((data) => ({ shape: [...shape], data }));

/** A shape that broadcasts into the given one: leading axes dropped, others set to 1. */
export const broadcastable = (shape: readonly number[]): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.nat({ max: shape.length }), fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }))
    .map(([dropped, ones]) => shape.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped));

/** An axis of a tensor of that rank, counted from either end. */
export const axes = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 });

/** Some distinct axes, each counted from either end. */
export const axisLists = (rank: number, minLength = 1): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      fc.subarray(
        Array.from({ length: rank }, (_, axis) => axis),
        { minLength },
      ),
      fc.array(fc.boolean(), { minLength: rank, maxLength: rank }),
    )
    .map(([chosen, fromEnd]) => chosen.map((axis) => (fromEnd[axis] ? axis - rank : axis)));

export const permutations = (rank: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray(
    Array.from({ length: rank }, (_, axis) => axis),
    { minLength: rank, maxLength: rank },
  );
