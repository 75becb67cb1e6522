import { describe, expect, it } from 'vitest';
import type { RemediationFunction } from '../../../../src/domain/index.js';
import {
  buildVocabulary,
  CAUSES,
  encodeAlert,
  encodeCatalog,
  pointerOptions,
  Tokenizer,
} from '../../../../src/encoding/index.js';
import { createReach } from '../../../../src/training/dataset/answer/reach.js';
import type { Example, Split } from '../../../../src/training/dataset/example.js';
import {
  COMPLAINTS,
  hopsExample,
  hopsOf,
  POOLS,
  poolOf,
  READINGS,
  RELATIONS,
  SERVICE_SYLLABLES,
  SYMPTOMS,
  type Symptom,
} from '../../../../src/training/dataset/hops/index.js';

const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];
const drawn = new Map<Split, Example[]>();

/** The first examples of a split; they are made once. */
function examples(split: Split, count: number): Example[] {
  const made = drawn.get(split) ?? [];
  while (made.length < count) made.push(hopsExample({ seed: 21, split, index: made.length }));
  drawn.set(split, made);
  return made.slice(0, count);
}
const tokenizer = new Tokenizer(buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 64, maxTokens: 8 }));

/** What a person would look for in a function's description, and in the key of the label that it acts on. */
const REMEDY: Readonly<Record<Symptom, readonly [RegExp, RegExp]>> = {
  'out-of-memory': [/crash|out-of-memory|lack of memory/, /(?:deployment|statefulset|daemonset)$/],
  crashing: [/crash|out-of-memory|lack of memory/, /(?:deployment|statefulset|daemonset)$/],
  saturated: [/saturated|capacity|under high load/, /deployment$/],
  'disk-full': [/disk is full|out of space|full volume|volume is filling up/, /persistentvolumeclaim$/],
  'credentials-expired': [/credentials|password/, /secret$/],
  'certificate-expired': [/certificate/, /certificate$/],
  'configuration-invalid': [/valid configuration|settings are invalid|faulty configuration/, /configmap$/],
  'replication-broken': [/replication|Reseed/, /statefulset$/],
};

interface Derived {
  readonly hops?: number;
  readonly function?: string | undefined;
  readonly key?: string | undefined;
}

/** The answer, read from the alert and the catalog alone. */
function derive({ alert, catalog, split }: Example): Derived {
  const uses = new Map<string, string[]>();
  for (const [key, value] of Object.entries(alert.labels)) {
    for (const { words, from } of RELATIONS) {
      if (!key.endsWith(`_${words}`)) continue;
      const named = key.slice(0, -words.length - 1);
      const [user, used] = from === 'key' ? [named, value] : [value, named];
      uses.set(user, [...(uses.get(user) ?? []), used]);
    }
  }
  const keys = ['service', 'source', 'caller_service', 'origin'];
  const source = keys.map((key) => alert.labels[key]).find((value) => value !== undefined) ?? '';
  let front = [source];
  for (let hops = 0; front.length > 0; hops++) {
    for (const service of front) {
      const symptom = symptomOf(alert.metrics, service, split);
      if (symptom === undefined) continue;
      const [text, label] = REMEDY[symptom];
      const right = catalog.filter(({ description }) => text.test(description));
      expect(right.length).toBeLessThanOrEqual(1);
      const named = Object.entries(alert.labels).filter(
        ([key, value]) => label.test(key) && (key.startsWith(`${service}_`) || value.startsWith(`${service}-`)),
      );
      expect(named).toHaveLength(1);
      return { hops, function: right[0]?.name, key: named[0]?.[0] };
    }
    front = front.flatMap((service) => uses.get(service) ?? []);
  }
  return {};
}

function symptomOf(
  metrics: Readonly<Record<string, number | string>>,
  service: string,
  split: Split,
): Symptom | undefined {
  return SYMPTOMS.find((symptom) =>
    READINGS[symptom][poolOf(split)].some(({ metric, bad }) => {
      const reading = Number(metrics[`${service}_${metric}`] ?? Number.NaN);
      return reading >= bad[0] && reading <= bad[1];
    }),
  );
}

