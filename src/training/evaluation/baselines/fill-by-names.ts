import type { ParameterOrigin } from '../../../domain/index.js';
import { resolveCall } from '../../../remediation/call/index.js';
import type { BaselineAnswer, Choice, Question } from './baseline.js';

const NO_ORIGINS: Readonly<Record<string, ParameterOrigin>> = {};

/**
 * Fills the parameters of a chosen function by names alone, the same way for every baseline: the label that is called
 * like the parameter, else one of the kind that it names, else any that may fill it; then declared rules and defaults. A
 * function that cannot be called with what the alert holds becomes none, as it does for a model.
 */
export function fillByNames(question: Question, { lambdaFunction, confidence }: Choice): BaselineAnswer {
  if (lambdaFunction === null) return { lambdaFunction, confidence, parameterOrigins: NO_ORIGINS };
  const call = resolveCall(question, { lambdaFunction, by: 'baseline' });
  return call.kind === 'call'
    ? { lambdaFunction, confidence, parameterOrigins: call.parameterOrigins }
    : { lambdaFunction: null, confidence, parameterOrigins: NO_ORIGINS };
}
