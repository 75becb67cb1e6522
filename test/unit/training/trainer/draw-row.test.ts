import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { type Example, parseFacts } from '../../../../src/training/dataset/index.js';
import { drawRow } from '../../../../src/training/trainer/draw-row.js';
import type { DrawRow } from '../../../../src/training/trainer/row-source.js';
import { parseTrainingSettings, type TrainingSettings } from '../../../../src/training/trainer/settings.js';
import type { TrainingRow } from '../../../../src/training/trainer/targets.js';
import { fewFacts } from '../../../fixtures/facts.js';
import { tokenizer } from '../../encoding/helpers.js';

type Phase = TrainingSettings['curriculum'][number];

const facts = parseFacts(await fewFacts());
/** Enough that the shares show. */
const DRAWS = 240;
const PLAIN = { remedarcShare: 0, hopsShare: 0, outOfDomainShare: 0, noiseShare: 0, demonstrationShare: 0 };

/** Rows are drawn as one phase wants them, or as two of the same length do. */
function drawing(...phases: Partial<Phase>[]): DrawRow {
  const curriculum = phases.map((phase, index) => ({
    H_cycles: 1,
    L_cycles: 1,
    ...PLAIN,
    ...phase,
    until: (index + 1) / phases.length,
  }));
  return drawRow(facts, parseTrainingSettings({ seed: 5, steps: 10, curriculum }), tokenizer);
}

function examplesOf(draw: DrawRow, count: number): Example[] {
  return Array.from({ length: count }, (_, index) => draw(index, 1).example);
}

/** The family of an example, by its id. */
function familyOf({ id }: Example): string {
  if (id.endsWith('-noisy')) return 'noisy';
  const [first = ''] = id.split('-');
  return first;
}

describe('the rows that training draws', () => {
  it.each([
    ['remedarc', { remedarcShare: 1 }],
    ['hops', { hopsShare: 1 }],
    ['ood', { outOfDomainShare: 1 }],
    ['noisy', { noiseShare: 1 }],
    ['train', {}],
  ])('are all of %s where it has all', (family, shares) => {
    for (const example of examplesOf(drawing(shares), 12)) {
      expect(familyOf(example)).toBe(family);
      expect(example.split).toBe('train');
      expect(example.answerable !== false).toBe(family !== 'ood');
    }
  });

  it('mix the families by their shares', () => {
    const draw = drawing({ remedarcShare: 0.2, hopsShare: 0.15, outOfDomainShare: 0.25, noiseShare: 0.5 });
    const counts = new Map<string, number>();
    for (const example of examplesOf(draw, DRAWS))
      counts.set(familyOf(example), (counts.get(familyOf(example)) ?? 0) + 1);
    const share = (family: string): number => (counts.get(family) ?? 0) / DRAWS;
    for (const [family, wanted] of [
      ['remedarc', 0.2],
      ['hops', 0.15],
      ['ood', 0.25],
      ['noisy', 0.2],
      ['train', 0.2],
    ] as const) {
      // Three deviations.
      expect(Math.abs(share(family) - wanted), family).toBeLessThan(3 * Math.sqrt((wanted * (1 - wanted)) / DRAWS));
    }
  });

  it('are shown demonstrations, and encoded beside them, by their share', () => {
    const draw = drawing({ demonstrationShare: 1 });
    const rows = Array.from({ length: 30 }, (_, index) => draw(index, 1));
    for (const { example, encoded } of rows) {
      expect(example.demonstrations?.length).toBeGreaterThan(0);
      expect(encoded.demonstrations).toHaveLength(example.demonstrations?.length ?? 0);
    }
    expect(examplesOf(drawing({}), 20).some(({ demonstrations }) => demonstrations)).toBe(false);
    const noisy = examplesOf(drawing({ demonstrationShare: 1, noiseShare: 1 }), 10);
    expect(noisy.every(({ demonstrations = [] }) => demonstrations.length > 0)).toBe(true);
  });

  it('are as the phase of the step wants them', () => {
    const draw = drawing({ catalogs: 'default' }, { catalogs: 'random' });
    const catalogs = (step: number): boolean[] =>
      Array.from({ length: 8 }, (_, index) => draw(index, step).example.catalog === DEFAULT_CATALOG);
    expect(catalogs(1)).toEqual(new Array(8).fill(true));
    expect(catalogs(5)).toEqual(new Array(8).fill(true));
    expect(catalogs(6)).toEqual(new Array(8).fill(false));
  });

  it('are the same for the same number, whatever was drawn before and by whom', () => {
    const mixed = {
      remedarcShare: 0.2,
      hopsShare: 0.2,
      outOfDomainShare: 0.2,
      noiseShare: 0.5,
      demonstrationShare: 0.5,
    };
    const [one, other] = [drawing(mixed), drawing(mixed)];
    const forwards = Array.from({ length: 24 }, (_, index) => one(index, 1 + (index % 10)));
    for (const index of [...forwards.keys()].reverse()) {
      const again: TrainingRow = other(index, 10 - (index % 10));
      expect(again.example).toEqual(forwards[index]?.example);
      expect(again.encoded.demonstrations).toEqual(forwards[index]?.encoded.demonstrations);
    }
  });
});
