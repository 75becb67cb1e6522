import { quote } from '../../domain/describe.js';
import type { Abstention, Selector, SelectorOutcome, SelectRequest } from '../../domain/selection/selector.js';
import { resolveCall } from '../call/index.js';

export interface AnnotationSelectorOptions {
  /**
   * Confidence, 0 to 1, of a call that the alert's own rule names. Default 0.95: whoever wrote the rule meant it, but
   * nobody has measured how often such rules are right.
   */
  readonly confidence?: number | undefined;
}

const DEFAULT_CONFIDENCE = 0.95;
/** What a template leaves behind when it was not rendered, or rendered without the value. */
const LEFTOVER = /\{\{|\}\}|<no value>|%![a-zA-Z]\(/;

/**
 * The phase that takes the alert at its word: annotations `lambda_function`, and `lambda_parameters` as a JSON object.
 * A function outside the catalog, a template that was not rendered and a target that is not among the alert's labels
 * are refused. Parameters that are left out come from the labels.
 */
export function createAnnotationSelector(options: AnnotationSelectorOptions = {}): Selector {
  const { confidence = DEFAULT_CONFIDENCE } = options;
  return {
    specificationVersion: 'v1',
    name: 'annotation',
    doSelect: async (request) => select(request, confidence),
  };
}

function select({ alert, catalog }: SelectRequest, confidence: number): SelectorOutcome {
  const lambdaFunction = alert.annotations.lambda_function?.trim() ?? '';
  if (lambdaFunction === '') return abstain('no-evidence', 'the alert has no annotation lambda_function');
  if (LEFTOVER.test(lambdaFunction)) {
    return abstain('unreadable-answer', 'lambda_function holds a template that was not rendered');
  }
  const parameters = readParameters(alert.annotations.lambda_parameters ?? '');
  if (typeof parameters === 'string') return abstain('unreadable-answer', parameters);

  const call = resolveCall({ alert, catalog }, { lambdaFunction, parameters, by: 'annotation' });
  if (call.kind === 'refused') return abstain(call.reason, call.detail);
  if (call.guessed.length > 0) {
    return abstain('missing-parameter', `several labels could be ${call.guessed.join(' and ')}; say which one`);
  }
  return {
    kind: 'selected',
    lambdaFunction,
    parameters: call.parameters,
    parameterOrigins: call.parameterOrigins,
    confidence,
    reasoning: `the alert's own annotation names ${quote(lambdaFunction)}`,
    evidence: [{ kind: 'annotation', source: 'lambda_function', text: lambdaFunction }],
  };
}

/** The parameters, or what is wrong with them in words. */
function readParameters(text: string): Record<string, unknown> | string {
  if (text.trim() === '') return {};
  if (LEFTOVER.test(text)) return 'lambda_parameters holds a template that was not rendered';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'lambda_parameters is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'lambda_parameters is no JSON object';
  return value as Record<string, unknown>;
}

function abstain(reason: Abstention['reason'], detail: string): Abstention {
  return { kind: 'abstained', reason, detail };
}
