import { describe, expect, it } from 'vitest';
import { confusionOf } from '../../../../../src/training/evaluation/report/index.js';

const pairs = (...list: (readonly [string | null, string | null])[]) =>
  list.map(([expected, answered]) => ({ expected, answered }));

describe('the confusion of functions', () => {
  it('counts expected (rows) against answered (columns), none last', () => {
    const found = confusionOf(pairs(['a', 'a'], ['a', 'a'], ['a', 'b'], ['b', null], [null, 'a'], [null, null]));
    expect(found).toEqual({
      classes: ['a', 'b', '(none)'],
      counts: [
        [2, 1, 0],
        [0, 0, 1],
        [1, 0, 1],
      ],
    });
  });

  it('puts the rare ones into one row and column, and loses no case', () => {
    const list = Array.from({ length: 200 }, (_, index): [string, string] => [`f${index % 20}`, `f${(index * 7) % 5}`]);
    const { classes, counts } = confusionOf(pairs(...list), 12);
    expect(classes).toHaveLength(14);
    expect(classes.slice(0, 5).toSorted()).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
    expect(classes.slice(-2)).toEqual(['(other)', '(none)']);
    expect(counts.map((row) => row.length)).toEqual(classes.map(() => 14));
    expect(counts.flat().reduce((sum, count) => sum + count, 0)).toBe(200);
    // The eight functions that are not among the first twelve, ten cases each.
    expect(counts[12]?.reduce((sum, count) => sum + count, 0)).toBe(80);
  });

  it('of nothing is a table of none', () => {
    expect(confusionOf([])).toEqual({ classes: ['(none)'], counts: [[0]] });
  });
});
