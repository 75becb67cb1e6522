import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, hash32 } from '../../../src/core/random.js';

const draw = (seed: number | string, count: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('hash32', () => {
  it('gives the published FNV-1a values', () => {
    expect(hash32('')).toBe(0x811c9dc5);
    expect(hash32('a')).toBe(0xe40c292c);
    expect(hash32('foobar')).toBe(0xbf9cf968);
  });

  it('is an unsigned 32-bit integer and depends on the seed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer(), (text, seed) => {
        const hash = hash32(text, seed);
        expect(Number.isInteger(hash) && hash >= 0 && hash <= 0xffffffff).toBe(true);
      }),
    );
    expect(hash32('alert', 1)).not.toBe(hash32('alert', 2));
  });
});

describe('createRandom', () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(draw('run-1', 20)).toEqual(draw('run-1', 20));
    expect(draw('run-1', 20)).not.toEqual(draw('run-2', 20));
    expect(draw(7, 5)).toEqual(draw('7', 5));
  });

  it('is uniform in [0, 1): mean, variance and every tenth are as expected', () => {
    const values = draw(42, 20_000);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 1);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length / values.length;
      expect(share).toBeGreaterThan(0.09);
      expect(share).toBeLessThan(0.11);
    }
  });

  it('draws integers below the bound, and all of them', () => {
    const random = createRandom('integers');
    const seen = new Set(Array.from({ length: 500 }, () => random.integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('draws normal numbers with mean 0 and deviation 1', () => {
    const random = createRandom('normal');
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('shuffles into a new array with the same elements', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        const before = [...items];
        const shuffled = createRandom(seed).shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort()).toEqual([...items].sort());
      }),
    );
  });

  it('reaches every order of three about equally often', () => {
    const random = createRandom('orders');
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('picks elements, and refuses an empty list', () => {
    const random = createRandom('pick');
    expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']));
    expect(() => random.pick([])).toThrow(RangeError);
  });

  it('draws true with the given probability', () => {
    const random = createRandom('chance');
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter(Boolean).length;
    expect(Math.abs(hits - 3000)).toBeLessThan(150);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  });

  it('forks streams that depend on the label only, not on draws made before', () => {
    const fresh = createRandom('parent');
    const used = createRandom('parent');
    used.next();
    expect(used.fork('labels').next()).toBe(fresh.fork('labels').next());
    expect(fresh.fork('labels').next()).not.toBe(fresh.fork('names').next());
    const plain = createRandom('parent');
    const forked = createRandom('parent');
    forked.fork('labels').next();
    expect(forked.next()).toBe(plain.next());
  });
});
