import { describe, expect, it } from 'vitest';
import { PersistentBatch } from '../../../../src/training/trainer/row-source.js';
import { parseTrainingSettings } from '../../../../src/training/trainer/settings.js';
import type { TrainingRow } from '../../../../src/training/trainer/targets.js';

/** A row that only says which example it is and when it was drawn. */
const draw = (example: number, drawnAt: number) => `${example}@${drawnAt}` as unknown as TrainingRow;
const settings = parseTrainingSettings({ batchSize: 3, haltMaxSteps: 2, haltExploration: 0 });
const alike = () => 0;
const HALT = [1, 1, 1];
const GO_ON = [-1, -1, -1];

describe('the persistent batch', () => {
  it('keeps a row until it halts or its steps are spent, and draws the next example in its place', () => {
    const batch = new PersistentBatch(draw, settings, undefined, alike);
    expect(batch.rows).toEqual(['0@1', '1@1', '2@1']);
    expect([...batch.reset]).toEqual([1, 1, 1]);
    batch.advance([-1, 1, -1], 2);
    expect(batch.rows).toEqual(['0@1', '3@2', '2@1']);
    expect([...batch.reset]).toEqual([0, 1, 0]);
    batch.advance(GO_ON, 3);
    expect(batch.rows).toEqual(['4@3', '3@2', '5@3']);
    expect([...batch.reset]).toEqual([1, 0, 1]);
  });

  it('goes on from its state as if it had never stopped', () => {
    const explores = parseTrainingSettings({ batchSize: 3, haltMaxSteps: 4, haltExploration: 0.5 });
    const logits = (step: number): number[] => [0, 1, 2].map((row) => Math.sin(7 * step + 3 * row));
    const whole = new PersistentBatch(draw, explores, undefined, alike);
    let parts = new PersistentBatch(draw, explores, undefined, alike);
    for (let step = 1; step <= 30; step++) {
      whole.advance(logits(step), step + 1);
      parts.advance(logits(step), step + 1);
      if (step % 7 === 0) parts = new PersistentBatch(draw, explores, JSON.parse(JSON.stringify(parts.state)), alike);
      expect(parts.rows).toEqual(whole.rows);
      expect(parts.reset).toEqual(whole.reset);
    }
  });

  it('draws ahead without a change to what it draws, and again where the curriculum has gone on', () => {
    const phased = parseTrainingSettings({
      ...settings,
      steps: 10,
      curriculum: [
        { until: 0.5, H_cycles: 1, L_cycles: 1, runbookShare: 0.1 },
        { until: 1, H_cycles: 1, L_cycles: 1, runbookShare: 0.9 },
      ],
    });
    const phase = (step: number): string => (step <= 5 ? 'first' : 'second');
    const drawn: number[] = [];
    const phaseOnly = (example: number, drawnAt: number) => {
      drawn.push(example);
      return `${example}@${phase(drawnAt)}` as unknown as TrainingRow;
    };
    const plain = new PersistentBatch(phaseOnly, phased, undefined, alike);
    const ahead = new PersistentBatch(phaseOnly, phased, undefined, alike);
    for (let step = 1; step <= 9; step++) {
      const before = drawn.length;
      ahead.drawAhead(step + 1);
      const logits = [0, 1, 2].map((row) => Math.sin(5 * step + 2 * row));
      const drawnAhead = drawn.length;
      ahead.advance(logits, step + 1);
      if (step !== 5 && step !== 6) expect(drawn.length).toBe(drawnAhead);
      expect(drawnAhead - before).toBeLessThanOrEqual(3);
      plain.advance(logits, step + 1);
      expect(ahead.rows).toEqual(plain.rows);
      expect(ahead.state).toEqual(plain.state);
    }
  });

  it('gives small rows the first of the free places', () => {
    const sizes = [3, 1, 2, 9, 4];
    const sizeOf = (row: TrainingRow) => sizes[Number(String(row).split('@')[0])] as number;
    const batch = new PersistentBatch(draw, settings, undefined, sizeOf);
    expect(batch.rows).toEqual(['1@1', '2@1', '0@1']);
    batch.advance([1, -1, 1], 2);
    expect(batch.rows).toEqual(['4@2', '2@1', '3@2']);
    expect(batch.state.places.map(({ example }) => example)).toEqual([4, 2, 3]);
  });

  it('makes some rows go on though they want to halt', () => {
    const explores = parseTrainingSettings({ batchSize: 3, haltMaxSteps: 3, haltExploration: 1 });
    const batch = new PersistentBatch(draw, explores, undefined, alike);
    batch.advance(HALT, 2);
    expect(batch.rows).toEqual(['0@1', '1@1', '2@1']);
  });
});
