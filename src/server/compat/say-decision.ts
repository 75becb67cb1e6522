import type { ToolCall } from '../../domain/index.js';
import type { ChainDecision } from '../../remediation/chain/index.js';
import { fitFormat } from './format/fit-format.js';
import type { Format } from './format/read-format.js';

/** In what form a decision is told. */
export interface Form {
  /** Whether a chosen function is answered with a tool call. */
  readonly callable: boolean;
  /** Tool that is called when no function is chosen, where there is one. */
  readonly none: string | undefined;
  readonly format: 'json' | Format | undefined;
}

/** A decision in words or as a call. */
export interface Saying {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

/**
 * Tells a decision: as a tool call when a function was chosen and may be called; else in the shape that was asked for;
 * else, where tools were offered, in a sentence on why none is called; else as JSON `{lambda_function, parameters,
 * reasoning, confidence}`, where `lambda_function` is null unless the decision was accepted.
 *
 * @returns undefined when the answer cannot be put into the shape that was asked for
 */
export function sayDecision(decision: ChainDecision, { callable, none, format }: Form): Saying | undefined {
  const { lambdaFunction, parameters, reasoning, confidence } = decision;
  if (callable) {
    if (lambdaFunction !== null) return { text: '', calls: [{ name: lambdaFunction, arguments: parameters }] };
    if (none !== undefined) return { text: '', calls: [{ name: none, arguments: {} }] };
    if (format === undefined) return { text: whyNot(decision), calls: [] };
  }
  const json = (value: unknown): Saying => ({ text: JSON.stringify(value), calls: [] });
  if (format === undefined || format === 'json') {
    return json({ lambda_function: lambdaFunction, parameters, reasoning, confidence });
  }
  const fitted = fitFormat(format.schema, { lambdaFunction, parameters, reasoning, confidence });
  return fitted && format.accepts(fitted) ? json(fitted) : undefined;
}

/** Why no function is called, with what each phase said. */
export function whyNot({ reasoning, attempts }: ChainDecision): string {
  const said = attempts
    .filter(({ outcome }) => outcome !== 'skipped')
    .map(({ phase, reason }) => `- ${phase}: ${reason}`);
  return [`No function is called: ${reasoning}`, ...said].join('\n');
}
