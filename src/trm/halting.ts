import { ConfigurationError } from '../core/errors.js';
import type { RowCarry } from './recurrent-model.js';

/** States of a request around its newest supervision step. */
export interface HaltStates {
  /** State after the step. */
  readonly carry: RowCarry;
  /** State before it; undefined for the first step, which starts from H_init and L_init. */
  readonly previousCarry: RowCarry | undefined;
}

/**
 * Decides after a supervision step whether a request is done.
 *
 * @param output what the model said after this step
 * @param step supervision steps done, 1 or more
 */
export type HaltRule<Output> = (output: Output, step: number, states: HaltStates) => boolean;

/**
 * Halts when the model's own head says so, as the reference does in training: q_halt over the threshold.
 *
 * @param threshold logit; 0 is a probability of one half
 */
export function haltOnQ(threshold = 0): HaltRule<{ readonly qHalt: number }> {
  checkNumber('threshold', threshold);
  return ({ qHalt }) => qHalt > threshold;
}

/**
 * Halts when a confidence reaches the threshold.
 *
 * @param threshold in the confidence's own unit
 * @param confidenceOf reads the confidence off an output, for instance its calibrated probability
 */
export function haltOnConfidence<Output>(
  threshold: number,
  confidenceOf: (output: Output) => number,
): HaltRule<Output> {
  checkNumber('threshold', threshold);
  return (output) => confidenceOf(output) >= threshold;
}

/**
 * Halts when a step hardly moves the answer z_H any more: root mean square of its change at or under the tolerance.
 * Since z_H has a root mean square of 1, the tolerance is relative. Never halts at the first step.
 */
export function haltOnFixedPoint(tolerance: number): HaltRule<unknown> {
  checkNumber('tolerance', tolerance);
  return (_output, _step, { carry, previousCarry }) =>
    previousCarry !== undefined && rootMeanSquareChange(previousCarry.zH, carry.zH) <= tolerance;
}

/** Halts after so many supervision steps, 1 or more. */
export function haltAfter(steps: number): HaltRule<unknown> {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new ConfigurationError(`steps: expected a whole number of 1 or more, received ${String(steps)}`);
  }
  return (_output, step) => step >= steps;
}

/** Halts as soon as one of the rules does. */
export function haltOnAny<Output>(...rules: readonly HaltRule<Output>[]): HaltRule<Output> {
  return (output, step, states) => rules.some((rule) => rule(output, step, states));
}

function rootMeanSquareChange(before: Float32Array, after: Float32Array): number {
  let sum = 0;
  for (const [index, value] of after.entries()) sum += (value - (before[index] ?? Number.NaN)) ** 2;
  return Math.sqrt(sum / after.length);
}

function checkNumber(name: string, value: number): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return;
  throw new ConfigurationError(`${name}: expected a number, received ${String(value)}`);
}
