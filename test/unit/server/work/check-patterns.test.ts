import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/core/errors.js';
import { CatalogCache } from '../../../../src/server/work/catalog-cache.js';
import { whySlow } from '../../../../src/server/work/check-patterns.js';

const catalogOf = (schema: object) => [
  { name: 'wake', description: 'Wakes a host', parameters: { type: 'object', properties: { host: schema } } },
];

describe('a pattern of a catalog from outside', () => {
  it.each(['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', '^\\d+$', '^(a|b)$', '^[()*+]{3}$', '\\(\\)+', '^v\\d{1,3}$'])(
    'is taken when it is quick: %s',
    (pattern) => {
      expect(whySlow(pattern)).toBeUndefined();
    },
  );

  it.each([
    ['(a+)+$', 'a repeated group'],
    ['^(?:[a-z]+\\.)*[a-z]+$', 'a repeated group'],
    ['(a|aa){2,}$', 'a repeated group'],
    ['(.)\\1', 'a reference'],
    ['a*a*a*b', 'more than 2'],
    ['a{0,4000}b{0,4000}c{0,4000}', 'more than 2'],
  ])('is refused when it may be slow: %s', (pattern, why) => {
    expect(whySlow(pattern)).toContain(why);
  });

  it('is found wherever it stands', () => {
    const cache = new CatalogCache();
    expect(() => cache.read(catalogOf({ type: 'string', anyOf: [{ pattern: '(a+)+$' }] }))).toThrow(InvalidInputError);
    expect(() => cache.read(catalogOf({ type: 'string', anyOf: [{ pattern: '(a+)+$' }] }))).toThrow(
      /\[0\]\.parameters\.properties\.host\.anyOf\[0\]\.pattern/,
    );
  });
});

describe('catalogs', () => {
  it('are one object for the same text, and the least used goes first', () => {
    const cache = new CatalogCache();
    const kept = cache.read(catalogOf({ type: 'string' }));
    expect(cache.read(catalogOf({ type: 'string' }))).toBe(kept);
    for (let index = 0; index < 63; index++) cache.read(catalogOf({ type: 'string', maxLength: index }));
    expect(cache.read(catalogOf({ type: 'string' }))).toBe(kept);
    for (let index = 100; index < 163; index++) cache.read(catalogOf({ type: 'string', maxLength: index }));
    expect(cache.read(catalogOf({ type: 'string' }))).toBe(kept);
    for (let index = 200; index < 264; index++) cache.read(catalogOf({ type: 'string', maxLength: index }));
    expect(cache.read(catalogOf({ type: 'string' }))).not.toBe(kept);
  });
});
