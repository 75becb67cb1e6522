import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import {
  haltAfter,
  haltOnAny,
  haltOnConfidence,
  haltOnFixedPoint,
  haltOnQ,
  type RowCarry,
} from '../../../src/trm/index.js';

const carry = (...zH: number[]): RowCarry => ({ zH: Float32Array.from(zH), zL: new Float32Array(1), step: 1 });
const still = { carry: carry(1, -1), previousCarry: carry(1, -1) };
const moving = { carry: carry(1, -1), previousCarry: carry(1, -0.98) };
const first = { carry: carry(1, -1), previousCarry: undefined };

describe('halting rules', () => {
  it('on q: over the threshold, which is 0 unless said otherwise', () => {
    expect(haltOnQ()({ qHalt: 0.01 }, 1, first)).toBe(true);
    expect(haltOnQ()({ qHalt: 0 }, 1, first)).toBe(false);
    expect(haltOnQ(2)({ qHalt: 1.9 }, 9, still)).toBe(false);
    expect(haltOnQ(-1)({ qHalt: -0.5 }, 1, first)).toBe(true);
  });

  it('on confidence: at the threshold or over it', () => {
    const rule = haltOnConfidence(0.7, ({ p }: { p: number }) => p);
    expect([0.69, 0.7, 0.71].map((p) => rule({ p }, 1, first))).toEqual([false, true, true]);
    expect(rule({ p: Number.NaN }, 1, first)).toBe(false);
  });

  it('on a fixed point: the root mean square of the change of z_H, never at the first step', () => {
    expect(haltOnFixedPoint(0)({}, 2, still)).toBe(true);
    expect(haltOnFixedPoint(0.01)({}, 2, moving)).toBe(false);
    expect(haltOnFixedPoint(0.015)({}, 2, moving)).toBe(true);
    expect(haltOnFixedPoint(100)({}, 1, first)).toBe(false);
  });

  it('after a number of steps', () => {
    expect([1, 2, 3].map((step) => haltAfter(2)({}, step, still))).toEqual([false, true, true]);
  });

  it('on any of several', () => {
    const rule = haltOnAny(haltOnQ(), haltAfter(3));
    expect(rule({ qHalt: -1 }, 2, still)).toBe(false);
    expect(rule({ qHalt: 1 }, 1, first)).toBe(true);
    expect(rule({ qHalt: -1 }, 3, still)).toBe(true);
    expect(haltOnAny()({}, 16, still)).toBe(false);
  });

  it.each([
    () => haltOnQ(Number.NaN),
    () => haltOnConfidence(Number.NaN, () => 1),
    () => haltOnFixedPoint(Number.NaN),
    () => haltAfter(0),
    () => haltAfter(1.5),
  ])('refuse what is no threshold: %s', (make) => {
    expect(make).toThrow(ConfigurationError);
  });
});
