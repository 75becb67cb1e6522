import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { CatalogCache } from '../../../../src/server/work/catalog-cache.js';
import { checkExpansion } from '../../../../src/server/work/check-expansion.js';

/** Alternatives that refer to alternatives: `width` to the power of `levels` checks of one value. */
function bomb(width: number, levels: number): object {
  const $defs: Record<string, object> = { d0: { type: 'number' } };
  for (let level = 1; level <= levels; level++) {
    $defs[`d${level}`] = { anyOf: Array.from({ length: width }, () => ({ $ref: `#/$defs/d${level - 1}` })) };
  }
  return { type: 'object', properties: { name: { anyOf: [{ $ref: `#/$defs/d${levels}` }, {}] } }, $defs };
}

describe('a schema with references', () => {
  it('is taken when it stays small', () => {
    expect(() => checkExpansion(bomb(4, 3))).not.toThrow();
    expect(() => checkExpansion({ enum: [{ $ref: 3 }], $ref: '#/nowhere' })).not.toThrow();
    expect(() => checkExpansion({ $ref: '#/$defs/%' })).not.toThrow();
    expect(() => checkExpansion({ properties: { $dynamicRef: { type: 'string' } } })).not.toThrow();
  });

  it.each<[string, object, RegExp]>([
    ['grows without measure', bomb(12, 12), /at most 8192/],
    ['goes in a circle', { properties: { a: { $ref: '#' } } }, /circles/],
    [
      'goes in a circle by way of another',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
      /circles/,
    ],
    ['goes in a circle that is written in several ways', { '/': { $ref: '#/~1' }, $ref: '#/~1' }, /circles/],
    [
      'goes in a circle that is encoded',
      { properties: { a: { $ref: '#/$defs/%61%20b' } }, $defs: { 'a b': { not: { $ref: '#/$defs/a%20b' } } } },
      /circles/,
    ],
    ['refers to where the way there leads', { $defs: { a: {} }, $dynamicRef: '#/$defs/a' }, /in place of \$dynamicRef/],
    ['refers as an older draft', { anyOf: [{ $recursiveRef: '#' }] }, /in place of \$recursiveRef/],
    ['refers to an anchor', { $defs: { a: { $anchor: 'x' } }, $ref: '#x' }, /as paths/],
  ])('is refused when it %s, at once', (_, schema, message) => {
    const start = performance.now();
    expect(() => checkExpansion(schema)).toThrow(InvalidInputError);
    expect(() => checkExpansion(schema)).toThrow(message);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('is refused in a catalog that came over the wire', () => {
    const cache = new CatalogCache();
    expect(() => cache.read([{ name: 'pod-restart', parameters: bomb(12, 9) }])).toThrow(
      /^\[0\]\.parameters: expected a schema of at most 8192/,
    );
  });
});
