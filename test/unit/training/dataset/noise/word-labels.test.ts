import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { DEFAULT_CATALOG } from '../../../../../src/domain/index.js';
import { ownerOfPod } from '../../../../../src/domain/kubernetes-names.js';
import { encodeAlert, encodeCatalog, pointerOptions } from '../../../../../src/encoding/index.js';
import { type Example, generateExamples, withWordLabels } from '../../../../../src/training/dataset/index.js';
import { facts } from '../../../../fixtures/facts.js';
import { tokenizer } from '../../../encoding/helpers.js';

const SURROUNDINGS = ['environment', 'env', 'stage', 'team', 'tier', 'track', 'owner_group'];
const WORDS = ['canary', 'quorum', 'ledger', 'failover'];

const pairs = generateExamples(facts, { seed: 21, split: 'train', count: 250 }).map(
  (example, index) => [example, withWordLabels(example, WORDS, createRandom(`words ${index}`))] as const,
);
/** Keys of labels that are called otherwise now, those of the surroundings left out. */
const renamedKeys = ({ alert }: Example, { alert: { labels } }: Example): string[] =>
  Object.keys(alert.labels).filter((key) => !SURROUNDINGS.includes(key) && labels[key] !== alert.labels[key]);

const CLAIM: Example = {
  id: 'claim',
  group: 'claim',
  source: 'test',
  alert: {
    labels: {
      alertname: 'prometheus-disk-full',
      namespace: 'shop',
      persistentvolumeclaim: 'prometheus-db-0',
      volume: 'prometheus-db-0',
      job: 'kubelet',
    },
    annotations: {
      summary: 'Claim shop/prometheus-db-0 of prometheus is full (prometheus-db-01 is not).',
      description: 'See prometheus-db-0-snapshots: "prometheus-db-0" fills up. In shop nothing else does.',
    },
    metrics: { usage_percent: 97 },
    status: 'firing',
  },
  catalog: DEFAULT_CATALOG,
  functions: ['check-pvc-status'],
  noneAcceptable: false,
  parameters: {
    'check-pvc-status': {
      name: [{ kind: 'label', key: 'persistentvolumeclaim' }],
      namespace: [{ kind: 'label', key: 'namespace' }],
    },
  },
  cause: 'disk-full',
  split: 'train',
};
const claims = Array.from({ length: 60 }, (_, index) => withWordLabels(CLAIM, ['canary'], createRandom(index)));

