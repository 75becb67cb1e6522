import { createDeadline } from '../core/deadline.js';
import { untilAborted } from '../core/until-aborted.js';
import type { TextProvider } from '../domain/index.js';
import { fallThrough } from './attempts/fall-through.js';
import type { TRMClientEmitter, TRMStreamEvent } from './events.js';
import type { ClientSettings } from './options.js';
import type { AnswerObserver, AnswerOutcome, AnswerTask } from './reflection/answer-task.js';
import { recurse } from './reflection/native-recursion.js';
import { selfRefine } from './reflection/self-refine.js';
import type { ParsedRequest } from './request.js';
import type { Attempt, TRMResponse } from './response.js';

/** What a client lends to one request. */
export interface RequestScope {
  readonly settings: ClientSettings;
  readonly events: TRMClientEmitter;
  readonly providers: () => Promise<readonly TextProvider[]>;
  /** Where the events of a stream go; left out when nobody streams. */
  readonly sink?: ((event: TRMStreamEvent) => void) | undefined;
}

/**
 * Answers one checked request: one deadline over all calls, providers in order, reflection as the provider allows.
 * Throws as `TRMClient.generate` does.
 */
export async function answerRequest(request: ParsedRequest, scope: RequestScope): Promise<TRMResponse> {
  const { settings, events, sink } = scope;
  const start = performance.now();
  const conversationId = request.conversationId ?? globalThis.crypto.randomUUID();
  const attempts: Attempt[] = [];
  const warnings = new Set<string>();
  let tokensUsed = 0;

  const deadline = createDeadline({ signal: request.signal, timeoutMs: settings.config.timeoutMs.value });
  const { signal } = deadline;
  const warn = (warning: string): void => {
    warnings.add(warning);
  };
  const taskFor = (provider: TextProvider): AnswerTask => ({
    provider,
    request,
    threshold: settings.config.confidenceThreshold.value,
    contextTokens: settings.config.contextTokens.value,
    scoring: {
      prompt: request.prompt,
      context: request.context,
      map: settings.confidenceMap,
      embedder: settings.embedder,
      verify: settings.verify,
      signal,
      warn,
    },
    signal,
    observer: observerFor(provider.name, conversationId, scope),
    warn,
    countTokens: (tokens) => {
      tokensUsed += tokens;
    },
  });
  const answerWith = async (provider: TextProvider): Promise<AnswerOutcome> => {
    const task = taskFor(provider);
    const outcome = await (provider.capabilities.recursion === 'native' ? recurse(task) : selfRefine(task));
    const confidences = outcome.trace.map(({ confidence }) => confidence);
    events.emit('trm_reflection_steps', {
      conversationId,
      provider: provider.name,
      steps: confidences.length,
      confidences,
    });
    return outcome;
  };

  try {
    const providers = untilAborted(scope.providers, signal);
    // A client that is only now made ready says so before its first request does.
    await Promise.allSettled([providers]);
    events.emit('trm_generation_started', {
      conversationId,
      promptLength: request.prompt.length,
      reflectionMode: request.reflectionMode,
      maxReflectionSteps: request.maxReflectionSteps,
    });
    const { provider, outcome } = await fallThrough(await providers, answerWith, {
      fallbackBelow: settings.config.fallbackBelow.value,
      signal,
      onAttempt: (attempt) => attempts.push(attempt),
      onFallback: ({ provider: from, reason = 'failed', message }, { name: to }) => {
        events.emit('trm_provider_fallback', { conversationId, from, to, reason, message });
        sink?.({ type: 'fallback', from, to, reason, message });
      },
    });
    const { trace, ...answered } = outcome;
    const response: TRMResponse = {
      ...answered,
      reflectionSteps: trace.length,
      reflectionTrace: trace,
      durationMs: performance.now() - start,
      tokensUsed,
      provider: provider.name,
      attempts,
      conversationId,
      warnings: [...warnings],
    };
    events.emit('trm_generation_completed', {
      conversationId,
      provider: provider.name,
      modelName: response.modelName,
      confidence: response.confidence,
      reflectionSteps: response.reflectionSteps,
      stopReason: response.stopReason,
      tokensUsed,
      durationMs: response.durationMs,
      attempts,
    });
    return response;
  } catch (error) {
    events.emit('trm_generation_failed', { conversationId, error, durationMs: performance.now() - start, attempts });
    throw error;
  } finally {
    deadline.dispose();
  }
}

/** Turns what happens while an answer is made into events of the client and of the stream. */
function observerFor(
  provider: string,
  conversationId: string,
  { settings, events, sink }: RequestScope,
): AnswerObserver {
  const threshold = settings.config.confidenceThreshold.value;
  return {
    ...(sink && {
      onDelta: (step: number, text: string) => sink({ type: 'answer-delta', provider, step, text }),
    }),
    onReflectionStart: (step) => sink?.({ type: 'reflection-start', provider, step }),
    onReflectionEnd: (step, reflection) =>
      sink?.({ type: 'reflection-end', provider, step, ...(reflection && { reflection }) }),
    onThresholdReached: (step, confidence) => {
      events.emit('trm_confidence_threshold_reached', { conversationId, provider, step, confidence, threshold });
    },
    onNoImprovement: (step, confidence, bestConfidence) => {
      events.emit('trm_no_improvement', { conversationId, provider, step, confidence, bestConfidence });
    },
  };
}
