import { abortError } from '../../core/deadline.js';
import { AbortedError, DeadlineExceededError } from '../../core/errors.js';
import type { FinishReason, GenerateCall, GenerateResult, TextProvider } from '../../domain/index.js';
import { callProvider } from '../attempts/call-provider.js';
import { failureReason } from '../attempts/failure.js';
import type { Scoring } from '../confidence/score-answer.js';
import type { BuiltPrompt } from '../prompts/prompts.js';
import type { ParsedRequest } from '../request.js';
import type { ConfidenceEvidence, ReflectionStep, StopReason } from '../response.js';

/** Who is told while an answer is made. */
export interface AnswerObserver {
  /** A piece of the answer of a reflection step, 0 for the first answer; left out when nobody streams. */
  readonly onDelta?: ((step: number, text: string) => void) | undefined;
  readonly onReflectionStart: (step: number) => void;
  /** `reflection` is left out when the step was broken off. */
  readonly onReflectionEnd: (step: number, reflection: ReflectionStep | undefined) => void;
  readonly onThresholdReached: (step: number, confidence: number) => void;
  readonly onNoImprovement: (step: number, confidence: number, bestConfidence: number) => void;
}

/** One request as it is put to one provider. */
export interface AnswerTask {
  readonly provider: TextProvider;
  readonly request: ParsedRequest;
  /** Confidence, 0 to 1, over which reflection stops. */
  readonly threshold: number;
  readonly contextTokens: number;
  readonly scoring: Scoring;
  readonly signal: AbortSignal;
  readonly observer: AnswerObserver;
  readonly warn: (warning: string) => void;
  readonly countTokens: (tokens: number) => void;
}

/** What one provider came to. */
export interface AnswerOutcome {
  readonly answer: string;
  readonly confidence: number;
  readonly evidence: ConfidenceEvidence;
  readonly trace: readonly ReflectionStep[];
  readonly stopReason: StopReason;
  readonly finishReason: FinishReason;
  readonly modelName: string;
}

/** Puts a prompt to the task's provider; passes its warnings and token counts on. Throws as `callProvider` does. */
export async function ask(
  task: AnswerTask,
  { messages, warnings }: BuiltPrompt,
  call: Omit<GenerateCall, 'messages' | 'signal' | 'temperature' | 'onDelta'>,
  onDelta?: (text: string) => void,
): Promise<GenerateResult> {
  const { provider, request, signal } = task;
  for (const warning of warnings) task.warn(warning);
  let streamed = false;
  const result = await callProvider(provider, {
    ...call,
    messages,
    signal,
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(onDelta && {
      onDelta: (text: string) => {
        // A provider that does not heed the signal may go on after the request is over.
        if (signal.aborted) return;
        streamed = true;
        onDelta(text);
      },
    }),
  });
  // A provider that cannot stream gives its answer in one piece.
  if (onDelta && !streamed) onDelta(result.text);
  for (const warning of result.warnings) task.warn(`${provider.name}: ${warning}`);
  task.countTokens((result.usage.inputTokens ?? 0) + (result.usage.outputTokens ?? 0));
  return result;
}

/**
 * What an error means for a provider that has given an answer already: the reason to stop with that one, or undefined
 * when the error has to go on to the caller.
 */
export function stopReasonOf(error: unknown, signal: AbortSignal): 'deadline' | 'provider-error' | undefined {
  if (signal.aborted) return DeadlineExceededError.isInstance(abortError(signal)) ? 'deadline' : undefined;
  return failureReason(error) === undefined ? undefined : 'provider-error';
}

/** Throws AbortedError when the caller gave up. A deadline is not that: it ends the work, not the request. */
export function throwIfGivenUp(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const error = abortError(signal);
  if (AbortedError.isInstance(error)) throw error;
}
