import type { GenerateResult } from '../../domain/index.js';
import { normalizeAnswer } from '../confidence/agreement.js';
import { type Score, scoreAnswer } from '../confidence/score-answer.js';
import { answerPrompt, critiquePrompt, refinePrompt } from '../prompts/prompts.js';
import { ReflectionMode } from '../request.js';
import type { ReflectionStep, StopReason } from '../response.js';
import { type AnswerOutcome, type AnswerTask, ask, stopReasonOf, throwIfGivenUp } from './answer-task.js';

/** Tokens of one critique at most: a few short points. */
const CRITIQUE_TOKENS = 256;

/** An answer with its score. */
interface Candidate extends Score {
  readonly result: GenerateResult;
}

/**
 * Answers with a provider that has no recursion of its own: answer, critique, refine (Self-Refine, Madaan et al.
 * 2023). Every refinement is scored by evidence from outside the conversation; one that does not score higher than
 * the answer that it refines is not taken, since without such evidence models make right answers wrong about as often
 * as the other way round (Huang et al. 2023). When the deadline strikes, or the provider fails, after the first
 * answer, the best so far stands.
 *
 * Throws as `callProvider` does before the first answer, and AbortedError at any time.
 */
export async function selfRefine(task: AnswerTask): Promise<AnswerOutcome> {
  const { request, threshold, observer, signal } = task;
  const auto = request.reflectionMode === ReflectionMode.AUTO;
  const trace: ReflectionStep[] = [];
  let best = await firstAnswer(task);
  const finish = (stopReason: StopReason): AnswerOutcome => ({
    answer: best.result.text,
    confidence: best.confidence,
    evidence: best.evidence,
    trace,
    stopReason,
    finishReason: best.result.finishReason,
    modelName: best.result.modelId,
  });

  if (request.reflectionMode === ReflectionMode.NEVER) return finish('reflection-off');
  if (best.confidence > threshold) {
    observer.onThresholdReached(0, best.confidence);
    if (auto) return finish('confidence');
  }
  for (let step = 1; step <= request.maxReflectionSteps; step++) {
    observer.onReflectionStart(step);
    let reflection: Reflection;
    try {
      reflection = await reflect(task, step, best);
    } catch (error) {
      observer.onReflectionEnd(step, undefined);
      const stopReason = stopReasonOf(error, signal);
      if (stopReason === undefined) throw error;
      const message = error instanceof Error ? error.message : String(error);
      task.warn(`reflection ${step} was broken off: ${message}`);
      return finish(stopReason);
    }
    const { record, refined } = reflection;
    trace.push(record);
    observer.onReflectionEnd(step, record);
    if (record.taken) best = refined;

    if (record.taken && best.confidence > threshold) {
      observer.onThresholdReached(step, best.confidence);
      if (auto) return finish('confidence');
    }
    if (!record.taken) observer.onNoImprovement(step, record.confidence, best.confidence);
    if (auto && normalizeAnswer(record.initialAnswer) === normalizeAnswer(record.refinedAnswer)) {
      return finish('fixed-point');
    }
    if (auto && !record.taken) return finish('no-improvement');
  }
  return finish('max-steps');
}

async function firstAnswer(task: AnswerTask): Promise<Candidate> {
  const { request, contextTokens, observer } = task;
  const limits = { contextTokens, maxTokens: request.maxTokens };
  return candidate(task, answerPrompt(request, limits), undefined, streamOf(observer.onDelta, 0));
}

interface Reflection {
  readonly record: ReflectionStep;
  readonly refined: Candidate;
}

async function reflect(task: AnswerTask, step: number, best: Candidate): Promise<Reflection> {
  const { request, contextTokens, observer } = task;
  const { maxTokens } = request;
  const critiqueTokens = Math.min(maxTokens ?? CRITIQUE_TOKENS, CRITIQUE_TOKENS);
  const critique = await ask(
    task,
    critiquePrompt(request, best.result.text, { contextTokens, maxTokens: critiqueTokens }),
    { maxTokens: critiqueTokens },
  );
  const prompt = refinePrompt(request, best.result.text, critique.text, { contextTokens, maxTokens });
  const refined = await candidate(task, prompt, best.result.text, streamOf(observer.onDelta, step));
  return {
    refined,
    record: {
      step,
      initialAnswer: best.result.text,
      initialConfidence: best.confidence,
      reflection: critique.text,
      refinedAnswer: refined.result.text,
      confidence: refined.confidence,
      improvementScore: refined.confidence - best.confidence,
      taken: refined.confidence > best.confidence,
      evidence: refined.evidence,
    },
  };
}

/** Asks for an answer and scores it. */
async function candidate(
  task: AnswerTask,
  prompt: Parameters<typeof ask>[1],
  predecessor: string | undefined,
  onDelta: ((text: string) => void) | undefined,
): Promise<Candidate> {
  const { provider, request } = task;
  const call = {
    ...(request.maxTokens !== undefined && { maxTokens: request.maxTokens }),
    ...(provider.capabilities.logprobs && { logprobs: true }),
  };
  const result = await ask(task, prompt, call, onDelta);
  const score = await scoreAnswer(result, predecessor, task.scoring);
  throwIfGivenUp(task.signal);
  return { result, ...score };
}

function streamOf(
  onDelta: ((step: number, text: string) => void) | undefined,
  step: number,
): ((text: string) => void) | undefined {
  return onDelta && ((text) => onDelta(step, text));
}
