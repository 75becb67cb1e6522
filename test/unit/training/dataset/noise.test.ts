import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.js';
import { type Alert, DEFAULT_CATALOG, parseAlerts } from '../../../../src/domain/index.js';
import {
  buildVocabulary,
  encodeAlert,
  encodeCatalog,
  kindOfLabel,
  pointerColumn,
  pointerOptions,
  splitWords,
  Tokenizer,
} from '../../../../src/encoding/index.js';
import { type Example, generateExamples } from '../../../../src/training/dataset/index.js';
import { noisyExample } from '../../../../src/training/dataset/noise/index.js';
import { facts } from '../../../fixtures/facts.js';

const tokenizer = new Tokenizer(buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 8, maxTokens: 8 }));
const pairs = generateExamples(facts, { seed: 21, split: 'train', count: 120 }).map(
  (example, index) => [example, noisyExample(example, createRandom(`noise/${index}`))] as const,
);

const CRASH: Example = {
  id: 'crash',
  group: 'crash',
  source: 'test',
  alert: {
    labels: { alertname: 'PodCrashLoopBackOff', namespace: 'shop', pod: 'cart-7d9f8b6c5-x2x4z', severity: 'critical' },
    annotations: { summary: 'The cart keeps crashing without any reason', description: 'restarts 12, memory normal.' },
    metrics: {},
    status: 'firing',
  },
  catalog: DEFAULT_CATALOG,
  functions: ['pod-restart'],
  noneAcceptable: false,
  parameters: {
    'pod-restart': { name: [{ kind: 'label', key: 'pod' }], namespace: [{ kind: 'label', key: 'namespace' }] },
  },
  cause: 'crash-loop',
  split: 'train',
};
const noisyCrashes = Array.from({ length: 100 }, (_, index) => noisyExample(CRASH, createRandom(index)));

/** Parameter and field -> value, for all functions of the catalog. */
function optionsOf(alert: Alert, { catalog }: Example): Record<string, unknown> {
  const encoded = encodeAlert(alert, tokenizer);
  const { functions, parameters } = encodeCatalog(catalog, tokenizer);
  return Object.fromEntries(
    parameters.flatMap((parameter) =>
      pointerOptions(encoded, parameter).flatMap((option) => {
        if (option === undefined) return [];
        const name = functions[parameter.functionIndex]?.definition.name;
        return [[JSON.stringify([name, parameter.name, option.origin]), option.value] as const];
      }),
    ),
  );
}

