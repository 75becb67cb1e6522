import type { TrainingSettings } from './settings.js';

/** Learning rate of a step (from 1): linear warm-up, constant, linear decay to a twentieth. */
export function learningRateAt(step: number, settings: TrainingSettings): number {
  const { learningRate, warmUpSteps, steps, decayShare } = settings;
  if (step <= warmUpSteps) return (learningRate * step) / Math.max(warmUpSteps, 1);
  const decaySteps = Math.max(1, Math.round(steps * decayShare));
  const left = Math.max(steps - step, 0);
  return learningRate * Math.max(Math.min(1, left / decaySteps), 0.05);
}

/** Decay of the averaged weights; shorter at the start, so that the average forgets the initial weights. */
export function emaDecayAt(step: number, settings: TrainingSettings): number {
  return Math.min(settings.emaDecay, (1 + step) / (10 + step));
}

/** The phase of the curriculum that a step (from 1) belongs to. */
export function phaseAt(step: number, settings: TrainingSettings): TrainingSettings['curriculum'][number] {
  const share = step / settings.steps;
  const phase = settings.curriculum.find(({ until }) => share <= until) ?? settings.curriculum.at(-1);
  return phase as TrainingSettings['curriculum'][number];
}
