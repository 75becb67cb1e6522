import { describe, expect, it } from 'vitest';
import { TrainingError } from '../../../../src/core/errors.js';
import { generateExamples, groupOf, type Split, vocabularyTexts } from '../../../../src/training/dataset/index.js';
import { type Entry, planOf } from '../../../../src/training/dataset/plan.js';
import { HELD_OUT_VENDORS, vendorOf } from '../../../../src/training/dataset/splits.js';
import { facts } from '../../../fixtures/facts.js';

const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];
const plans = planOf(facts);
const isVendors = (entry: Entry): boolean =>
  entry.kind === 'rule' && HELD_OUT_VENDORS.includes(vendorOf(entry.rule.source));
const vendors = plans.test.entries.filter(isVendors);
const others = SPLITS.flatMap((split) => plans[split].entries.filter((entry) => !isVendors(entry)));

describe('the held-out vendors', () => {
  it('have rules, under names that nobody else uses, in the test split only', () => {
    expect(vendors.length).toBeGreaterThan(200);
    for (const vendor of HELD_OUT_VENDORS) {
      expect(
        facts.rules.some(({ source }) => vendorOf(source) === vendor),
        vendor,
      ).toBe(true);
    }
    for (const split of SPLITS.slice(0, 3)) expect(plans[split].entries.filter(isVendors), split).toEqual([]);
    const known = new Set(others.map(({ group }) => group));
    expect(vendors.filter(({ group }) => known.has(group))).toEqual([]);
  });

  it('say no sentence that training says, and none of theirs is in the vocabulary', () => {
    const trained = new Set(plans.train.entries.flatMap(({ sentences }) => sentences));
    const texts = new Set(vocabularyTexts(facts, 100));
    const said = vendors.flatMap(({ sentences }) => sentences);
    expect(said.length).toBeGreaterThan(vendors.length);
    expect(said.filter((sentence) => trained.has(sentence) || texts.has(sentence))).toEqual([]);
  });

  it('are drawn where they are asked for, and nowhere else', () => {
    const options = { seed: 4, split: 'test', catalogs: 'default', count: 150 } as const;
    const names = new Set(vendors.map(({ group }) => group));
    for (const { source, group, alert } of generateExamples(facts, { ...options, vendors: 'held-out' })) {
      expect(HELD_OUT_VENDORS, source).toContain(vendorOf(source));
      expect(names).toContain(group);
      expect(groupOf(alert.labels.alertname ?? '')).toBe(group);
    }
    for (const split of SPLITS) {
      const drawn = generateExamples(facts, { ...options, split, demonstrationShare: 0.5 });
      const shown = drawn.flatMap(({ demonstrations = [] }) => demonstrations.map(({ alert }) => alert));
      const groups = [...drawn.map(({ alert }) => alert), ...shown].map(({ labels }) =>
        groupOf(labels.alertname ?? ''),
      );
      expect(
        groups.filter((group) => names.has(group)),
        split,
      ).toEqual([]);
    }
  });

  it.each(['train', 'validation', 'calibration'] as const)('cannot be asked for in the %s split', (split) => {
    const draw = () => generateExamples(facts, { seed: 1, split, vendors: 'held-out', count: 1 });
    expect(draw).toThrow(TrainingError);
    expect(draw).toThrow(new RegExp(`the ${split} split holds no rules of held-out vendors`));
  });
});
