import type { GenerateResult, RecursionStep } from '../../domain/index.js';
import { normalizeAnswer } from '../confidence/agreement.js';
import { scoreAnswer } from '../confidence/score-answer.js';
import type { BuiltPrompt } from '../prompts/prompts.js';
import { type ParsedRequest, ReflectionMode } from '../request.js';
import type { ReflectionStep, StopReason } from '../response.js';
import { type AnswerOutcome, type AnswerTask, ask, throwIfGivenUp } from './answer-task.js';

/**
 * Answers with a provider whose model recurses by itself: every supervision step is a reflection (TRM, Jolicoeur-
 * Martineau 2025, "Less is More: Recursive Reasoning with Tiny Networks", section 4). The confidences are the
 * provider's own, which are calibrated; hooks for evidence are not asked. The answer is that of the step with the
 * highest confidence, the later one of equals.
 *
 * Throws as `callProvider` does.
 */
export async function recurse(task: AnswerTask): Promise<AnswerOutcome> {
  const { request, threshold, observer } = task;
  const auto = request.reflectionMode === ReflectionMode.AUTO;
  const maxSteps = request.reflectionMode === ReflectionMode.NEVER ? 1 : request.maxReflectionSteps;
  const { onDelta } = observer;
  const result = await ask(
    task,
    conversationOf(request),
    {
      ...(request.context && { context: request.context }),
      ...(request.maxTokens !== undefined && { maxTokens: request.maxTokens }),
      recursion: { maxSteps, ...(auto && { stopConfidence: threshold }) },
    },
    onDelta && ((text) => onDelta(0, text)),
  );
  if (!result.steps || result.steps.length === 0) return withoutSteps(task, result);

  const { steps, stopReason } = cutAtStop(result.steps, request.reflectionMode, threshold);
  const { trace, best } = traceOf(steps, result.text);
  const common = { evidence: {}, stopReason, finishReason: result.finishReason, modelName: result.modelId };
  // The only step of an answer without reflection is the answer itself.
  if (request.reflectionMode === ReflectionMode.NEVER) {
    return { ...common, answer: best.text, confidence: best.confidence, trace: [] };
  }
  for (const step of trace) {
    observer.onReflectionStart(step.step);
    observer.onReflectionEnd(step.step, step);
  }
  const last = trace.at(-1) as ReflectionStep;
  if (last.confidence > threshold) observer.onThresholdReached(last.step, last.confidence);
  if (trace.length > 1 && !last.taken) observer.onNoImprovement(last.step, last.confidence, best.confidence);
  return { ...common, answer: best.text, confidence: best.confidence, trace };
}

/**
 * The conversation as it is: such a provider reads the context as the structure that it is (`GenerateCall.context`).
 * Rendered into the prompt it would stand there twice, and what is cut to a window of tokens, which a model of this
 * kind does not have, can no longer be read as an alert or a catalog.
 */
function conversationOf({ history, prompt }: ParsedRequest): BuiltPrompt {
  return { messages: [...history, { role: 'user', content: prompt }], warnings: [] };
}

/**
 * Leaves out what came after the stop, so that a provider that cannot stop early gives the same answer as one that
 * can: in AUTO, the first step with a confidence over the threshold, or that says the same as the one before.
 */
function cutAtStop(
  steps: readonly RecursionStep[],
  mode: ReflectionMode,
  threshold: number,
): { readonly steps: readonly RecursionStep[]; readonly stopReason: StopReason } {
  if (mode === ReflectionMode.NEVER) return { steps: steps.slice(0, 1), stopReason: 'reflection-off' };
  if (mode === ReflectionMode.AUTO) {
    for (const [index, { text, confidence }] of steps.entries()) {
      const reached = steps.slice(0, index + 1);
      if (confidence > threshold) return { steps: reached, stopReason: 'confidence' };
      const before = steps[index - 1];
      if (before && normalizeAnswer(before.text) === normalizeAnswer(text)) {
        return { steps: reached, stopReason: 'fixed-point' };
      }
    }
  }
  return { steps, stopReason: 'max-steps' };
}

function traceOf(
  steps: readonly RecursionStep[],
  finalText: string,
): { readonly trace: ReflectionStep[]; readonly best: RecursionStep } {
  // Steps without text are no answers; should all be so, the final text stands with nothing to vouch for it.
  let best: RecursionStep = { text: finalText, confidence: 0 };
  const trace = steps.map((step, index): ReflectionStep => {
    const before = steps[index - 1] ?? { text: '', confidence: 0 };
    const taken = step.text.trim() !== '' && step.confidence >= best.confidence;
    if (taken) best = step;
    return {
      step: index + 1,
      initialAnswer: before.text,
      initialConfidence: before.confidence,
      reflection: '',
      refinedAnswer: step.text,
      confidence: step.confidence,
      improvementScore: step.confidence - before.confidence,
      taken,
      evidence: {},
    };
  });
  return { trace, best };
}

async function withoutSteps(task: AnswerTask, result: GenerateResult): Promise<AnswerOutcome> {
  task.warn(`${task.provider.name}: gave no steps of its recursion; its answer is scored as any other`);
  const { confidence, evidence } = await scoreAnswer(result, undefined, task.scoring);
  throwIfGivenUp(task.signal);
  return {
    answer: result.text,
    confidence,
    evidence,
    trace: [],
    stopReason: 'max-steps',
    finishReason: result.finishReason,
    modelName: result.modelId,
  };
}
