import { describe, expect, it } from 'vitest';
import { growth } from './soak-growth.js';

const samples = (of: (index: number) => { rss?: number; heap?: number; count?: number }) =>
  Array.from({ length: 40 }, (_, index) => ({ rss: 400, heap: 60, count: 8, ...of(index) }));

describe('growth in a soak', () => {
  it('is none while memory and handles jump around what they are, or grow in the warm-up alone', () => {
    expect(growth(samples((index) => ({ rss: 400 + 50 * (index % 3), count: 8 + (index % 4) })))).toEqual([]);
    expect(
      growth(samples((index) => ({ rss: Math.min(400, 200 + 40 * index), heap: Math.min(60, 30 + 6 * index) }))),
    ).toEqual([]);
  });

  it('is found in memory over a tenth, and in handles that do not come back', () => {
    expect(growth(samples((index) => ({ rss: 400 + 2 * index })))).toEqual([expect.stringMatching(/^rss grew from/)]);
    expect(growth(samples((index) => ({ heap: 60 + index })))).toEqual([expect.stringMatching(/^heap grew from/)]);
    expect(growth(samples((index) => ({ count: 8 + Math.floor(index / 8) })))).toEqual([
      'handles grew from at most 9 to at least 12',
    ]);
  });

  it('cannot be told from a few samples', () => {
    expect(growth(samples(() => ({})).slice(0, 8))).toEqual([expect.stringMatching(/^expected 8 samples or more/)]);
  });
});
