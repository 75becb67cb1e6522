import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.js';
import { DEFAULT_CATALOG } from '../../../../../src/domain/index.js';
import { generateExamples, withLostWords } from '../../../../../src/training/dataset/index.js';
import { facts } from '../../../../fixtures/facts.js';

const pairs = generateExamples(facts, { seed: 22, split: 'train', count: 200 }).map(
  (example, index) => [example, withLostWords(example, DEFAULT_CATALOG, createRandom(`lost ${index}`))] as const,
);
const words = (text: string): string[] => text.split(' ');

describe('lost words', () => {
  it('are about a seventh of those in descriptions and annotations, none of them with a digit', () => {
    let [before, after] = [0, 0];
    for (const [example, changed] of pairs) {
      const texts = example.catalog.map(({ description }, index) => [description, changed.catalog[index]?.description]);
      const { annotations } = example.alert;
      for (const [key, text] of Object.entries(annotations)) texts.push([text, changed.alert.annotations[key]]);
      for (const [text = '', shorter = ''] of texts) {
        if (example.catalog === DEFAULT_CATALOG && !Object.values(annotations).includes(text)) continue;
        before += words(text).length;
        after += words(shorter).length;
        expect(words(shorter).filter((word) => /\d/.test(word))).toEqual(words(text).filter((word) => /\d/.test(word)));
      }
    }
    expect(after / before).toBeGreaterThan(0.8);
    expect(after / before).toBeLessThan(0.92);
  });

  it('leave names, parameters, labels, readings and what is right as they are, and the default catalog itself', () => {
    for (const [example, changed] of pairs) {
      const { annotations: _, ...alert } = changed.alert;
      expect(example.alert).toMatchObject(alert);
      expect(changed.catalog.map(({ description: __, ...rest }) => rest)).toEqual(
        example.catalog.map(({ description: __, ...rest }) => rest),
      );
      expect([changed.functions, changed.parameters, changed.noneAcceptable]).toEqual([
        example.functions,
        example.parameters,
        example.noneAcceptable,
      ]);
      if (example.catalog === DEFAULT_CATALOG) expect(changed.catalog).toBe(DEFAULT_CATALOG);
    }
  });

  it('never take an instruction or a whole text', () => {
    const [first] = pairs[0] as (typeof pairs)[number];
    const annotations = { lambda_function: 'pod-restart the one that is sick', summary: 'down', note: '' };
    for (let seed = 0; seed < 50; seed++) {
      const { alert } = withLostWords({ ...first, alert: { ...first.alert, annotations } }, [], createRandom(seed));
      expect(alert.annotations).toMatchObject(annotations);
    }
  });
});
