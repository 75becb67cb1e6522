import { describe, expect, it } from 'vitest';
import { type Alert, DEFAULT_CATALOG, type ParameterOrigin, parseCatalog } from '../../../../src/domain/index.js';
import {
  buildVocabulary,
  encodeAlert,
  encodeCatalog,
  pointerColumn,
  splitWords,
  Tokenizer,
} from '../../../../src/encoding/index.js';
import {
  describeExamples,
  type Example,
  exampleStream,
  generateExamples,
  groupOf,
  RUNBOOK_ALERTS,
  type Split,
} from '../../../../src/training/dataset/index.js';
import { facts } from '../../../fixtures/facts.js';

const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];
const examples = new Map(
  SPLITS.map((split) => [split, generateExamples(facts, { seed: 11, split, count: split === 'train' ? 1500 : 120 })]),
);
const all = [...examples.values()].flat();
const train = examples.get('train') ?? [];

function readOrigin(alert: Alert, origin: ParameterOrigin): unknown {
  switch (origin.kind) {
    case 'label':
      return alert.labels[origin.key];
    case 'annotation':
      return alert.annotations[origin.key];
    case 'metric':
      return alert.metrics[origin.key];
    case 'rule':
      return origin.key === undefined ? undefined : alert.labels[origin.key];
    case 'alert-name':
      return splitWords(alert.labels.alertname ?? '').find((word) => word === origin.word);
    default:
      return 'default';
  }
}

describe('the stream', () => {
  it('is the same for the same facts and seed, and another for another seed', () => {
    const again = generateExamples(facts, { seed: 11, split: 'train', count: 60 });
    expect(again).toEqual(train.slice(0, 60));
    const stream = exampleStream(facts, { seed: 11, split: 'train' });
    expect(stream.next().value).toEqual(train[0]);
    expect(generateExamples(facts, { seed: 12, split: 'train', count: 60 })).not.toEqual(train.slice(0, 60));
    expect(new Set(all.map((example) => example.id)).size).toBe(all.length);
  });

  it('only asks for functions that are presented', () => {
    const faults = all.filter(({ catalog, functions, parameters, noneAcceptable }) => {
      const names = new Set(catalog.map((definition) => definition.name));
      return (
        names.size !== catalog.length ||
        !functions.every((name) => names.has(name)) ||
        Object.keys(parameters).join() !== functions.join() ||
        (functions.length === 0 && !noneAcceptable)
      );
    });
    expect(faults).toEqual([]);
  });

  it('only points at fields that exist, for every pointer parameter', () => {
    const faults = all.flatMap(({ alert, catalog, parameters, id }) =>
      Object.entries(parameters).flatMap(([name, filled]) => {
        const properties = catalog.find((definition) => definition.name === name)?.parameters.properties ?? {};
        const pointers = Object.keys(properties).filter((key) => properties[key]?.['x-derive'] === undefined);
        const complete = Object.keys(filled).sort().join() === pointers.sort().join();
        const exist = Object.values(filled).every(
          (origins) => origins.length > 0 && origins.every((origin) => typeof readOrigin(alert, origin) === 'string'),
        );
        return complete && exist ? [] : [`${id} ${name}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('only gives answers that the pointer masks allow', () => {
    const options = { maxWords: 64, minCount: 1, hashBuckets: 8, maxTokens: 8 };
    const tokenizer = new Tokenizer(buildVocabulary([], options));
    for (const example of train.slice(0, 50)) {
      const alert = encodeAlert(example.alert, tokenizer);
      const catalog = encodeCatalog(example.catalog, tokenizer);
      for (const parameter of catalog.parameters) {
        const name = catalog.functions[parameter.functionIndex]?.definition.name ?? '';
        for (const origin of example.parameters[name]?.[parameter.name] ?? []) {
          expect(pointerColumn(alert, parameter, origin), `${example.id} ${name}.${parameter.name}`).toBeDefined();
        }
      }
    }
  });

  it('presents catalogs that a caller could present', () => {
    const random = all.filter((example) => example.catalog !== DEFAULT_CATALOG).slice(0, 5);
    for (const { catalog } of random) {
      expect(parseCatalog(catalog)).toHaveLength(catalog.length);
      expect(catalog.length).toBeLessThanOrEqual(64);
    }
  });
});

describe('the mixture', () => {
  const statistics = describeExamples(train);
  const share = (some: readonly Example[]): number => some.length / train.length;

  it('has the wanted shares of catalogs, none and runbook alerts in training', () => {
    expect(statistics.withDefaultCatalog / statistics.examples).toBeGreaterThan(0.42);
    expect(statistics.withDefaultCatalog / statistics.examples).toBeLessThan(0.58);
    expect(statistics.noneShare.default).toBeGreaterThan(0.35);
    expect(statistics.noneShare.default).toBeLessThan(0.47);
    expect(statistics.noneShare.random).toBeGreaterThan(0.15);
    expect(statistics.noneShare.random).toBeLessThan(0.4);
    const groups = new Set(RUNBOOK_ALERTS.map(groupOf));
    const rows = train.filter((example) => groups.has(example.group));
    expect(share(rows)).toBeGreaterThan(0.1);
    expect(new Set(rows.map((example) => example.group)).size).toBe(7);
  });

  it('shows every function of the default catalog and most causes', () => {
    for (const { name } of DEFAULT_CATALOG) {
      expect(statistics.defaultFunctions[name] ?? 0, name).toBeGreaterThan(0.02 * statistics.withDefaultCatalog);
    }
    expect(Object.keys(statistics.causes).length).toBeGreaterThan(60);
    expect(Object.keys(statistics.sources).length).toBeGreaterThan(60);
  });

  it('draws no answer from an exporter: its labels are never the only target', () => {
    const stripped = train.filter(
      ({ alert, catalog, cause }) =>
        catalog === DEFAULT_CATALOG &&
        cause === 'crash-loop' &&
        alert.labels.pod === undefined &&
        alert.labels.pod_name === undefined,
    );
    const bare = stripped.filter(
      ({ alert }) => !Object.keys(alert.labels).some((key) => /pod|deployment|set$/.test(key)),
    );
    expect(bare.length).toBeGreaterThan(0);
    for (const { functions } of bare) expect(functions).not.toContain('pod-restart');
  });

  it('tells a surge of traffic from other causes of high CPU by the readings alone', () => {
    const drawn = (runbookShare: number, count: number) =>
      generateExamples(facts, { seed: 1, split: 'train', catalogs: 'default', runbookShare, count });
    const cpu = [...drawn(1, 300), ...drawn(0, 3_000)].filter(({ group }) => group === groupOf('PodCPUHigh'));
    const scaled = cpu.filter((example) => example.functions.includes('scale-deployment'));
    const others = cpu.filter((example) => example.cause !== 'traffic-surge');
    expect(scaled.length).toBeGreaterThan(10);
    expect(others.length).toBeGreaterThan(0);
    for (const { functions } of others) expect(functions).not.toContain('scale-deployment');
  });
});