describe('labels that are words', () => {
  it('are one or two of the surroundings, or more of what the object is called, the same for the same numbers', () => {
    for (const [index, [example, changed]] of pairs.slice(0, 30).entries()) {
      expect(withWordLabels(example, WORDS, createRandom(`words ${index}`))).toEqual(changed);
    }
    for (const [example, { alert, ...rest }] of pairs) {
      const { alert: before, ...same } = example;
      expect(rest).toEqual({ ...same, id: `${example.id}-words` });
      expect({ ...alert, labels: {}, annotations: {} }).toEqual({ ...before, labels: {}, annotations: {} });
      const told = SURROUNDINGS.filter((key) => WORDS.includes(alert.labels[key] ?? ''));
      expect(told.length).toBeGreaterThanOrEqual(1);
      const added = Object.keys(alert.labels).filter((key) => !Object.hasOwn(before.labels, key));
      expect(added.length).toBeLessThanOrEqual(2);
      for (const key of added) expect(SURROUNDINGS).toContain(key);
      expect(Object.keys(alert.labels)).toEqual(expect.arrayContaining(Object.keys(before.labels)));
      expect(Object.keys(alert.annotations)).toEqual(Object.keys(before.annotations));
    }
  });

  it('never are the name of the alert, nor do they rename what nothing acts on', () => {
    for (const [{ alert }, changed] of pairs) expect(changed.alert.labels.alertname).toBe(alert.labels.alertname);
    for (const { alert } of claims) expect(alert.labels.alertname).toBe('prometheus-disk-full');
    for (const [example, changed] of pairs) {
      const acting = Object.values(example.parameters).some((filled) => Object.values(filled).flat().length > 0);
      if (!acting) expect(renamedKeys(example, changed), example.id).toEqual([]);
    }
  });

  it('rename objects by their first word, for about half of what can be', () => {
    let [renamed, kept] = [0, 0];
    for (const [example, { alert }] of pairs) {
      const keys = new Set(
        Object.values(example.parameters)
          .flatMap((filled) => Object.values(filled).flat())
          .flatMap((origin) => ('key' in origin && origin.key !== undefined ? [origin.key] : [])),
      );
      for (const key of keys) {
        const [before = '', after = ''] = [example.alert.labels[key], alert.labels[key]];
        if (!/^[a-z]+(-|$)/.test(before)) {
          expect(after, example.id).toBe(before);
          continue;
        }
        if (before === after) kept += 1;
        else renamed += 1;
        const [, rest = ''] = /^[a-z]+(.*)$/.exec(before) ?? [];
        if (before !== after)
          expect(
            WORDS.map((word) => word + rest),
            example.id,
          ).toContain(after);
      }
    }
    expect(renamed).toBeGreaterThan(0.35 * (renamed + kept));
    expect(kept).toBeGreaterThan(0.25 * (renamed + kept));
  });

  it('call an object the same in all labels and in the annotations', () => {
    const seen = new Set<string>();
    for (const { alert } of claims) {
      const { persistentvolumeclaim: claim = '', volume, namespace, job } = alert.labels;
      expect(volume).toBe(claim);
      expect(job).toBe('kubelet');
      expect(['prometheus-db-0', 'canary-db-0']).toContain(claim);
      // A single word stays in prose, and so does a name that only begins with the same letters.
      expect(alert.annotations).toEqual({
        summary: `Claim shop/${claim} of prometheus is full (prometheus-db-01 is not).`,
        description: `See ${claim}-snapshots: "${claim}" fills up. In shop nothing else does.`,
      });
      expect(['shop', 'canary']).toContain(namespace);
      seen.add(`${namespace} ${claim}`);
    }
    expect(seen.size).toBe(4);
  });

  it('leave what was equal equal', () => {
    let equal = 0;
    for (const [example, changed] of pairs) {
      for (const key of renamedKeys(example, changed)) {
        const alike = Object.entries(example.alert.labels).filter(
          ([other, value]) =>
            other !== 'alertname' && !SURROUNDINGS.includes(other) && value === example.alert.labels[key],
        );
        for (const [other] of alike) expect(changed.alert.labels[other], example.id).toBe(changed.alert.labels[key]);
        equal += alike.length - 1;
      }
    }
    expect(equal).toBeGreaterThan(10);
  });

  it('leave a pod with its workload', () => {
    const labels = { alertname: 'PodDown', namespace: 'shop', deployment: 'cart', pod: 'cart-7d9f8b6c5-x2x4z' };
    const pod = { name: [{ kind: 'label', key: 'pod' }] } as const;
    const deployment = { name: [{ kind: 'label', key: 'deployment' }] } as const;
    const faults = [{ 'pod-restart': pod }, { 'pod-restart': pod, 'scale-deployment': deployment }].flatMap(
      (parameters) =>
        Array.from({ length: 20 }, (_, index) => {
          const example: Example = { ...CLAIM, alert: { ...CLAIM.alert, labels }, parameters };
          return withWordLabels(example, WORDS, createRandom(index)).alert.labels;
        }).flatMap((after) =>
          ownerOfPod(after.pod ?? '') === after.deployment ? [] : [`${after.pod} of ${after.deployment}`],
        ),
    );
    expect(faults).toEqual([]);
  });

  it('leave every acceptable origin one that can be pointed at, with what the label says now', () => {
    const optionsOf = ({ alert, catalog }: Example): Map<string, unknown> => {
      const encoded = encodeAlert(alert, tokenizer);
      const { functions, parameters } = encodeCatalog(catalog, tokenizer);
      return new Map(
        parameters.flatMap((parameter) =>
          pointerOptions(encoded, parameter).flatMap((option) => {
            const called = functions[parameter.functionIndex]?.definition.name;
            return option ? [[JSON.stringify([called, parameter.name, option.origin]), option.value] as const] : [];
          }),
        ),
      );
    };
    let checked = 0;
    for (const [example, changed] of pairs.slice(0, 150)) {
      const [before, after] = [optionsOf(example), optionsOf(changed)];
      for (const [called, filled] of Object.entries(changed.parameters)) {
        for (const [parameter, origins] of Object.entries(filled)) {
          for (const origin of origins) {
            const place = JSON.stringify([called, parameter, origin]);
            if (!before.has(place)) continue;
            checked += 1;
            expect(after.has(place), `${example.id} ${place}`).toBe(true);
            const label = 'key' in origin && origin.key !== undefined ? changed.alert.labels[origin.key] : undefined;
            if (origin.kind === 'label') expect(String(after.get(place))).toContain(label);
            if (origin.kind === 'rule') expect(after.get(place)).toBe(ownerOfPod(label ?? ''));
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(150);
  });
});
