import { abortError, createDeadline, remainingMsOf } from '../../../core/deadline.js';
import { redact } from '../../../core/redact.js';
import { untilAborted } from '../../../core/until-aborted.js';
import { describeValue, quote } from '../../../domain/describe.js';
import type { TextProvider } from '../../../domain/index.js';
import { jsonObjectsOf } from '../../retrieval/index.js';
import { ANSWER_TOKENS, type FunctionPrompt, functionPrompt } from './function-prompt.js';

export interface FunctionQuestion extends Omit<FunctionPrompt, 'none'> {
  readonly provider: TextProvider;
  /** Milliseconds for the answer; less where the signal's deadline leaves less. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a model chose, that it chose none, or why there is no answer to go by. */
export type FunctionAnswer =
  | { readonly kind: 'chosen'; readonly lambdaFunction: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' | 'failed'; readonly detail: string };

/** What is left of a phase's time when the model has not answered, so that it can go by its other evidence. */
const SHARE_OF_TIME = 0.8;

/**
 * Asks a model for one of several functions, or none. What it names beyond them is an unreadable answer, and a failure of
 * the provider or its time limit is an answer, too. Throws only when the signal fires.
 */
export async function askForFunction(question: FunctionQuestion): Promise<FunctionAnswer> {
  const { provider, functions, timeoutMs, signal } = question;
  const names = functions.map(({ name }) => name);
  const none = names.includes('none') ? '(none)' : 'none';
  const deadline = createDeadline({
    signal,
    timeoutMs: Math.min(timeoutMs, remainingMsOf(signal) * SHARE_OF_TIME),
  });
  try {
    const result = await untilAborted(
      () =>
        provider.doGenerate({
          messages: functionPrompt({ ...question, none }),
          temperature: 0,
          maxTokens: ANSWER_TOKENS,
          ...(provider.capabilities.jsonSchema && { jsonSchema: answerSchema([...names, none]) }),
          signal: deadline.signal,
        }),
      deadline.signal,
    );
    const text: unknown = result?.text;
    if (typeof text !== 'string') return { kind: 'unreadable', detail: `expected text, got ${describeValue(text)}` };
    const name = readName(text, [...names, none]);
    if (name === undefined) return { kind: 'unreadable', detail: `expected one of the functions, got ${quote(text)}` };
    return name === none ? { kind: 'none' } : { kind: 'chosen', lambdaFunction: name };
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    return { kind: 'failed', detail: redact(error instanceof Error ? error.message : String(error)).slice(0, 300) };
  } finally {
    deadline.dispose();
  }
}

function answerSchema(names: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: { lambda_function: { type: 'string', enum: names } },
    required: ['lambda_function'],
    additionalProperties: false,
  };
}

/** The name that an answer gives, as JSON or by itself. */
function readName(text: string, names: readonly string[]): string | undefined {
  const bare = text.trim().replace(/^["'`]+|["'`.]+$/g, '');
  for (const object of jsonObjectsOf(text)) {
    const name = object.lambda_function === null ? names.at(-1) : object.lambda_function;
    if (typeof name === 'string') return names.includes(name) ? name : undefined;
  }
  return names.includes(bare) ? bare : undefined;
}
