import { abortError } from '../../core/deadline.js';
import { DeadlineExceededError, NoProviderAvailableError } from '../../core/errors.js';
import type { TextProvider } from '../../domain/index.js';
import type { AnswerOutcome } from '../reflection/answer-task.js';
import type { Attempt } from '../response.js';
import { failureReason } from './failure.js';

export interface FallThroughOptions {
  /** Confidence, 0 to 1, under which the next provider is asked. */
  readonly fallbackBelow: number;
  readonly signal: AbortSignal;
  /** Every attempt, as soon as it is over. */
  readonly onAttempt: (attempt: Attempt) => void;
  /** Called before the next provider is asked. */
  readonly onFallback: (from: Attempt, to: TextProvider) => void;
}

export interface ProviderOutcome {
  readonly provider: TextProvider;
  readonly outcome: AnswerOutcome;
}

/**
 * Asks providers in order until one answers with enough confidence. When none does, the answer with the highest
 * confidence stands, the earlier one of equals. When the deadline strikes after an answer, the best so far stands.
 *
 * @throws NoProviderAvailableError when every provider failed; DeadlineExceededError when the deadline struck before
 *   any answer; AbortedError when the caller gave up; any other error of a provider as it is
 */
export async function fallThrough(
  providers: readonly TextProvider[],
  answer: (provider: TextProvider) => Promise<AnswerOutcome>,
  options: FallThroughOptions,
): Promise<ProviderOutcome> {
  const { fallbackBelow, signal, onAttempt, onFallback } = options;
  const failures: { provider: string; reason: string; message: string }[] = [];
  let best: ProviderOutcome | undefined;

  for (const [index, provider] of providers.entries()) {
    const attempt = await tryProvider(provider, answer, fallbackBelow, signal);
    onAttempt(attempt.record);
    if (attempt.outcome) {
      const { outcome } = attempt;
      if (!best || outcome.confidence > best.outcome.confidence) best = { provider, outcome };
    } else {
      const { reason = 'failed', message } = attempt.record;
      failures.push({ provider: provider.name, reason, message });
    }
    if (attempt.record.outcome === 'answered') break;
    if (signal.aborted) {
      const error = abortError(signal);
      if (!best || !DeadlineExceededError.isInstance(error)) throw error;
      return { ...best, outcome: { ...best.outcome, stopReason: 'deadline' } };
    }
    const next = providers[index + 1];
    if (next) onFallback(attempt.record, next);
  }
  if (!best) throw new NoProviderAvailableError(failures);
  return best;
}

interface Tried {
  readonly record: Attempt;
  readonly outcome?: AnswerOutcome;
}

async function tryProvider(
  provider: TextProvider,
  answer: (provider: TextProvider) => Promise<AnswerOutcome>,
  fallbackBelow: number,
  signal: AbortSignal,
): Promise<Tried> {
  const start = performance.now();
  try {
    const outcome = await answer(provider);
    const { confidence, modelName } = outcome;
    const durationMs = performance.now() - start;
    const common = { provider: provider.name, modelId: modelName, durationMs, confidence };
    if (confidence >= fallbackBelow) return { record: { ...common, outcome: 'answered', message: '' }, outcome };
    const message = `${provider.name}: confidence ${confidence.toFixed(3)} is below ${fallbackBelow} (fallbackBelow)`;
    return { record: { ...common, outcome: 'low-confidence', reason: 'low-confidence', message }, outcome };
  } catch (error) {
    const reason = signal.aborted ? interruptionReason(signal) : failureReason(error);
    if (reason === undefined) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const durationMs = performance.now() - start;
    return {
      record: { provider: provider.name, modelId: provider.modelId, outcome: 'failed', reason, message, durationMs },
    };
  }
}

function interruptionReason(signal: AbortSignal): string {
  return DeadlineExceededError.isInstance(abortError(signal)) ? 'deadline' : 'aborted';
}