describe('hopsExample', () => {
  it('makes the same example of the same options, and another of another seed, index or split', () => {
    const options = { seed: 2, split: 'train', index: 9 } as const;
    expect(hopsExample(options)).toEqual(hopsExample(options));
    for (const other of [
      { ...options, seed: 3 },
      { ...options, index: 8 },
      { ...options, split: 'test' as const },
    ]) {
      expect(hopsExample(other).alert).not.toEqual(hopsExample(options).alert);
    }
  });

  it.each(SPLITS)('%s: the label follows from the alert and the catalog', (split) => {
    for (const example of examples(split, 150)) {
      const derived = derive(example);
      expect(example.functions).toEqual(derived.function === undefined ? [] : [derived.function]);
      expect(example.noneAcceptable).toBe(derived.function === undefined);
      if (derived.hops !== undefined) expect(hopsOf(example)).toBe(derived.hops);
      expect(CAUSES).toContain(example.cause);
      const [name] = example.functions;
      if (name === undefined) continue;
      const origins = Object.entries(example.parameters[name] ?? {});
      const objects = origins.filter(([parameter]) => parameter !== 'namespace');
      expect(objects.map(([, accepted]) => accepted)).toEqual([[{ kind: 'label', key: derived.key }]]);
    }
  });

  it.each(SPLITS)('%s: every call can be made under the masks, and every field is seen', (split) => {
    for (const { alert, catalog, functions, parameters } of examples(split, 150)) {
      expect(catalog.length).toBeGreaterThanOrEqual(5);
      expect(catalog.length).toBeLessThanOrEqual(16);
      expect(new Set(catalog.map(({ name }) => name)).size).toBe(catalog.length);
      const { fields } = encodeAlert(alert, tokenizer);
      const seen = new Set(fields.map(({ key }) => key));
      for (const key of [...Object.keys(alert.labels), ...Object.keys(alert.metrics)]) expect(seen).toContain(key);
      for (const name of functions) {
        const definition = catalog.find((one) => one.name === name) as RemediationFunction;
        const wanted = parameters[name] ?? {};
        expect(createReach(alert).reachable(definition, wanted)).toEqual(wanted);
      }
    }
  });

  it('leaves the pointer a choice among objects of several services', () => {
    for (const { alert, catalog, functions } of examples('train', 150)) {
      const encoded = encodeAlert(alert, tokenizer);
      for (const parameter of encodeCatalog(catalog, tokenizer).parameters) {
        if (catalog[parameter.functionIndex]?.name !== functions[0] || parameter.role.takes === 'namespace') continue;
        const open = pointerOptions(encoded, parameter).filter((option) => option !== undefined);
        expect(open.length).toBeGreaterThanOrEqual(2);
      }
    }
  });

  it('mixes one, two and three hops, and leaves out a remedy or a fault in 15 to 25 % of the examples', () => {
    const all = examples('train', 500);
    const share = (test: (example: Example) => boolean): number => all.filter(test).length / all.length;
    const none = share(({ functions }) => functions.length === 0);
    expect(none).toBeGreaterThan(0.15);
    expect(none).toBeLessThan(0.25);
    for (const hops of [1, 2, 3]) expect(share((example) => hopsOf(example) === hops)).toBeGreaterThan(0.25);
  });

  it('cannot be answered from the readings alone: most alerts show a second sick service', () => {
    const calls = examples('train', 300).filter(({ functions }) => functions.length > 0);
    const several = calls.filter(({ alert }) => {
      const services = new Set(Object.keys(alert.metrics).map((key) => key.split('_')[0] as string));
      return [...services].filter((service) => symptomOf(alert.metrics, service, 'train') !== undefined).length > 1;
    });
    expect(several.length / calls.length).toBeGreaterThan(0.6);
  });

  it('keeps the words of services, alert names and readings of one pool out of the others', () => {
    const wordings = POOLS.map((pool) => [
      ...SERVICE_SYLLABLES[pool],
      ...COMPLAINTS[pool].flatMap(({ name, metric }) => [name, metric]),
      ...SYMPTOMS.flatMap((symptom) => READINGS[symptom][pool].map(({ metric }) => metric)),
    ]);
    const all = wordings.flatMap((pool) => [...new Set(pool)]);
    expect(new Set(all).size).toBe(all.length);
    const trained = COMPLAINTS.train.map(({ name }) => name);
    for (const { alert } of examples('test', 100)) {
      expect(trained.some((name) => alert.labels.alertname?.endsWith(name))).toBe(false);
    }
  });

  it('refuses a split that does not exist and an example of another source', () => {
    expect(() => hopsExample({ seed: 1, split: 'dev' as Split, index: 0 })).toThrow(/no split "dev".*validation/);
    const foreign = { ...hopsExample({ seed: 1, split: 'train', index: 0 }), source: 'failure-mode' };
    expect(() => hopsOf(foreign)).toThrow(/made by hopsExample/);
  });
});
