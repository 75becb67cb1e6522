import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import {
  buildVocabulary,
  encodeAlert,
  encodeCatalog,
  pointerOptions,
  Tokenizer,
} from '../../../../src/encoding/index.js';
import {
  describeSplits,
  generateExamples,
  groupOf,
  leakageCount,
  RUNBOOK_ALERTS,
  runbookRowCases,
  type Split,
  splitOfGroup,
  vocabularyTexts,
} from '../../../../src/training/dataset/index.js';
import { planOf } from '../../../../src/training/dataset/plan.js';
import { HELD_OUT_VENDORS, vendorOf } from '../../../../src/training/dataset/splits.js';
import { facts } from '../../../fixtures/facts.js';

const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];

/** Groups of the rules that stand in the test split because of who wrote them. */
function heldOutVendorGroups(): string[] {
  return planOf(facts).test.entries.flatMap((entry) =>
    entry.kind === 'rule' && HELD_OUT_VENDORS.includes(vendorOf(entry.rule.source)) ? [entry.group] : [],
  );
}

describe('groups', () => {
  it('are shared by spellings, word orders, endings and prefixes of one name', () => {
    const group = groupOf('PodCrashLooping');
    for (const name of [
      'pod_crash_looping',
      'KubePodCrashLooping',
      'crash-looping pods',
      'HomelabPodCrashLoop',
      'PodCrashLoopCritical',
    ]) {
      expect(groupOf(name), name).toBe(group);
    }
    expect(groupOf('PodCrashLooping')).not.toBe(groupOf('PodNotReady'));
    expect(groupOf('Watchdog')).not.toBe('');
  });

  it('keep the runbook and names close to it in training', () => {
    for (const name of RUNBOOK_ALERTS) expect(splitOfGroup(groupOf(name)), name).toBe('train');
    expect(splitOfGroup(groupOf('prometheus_service_is_down'))).toBe('train');
    expect(splitOfGroup(groupOf('KubePodHighCpu'))).toBe('train');
  });
});

describe('splits', () => {
  it('share no alert name and no sentence', () => {
    expect(leakageCount(facts)).toBe(0);
    const seen = new Map<string, Split>();
    for (const split of SPLITS) {
      for (const example of generateExamples(facts, { seed: 5, split, count: 80 })) {
        const group = groupOf(example.alert.labels.alertname ?? '');
        expect(group).toBe(example.group);
        expect(seen.get(group) ?? split, group).toBe(split);
        seen.set(group, split);
      }
    }
  });

  it('have about the wanted sizes', () => {
    const described = describeSplits(facts);
    const total = SPLITS.reduce((sum, split) => sum + described[split].groups, 0);
    // Eight tenths by hash, less the names that only held-out vendors use: they are all in the test split.
    expect(described.train.groups / total).toBeGreaterThan(0.73);
    expect(described.train.groups / total).toBeLessThan(0.8);
    for (const split of SPLITS.slice(1)) expect(described[split].groups / total, split).toBeGreaterThan(0.03);
    const byHash = total - new Set(heldOutVendorGroups()).size;
    expect(described.train.groups / byHash).toBeGreaterThan(0.77);
    expect(described.train.groups / byHash).toBeLessThan(0.84);
  });

  it('never show a held-out family in training', () => {
    const heldOut = new Set(facts.families.filter((family) => family.split !== 'train').map((family) => family.id));
    const hidden = new Set(facts.functions.flatMap((fact) => (heldOut.has(fact.family) ? fact.descriptions : [])));
    expect(hidden.size).toBeGreaterThan(20);
    const shown = (split: Split): number =>
      generateExamples(facts, { seed: 6, split, catalogs: 'random', count: 150 }).filter(({ catalog }) =>
        catalog.some((definition) => hidden.has(definition.description)),
      ).length;
    expect(shown('train')).toBe(0);
    expect(shown('test')).toBeGreaterThan(20);
    const texts = new Set(vocabularyTexts(facts, 200));
    expect([...hidden].filter((text) => texts.has(text))).toEqual([]);
  });
});

describe('the runbook rows for evaluation', () => {
  const cases = runbookRowCases({ seed: 3, renamings: 10 });

  it('name the expected call with values of the alert', () => {
    expect(cases).toHaveLength(70);
    expect(new Set(cases.map((row) => row.row)).size).toBe(7);
    const names = DEFAULT_CATALOG.map((definition) => definition.name);
    for (const { expected, alert } of cases) {
      expect(names).toContain(expected.lambdaFunction);
      expect(Object.values(alert.labels)).toContain(expected.parameters.namespace);
    }
    expect(runbookRowCases({ seed: 3, renamings: 10 })).toEqual(cases);
    expect(runbookRowCases({ seed: 4, renamings: 10 })).not.toEqual(cases);
  });

  it('can be answered: the pointer masks offer every expected value', () => {
    const vocabulary = buildVocabulary([], { maxWords: 64, minCount: 1, hashBuckets: 8, maxTokens: 8 });
    const tokenizer = new Tokenizer(vocabulary);
    const catalog = encodeCatalog(DEFAULT_CATALOG, tokenizer);
    const faults = cases.filter(({ alert, expected }) => {
      const encoded = encodeAlert(alert, tokenizer);
      return !catalog.parameters
        .filter(({ functionIndex }) => DEFAULT_CATALOG[functionIndex]?.name === expected.lambdaFunction)
        .every((parameter) => {
          const value = expected.parameters[parameter.name];
          if (value === undefined) return parameter.omittable;
          return pointerOptions(encoded, parameter).some((option) => option?.value === value);
        });
    });
    expect(faults).toEqual([]);
  });

  it('use no name that training uses', () => {
    const trained = new Set(
      generateExamples(facts, { seed: 1, split: 'train', count: 200 }).flatMap(({ alert }) =>
        Object.values(alert.labels),
      ),
    );
    const targets = cases.flatMap(({ expected }) => [expected.parameters.name, expected.parameters.namespace]);
    for (const value of targets) if (value !== undefined) expect(trained.has(String(value)), String(value)).toBe(false);
  });
});
