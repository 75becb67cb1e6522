import { describe, expect, it } from 'vitest';
import { type Catalog, DEFAULT_CATALOG } from '../../../../../src/domain/index.js';
import { NAME_STYLES, styleName, trainingWordings } from '../../../../../src/training/dataset/catalog/function-form.js';
import { generateExamples, type Split, vocabularyTexts } from '../../../../../src/training/dataset/index.js';
import { facts } from '../../../../fixtures/facts.js';

const heldOutOf = (list: readonly string[]): readonly string[] => {
  const kept = new Set(trainingWordings(list));
  return list.filter((wording) => !kept.has(wording));
};
const styled = (names: readonly string[]): string[] =>
  names.flatMap((name) => NAME_STYLES.map((style) => styleName(name, style)));
const names = facts.functions.flatMap((fact) => heldOutOf(fact.names));
const descriptions = facts.functions.flatMap((fact) => heldOutOf(fact.descriptions));

function catalogsOf(split: Split): readonly Catalog[] {
  return generateExamples(facts, { seed: 9, split, catalogs: 'random', count: 250 }).map(({ catalog }) => catalog);
}

/** Functions of the catalogs that show a wording which is held out. */
function heldOutIn(catalogs: readonly Catalog[]): string[] {
  const known = new Set(styled(facts.functions.flatMap((fact) => trainingWordings(fact.names))));
  for (const { name } of DEFAULT_CATALOG) known.add(name);
  const hidden = new Set(styled(names).filter((name) => !known.has(name)));
  // A description may restate a name in brackets, or be one.
  const called = names.flatMap((name) => [`(${name})`, `Action: ${name}`, `Will ${name}.`, `Use this to ${name}.`]);
  const exact = new Set([...called.slice(1), ...names.map((name) => `${name}.`)]);
  const within = [...descriptions, ...called.filter((text) => text.startsWith('('))];
  return [...new Map(catalogs.flat().map((one) => [`${one.name}: ${one.description}`, one]))].flatMap(([text, one]) =>
    hidden.has(one.name) || exact.has(one.description) || within.some((wording) => one.description.includes(wording))
      ? [text]
      : [],
  );
}

describe('wordings of functions', () => {
  it('are held out by function, the last name and the last description, where two remain', () => {
    expect(trainingWordings(['a', 'b', 'c'])).toEqual(['a', 'b']);
    expect(trainingWordings(['a', 'b'])).toEqual(['a', 'b']);
    expect(names).toHaveLength(facts.functions.length);
    expect(descriptions).toHaveLength(facts.functions.length);
    const kept = new Set(
      facts.functions.flatMap((fact) => [...trainingWordings(fact.names), ...trainingWordings(fact.descriptions)]),
    );
    for (const { name, description } of DEFAULT_CATALOG) kept.add(description).add(name.replaceAll('-', ' '));
    expect([...names, ...descriptions].filter((wording) => kept.has(wording))).toEqual([]);
  });

  it('that are held out stand in no catalog of training and not in the vocabulary, and often in those of the test', () => {
    expect(heldOutIn(catalogsOf('train'))).toEqual([]);
    const texts = new Set(vocabularyTexts(facts, 200));
    expect([...names, ...descriptions].filter((wording) => texts.has(wording))).toEqual([]);
    expect(heldOutIn(catalogsOf('test')).length).toBeGreaterThan(200);
  });
});

describe('the size of a catalog', () => {
  const sizesOf = (split: Split, catalogSizes?: readonly [number, number]): number[] =>
    generateExamples(facts, {
      seed: 20_000,
      split,
      catalogs: 'random',
      ...(catalogSizes && { catalogSizes }),
      count: 250,
    }).map(({ catalog }) => catalog.length);

  it('lies within the sizes that were asked for, and takes all of them', () => {
    const sizes = sizesOf('test', [16, 32]);
    expect(Math.min(...sizes)).toBe(16);
    expect(Math.max(...sizes)).toBe(32);
    expect(new Set(sizes).size).toBe(17);
  });

  it('is mostly under 25 in training, and now and then up to 64', () => {
    const sizes = sizesOf('train');
    const large = sizes.filter((size) => size > 24);
    expect(large.length / sizes.length).toBeGreaterThan(0.03);
    expect(large.length / sizes.length).toBeLessThan(0.15);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
  });

  it('changes nothing about the alert', () => {
    const draw = (catalogSizes: readonly [number, number]) =>
      generateExamples(facts, { seed: 3, split: 'test', catalogs: 'random', catalogSizes, count: 20 }).map(
        ({ alert, id, cause }) => ({ alert, id, cause }),
      );
    expect(draw([4, 6])).toEqual(draw([30, 40]));
  });
});
