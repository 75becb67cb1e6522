import { describe, expect, it } from 'vitest';
import { PersistentBatch } from '../../../../src/training/trainer/row-source.js';
import { parseTrainingSettings } from '../../../../src/training/trainer/settings.js';
import type { TrainingRow } from '../../../../src/training/trainer/targets.js';

/** A row that only says which example it is and when it was drawn. */
const draw = (example: number, drawnAt: number) => `${example}@${drawnAt}` as unknown as TrainingRow;
const settings = parseTrainingSettings({ batchSize: 3, haltMaxSteps: 2, haltExploration: 0 });
const HALT = [1, 1, 1];
const GO_ON = [-1, -1, -1];

describe('the persistent batch', () => {
  it('keeps a row until it halts or its steps are spent, and draws the next example in its place', () => {
    const batch = new PersistentBatch(draw, settings);
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
    const whole = new PersistentBatch(draw, explores);
    let parts = new PersistentBatch(draw, explores);
    for (let step = 1; step <= 30; step++) {
      whole.advance(logits(step), step + 1);
      parts.advance(logits(step), step + 1);
      if (step % 7 === 0) parts = new PersistentBatch(draw, explores, JSON.parse(JSON.stringify(parts.state)));
      expect(parts.rows).toEqual(whole.rows);
      expect(parts.reset).toEqual(whole.reset);
    }
  });

  it('makes some rows go on though they want to halt', () => {
    const explores = parseTrainingSettings({ batchSize: 3, haltMaxSteps: 3, haltExploration: 1 });
    const batch = new PersistentBatch(draw, explores);
    batch.advance(HALT, 2);
    expect(batch.rows).toEqual(['0@1', '1@1', '2@1']);
  });
});
