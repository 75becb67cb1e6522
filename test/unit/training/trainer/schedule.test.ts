import { describe, expect, it } from 'vitest';
import { TrainingError } from '../../../../src/core/errors.js';
import { emaDecayAt, learningRateAt, phaseAt } from '../../../../src/training/trainer/schedule.js';
import { parseTrainingSettings } from '../../../../src/training/trainer/settings.js';

const settings = parseTrainingSettings({
  steps: 100,
  learningRate: 1e-3,
  warmUpSteps: 10,
  decayShare: 0.2,
  curriculum: [
    { until: 0.5, H_cycles: 1, L_cycles: 2 },
    { until: 1, H_cycles: 3, L_cycles: 6 },
  ],
});

describe('the schedule', () => {
  it('warms up, holds, and falls to a twentieth', () => {
    expect(learningRateAt(1, settings)).toBeCloseTo(1e-4, 12);
    expect(learningRateAt(10, settings)).toBeCloseTo(1e-3, 12);
    expect(learningRateAt(60, settings)).toBeCloseTo(1e-3, 12);
    expect(learningRateAt(90, settings)).toBeCloseTo(5e-4, 12);
    expect(learningRateAt(100, settings)).toBeCloseTo(5e-5, 12);
  });

  it('changes depth where the curriculum says, and not before', () => {
    expect(phaseAt(1, settings)).toMatchObject({ H_cycles: 1, L_cycles: 2 });
    expect(phaseAt(50, settings)).toMatchObject({ H_cycles: 1, L_cycles: 2 });
    expect(phaseAt(51, settings)).toMatchObject({ H_cycles: 3, L_cycles: 6 });
    expect(phaseAt(100, settings)).toMatchObject({ H_cycles: 3, L_cycles: 6 });
  });

  it('lets the average forget the initial weights first', () => {
    expect(emaDecayAt(1, settings)).toBeCloseTo(2 / 11, 12);
    expect(emaDecayAt(1_000_000, settings)).toBe(settings.emaDecay);
  });
});

describe('the settings', () => {
  it('have defaults for everything', () => {
    expect(parseTrainingSettings()).toEqual(parseTrainingSettings({}));
    expect(parseTrainingSettings().curriculum.at(-1)).toMatchObject({ until: 1, H_cycles: 3, L_cycles: 6 });
  });

  it('may give all examples to one family, or to three', () => {
    const phase = { until: 1, H_cycles: 1, L_cycles: 1 };
    for (const shares of [
      { remedarcShare: 1, hopsShare: 0, outOfDomainShare: 0 },
      { remedarcShare: 0.1, hopsShare: 0.7, outOfDomainShare: 0.2 },
    ]) {
      expect(parseTrainingSettings({ curriculum: [{ ...phase, ...shares }] }).curriculum[0]).toMatchObject(shares);
    }
  });

  it.each([
    [{ steps: 0 }, /steps/],
    [{ learningRate: -1 }, /learningRate/],
    [{ stepz: 3 }, /stepz/],
    [{ beta1: 2, batchSize: 1.5 }, /batchSize.*beta1|beta1.*batchSize/],
    [{ curriculum: [{ until: 0.5, H_cycles: 1, L_cycles: 1 }] }, /curriculum/],
    [
      {
        curriculum: [
          { until: 0.5, H_cycles: 1, L_cycles: 1 },
          { until: 0.5, H_cycles: 2, L_cycles: 1 },
        ],
      },
      /curriculum/,
    ],
    [
      { curriculum: [{ until: 1, H_cycles: 1, L_cycles: 1, remedarcShare: 0.7, hopsShare: 0.3 }] },
      /curriculum\.0: remedarcShare, hopsShare and outOfDomainShare .* more than 1/,
    ],
    [{ curriculum: [{ until: 1, H_cycles: 1, L_cycles: 1, noiseShare: -0.1 }] }, /curriculum\.0\.noiseShare/],
    [{ curriculum: [{ until: 1, H_cycles: 1, L_cycles: 1, demonstrationShare: 2 }] }, /demonstrationShare/],
  ])('%j are refused by name', (value, message) => {
    expect(() => parseTrainingSettings(value)).toThrow(TrainingError);
    expect(() => parseTrainingSettings(value)).toThrow(message);
  });
});
