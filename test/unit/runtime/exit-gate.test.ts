import { expect, it } from 'vitest';
import { ExitGate } from '../../../src/runtime/engine/exit-gate.js';

it('lets requests pass until it is closed, from either end', () => {
  const exiting = new ExitGate();
  const worker = new ExitGate(exiting.memory);
  expect(worker.enter()).toBe(true);
  worker.leave();
  exiting.close(1000);
  expect(worker.enter()).toBe(false);
  // The refused request does not count as one that is inside: this returns at once.
  exiting.close(Number.POSITIVE_INFINITY);
});
