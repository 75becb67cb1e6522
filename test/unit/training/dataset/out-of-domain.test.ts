import { describe, expect, it } from 'vitest';
import { TrainingError } from '../../../../src/core/errors.js';
import { createRandom } from '../../../../src/core/random.js';
import { DEFAULT_CATALOG, parseAlerts, parseCatalog } from '../../../../src/domain/index.js';
import { CAUSES } from '../../../../src/encoding/index.js';
import { fill } from '../../../../src/training/dataset/out-of-domain/domain.js';
import { outOfDomainExample } from '../../../../src/training/dataset/out-of-domain/index.js';
import { DOMAINS } from '../../../../src/training/dataset/out-of-domain/kinds.js';
import { TALK } from '../../../../src/training/dataset/out-of-domain/talk.js';

const SPLITS = ['train', 'calibration', 'test'] as const;
const COUNT = 600;
const examples = new Map(
  SPLITS.map((split) => [
    split,
    Array.from({ length: COUNT }, (_, index) => outOfDomainExample({ seed: 5, split, index })),
  ]),
);
const all = [...examples.values()].flat();
/** An alert's name without case and separators. */
const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '') || name;

/** Values that stand in the lists of more than one split. */
function sharedBetween(listsOf: readonly (readonly string[])[]): string[] {
  const sets = listsOf.map((values) => new Set(values));
  return [...new Set(listsOf.flat())].filter((value) => sets.filter((set) => set.has(value)).length > 1);
}

describe('input out of the domain', () => {
  it('is the same for the same seed, split and index, whatever catalogs there are, and another otherwise', () => {
    const at = (seed: number, index: number) => outOfDomainExample({ seed, split: 'train', index });
    const catalog = DEFAULT_CATALOG.slice(0, 2);
    for (const index of [0, 1, 2, 40]) {
      expect(at(5, index)).toEqual(examples.get('train')?.[index]);
      const { alert } = outOfDomainExample({ seed: 5, split: 'train', index, catalogs: [catalog] });
      expect(alert).toEqual(at(5, index).alert);
    }
    expect(at(6, 0).alert).not.toEqual(at(5, 0).alert);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ alert }) => JSON.stringify(alert.labels))).size).toBeGreaterThan(0.9 * all.length);
  });

  it('is read as an alert as it stands', () => {
    for (const { alert } of all) {
      const sent: unknown = JSON.parse(JSON.stringify(alert));
      expect(JSON.parse(JSON.stringify(parseAlerts(sent)))).toEqual([sent]);
    }
  });

  it('is answered by nothing, and never surely', () => {
    for (const example of all) {
      expect(example).toMatchObject({ functions: [], parameters: {}, noneAcceptable: true, answerable: false });
      expect(CAUSES).toContain(example.cause);
    }
  });

  it('presents the default catalog to half and given ones to the others', () => {
    const given = [parseCatalog(DEFAULT_CATALOG.slice(0, 2)), parseCatalog(DEFAULT_CATALOG.slice(2, 5))];
    const shown = Array.from(
      { length: 300 },
      (_, index) => outOfDomainExample({ seed: 1, split: 'test', index, catalogs: given }).catalog,
    );
    const usual = shown.filter((catalog) => catalog === DEFAULT_CATALOG).length;
    expect(usual).toBeGreaterThan(110);
    expect(usual).toBeLessThan(190);
    expect(new Set(shown)).toEqual(new Set([DEFAULT_CATALOG, ...given]));
    expect(all.every(({ catalog }) => catalog === DEFAULT_CATALOG)).toBe(true);
  });

  it('shares no domain, sentence, title, word or talk between splits', () => {
    const domains = (read: (domain: (typeof DOMAINS.train)[number]) => readonly string[]) =>
      SPLITS.map((split) => DOMAINS[split].flatMap(read));
    expect(sharedBetween(domains(({ name }) => [name]))).toEqual([]);
    expect(sharedBetween(domains(({ sentences }) => sentences))).toEqual([]);
    expect(sharedBetween(domains(({ titles }) => titles))).toEqual([]);
    expect(sharedBetween(domains(({ words }) => Object.values(words).flat()))).toEqual([]);
    expect(sharedBetween(SPLITS.map((split) => Object.values(TALK[split]).flat()))).toEqual([]);
  });

  it('shares no name and no group between splits', () => {
    const of = (read: (example: (typeof all)[number]) => string) =>
      SPLITS.map((split) => (examples.get(split) ?? []).map(read));
    expect(sharedBetween(of(({ alert }) => bare(alert.labels.alertname ?? '')))).toEqual([]);
    expect(sharedBetween(of(({ group }) => group))).toEqual([]);
  });

  it('cannot be told by its form: labels of pipelines, readings and annotations come and go', () => {
    for (const split of SPLITS) {
      const made = examples.get(split) ?? [];
      const share = (has: (example: (typeof all)[number]) => boolean): number => made.filter(has).length / made.length;
      expect(share(({ alert }) => Object.hasOwn(alert.labels, 'severity'))).toBeGreaterThan(0.3);
      expect(share(({ alert }) => Object.hasOwn(alert.labels, 'pod'))).toBeGreaterThan(0.12);
      expect(share(({ alert }) => Object.keys(alert.labels).length === 1)).toBeGreaterThan(0.05);
      expect(share(({ alert }) => Object.keys(alert.metrics).length > 0)).toBeGreaterThan(0.12);
      const annotated = share(({ alert }) => Object.keys(alert.annotations).length > 0);
      expect(annotated).toBeGreaterThan(0.5);
      expect(annotated).toBeLessThan(0.8);
      expect(new Set(made.map(({ group }) => group.replace(/ \d+$/, ''))).size).toBeGreaterThanOrEqual(14);
    }
  });

  it('has a word for every slot of every template', () => {
    const random = createRandom(1);
    for (const domain of Object.values(DOMAINS).flat()) {
      for (const template of [...domain.titles, ...domain.sentences]) {
        expect(fill(template, domain, random), template).not.toMatch(/[{}]/);
      }
    }
  });

  it('says which splits and places there are', () => {
    const validation = 'validation' as unknown as 'test';
    const make = (split: 'test', index: number) => () => outOfDomainExample({ seed: 1, split, index });
    expect(make(validation, 0)).toThrow(TrainingError);
    expect(make(validation, 0)).toThrow(/no split "validation"; choose one of train, calibration, test/);
    expect(make('test', -1)).toThrow(/expected a whole index from 0, received -1/);
    expect(make('test', 0.5)).toThrow(TrainingError);
  });
});
