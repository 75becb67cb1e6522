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

/** Recursion depth of a step (from 1). */
export function depthAt(
  step: number,
  settings: TrainingSettings,
): { readonly H_cycles: number; readonly L_cycles: number } {
  const share = step / settings.steps;
  const phase = settings.curriculum.find(({ until }) => share <= until) ?? settings.curriculum.at(-1);
  return phase as { H_cycles: number; L_cycles: number };
}