describe('noise', () => {
  it('is the same for the same random numbers', () => {
    for (const [index, [example, noisy]] of pairs.slice(0, 40).entries()) {
      expect(noisyExample(example, createRandom(`noise/${index}`))).toEqual(noisy);
    }
    expect(new Set(noisyCrashes.map(({ alert }) => JSON.stringify(alert))).size).toBe(noisyCrashes.length);
  });

  it('leaves an alert that is read as it stands', () => {
    for (const [, { alert }] of pairs) {
      const sent: unknown = JSON.parse(JSON.stringify(alert));
      expect(JSON.parse(JSON.stringify(parseAlerts(sent)))).toEqual([sent]);
    }
  });

  it('changes the alert and nothing of what is right', () => {
    for (const [example, noisy] of pairs) {
      expect(noisy).toEqual({ ...example, id: `${example.id}-noisy`, alert: noisy.alert });
      expect(isDeepStrictEqual(noisy.alert, example.alert), example.id).toBe(false);
    }
    const orders = noisyCrashes.map(({ alert }) =>
      Object.keys(alert.labels)
        .filter((key) => Object.hasOwn(CRASH.alert.labels, key))
        .join(),
    );
    expect(new Set(orders).size).toBeGreaterThan(10);
  });

  it('keeps what was there and adds 3 to 10 labels that name no object', () => {
    for (const [{ alert }, noisy] of [...pairs, ...noisyCrashes.map((noisy) => [CRASH, noisy] as const)]) {
      const { alertname: _, ...kept } = alert.labels;
      expect(noisy.alert.labels).toMatchObject(kept);
      const added = Object.keys(noisy.alert.labels).filter((key) => !Object.hasOwn(alert.labels, key));
      expect(added.length).toBeGreaterThanOrEqual(3);
      expect(added.length).toBeLessThanOrEqual(10);
      for (const key of added) expect(kindOfLabel(noisy.alert.labels, key), key).toBeUndefined();
    }
  });

  it('keeps acceptable origins reachable and adds no option to any function', () => {
    for (const [example, noisy] of pairs) {
      expect(optionsOf(noisy.alert, example), example.id).toEqual(optionsOf(example.alert, example));
      const [before, after] = [encodeAlert(example.alert, tokenizer), encodeAlert(noisy.alert, tokenizer)];
      const { functions, parameters } = encodeCatalog(example.catalog, tokenizer);
      for (const parameter of parameters) {
        const name = functions[parameter.functionIndex]?.definition.name ?? '';
        for (const origin of example.parameters[name]?.[parameter.name] ?? []) {
          expect(pointerColumn(before, parameter, origin)).toBeDefined();
          expect(pointerColumn(after, parameter, origin), `${example.id} ${name}.${parameter.name}`).toBeDefined();
        }
      }
    }
  });

  it('keeps the words of the name side by side and spells most names anew', () => {
    const words = (alert: Alert): string => ` ${splitWords(alert.labels.alertname ?? '').join(' ')} `;
    for (const [example, noisy] of pairs) expect(words(noisy.alert)).toContain(words(example.alert));
    const renamed = pairs.filter(([{ alert }, noisy]) => noisy.alert.labels.alertname !== alert.labels.alertname);
    expect(renamed.length).toBeGreaterThan(0.5 * pairs.length);
  });

  it('leaves readings alone, in metrics as in prose', () => {
    for (const [{ alert }, noisy] of pairs) {
      if (Object.keys(alert.metrics).length > 0) expect(noisy.alert.metrics).toEqual(alert.metrics);
      for (const [key, text] of Object.entries(alert.annotations)) {
        if (/\d/.test(text)) expect(noisy.alert.annotations[key]).toBe(text);
      }
    }
    for (const { alert } of noisyCrashes) expect(alert.annotations.description).toBe('restarts 12, memory normal.');
    const summaries = new Set(noisyCrashes.map(({ alert }) => alert.annotations.summary));
    expect(summaries.has(undefined)).toBe(true);
    expect(summaries.size).toBeGreaterThan(20);
    expect(noisyCrashes.some(({ alert }) => Object.keys(alert.metrics).length > 0)).toBe(true);
  });

  it('says of no target that it is up where the alert says that it is down', () => {
    const down: Example = {
      ...CRASH,
      alert: { ...CRASH.alert, labels: { ...CRASH.alert.labels, alertname: 'PrometheusServiceDown' } },
    };
    for (let seed = 0; seed < 60; seed++) expect(noisyExample(down, createRandom(seed)).alert.metrics).toEqual({});
  });

  it('adds nothing that would push a field out of a full alert', () => {
    const more = Object.fromEntries(
      Array.from({ length: 24 }, (_, index) => [`extra_${index}`, `some value ${index}`]),
    );
    const metrics = { restart_count: 12, memory_percent: 30, cpu_percent: 3, ready: 0 };
    const full: Example = {
      ...CRASH,
      alert: { ...CRASH.alert, labels: { ...CRASH.alert.labels, ...more }, annotations: {}, metrics },
    };
    for (let seed = 0; seed < 20; seed++) {
      const { alert } = noisyExample(full, createRandom(seed));
      expect(Object.keys(alert.labels).sort()).toEqual(Object.keys(full.alert.labels).sort());
      expect(alert.metrics).toEqual(metrics);
    }
  });
});
