import { abortError, createDeadline, throwIfAborted } from '../core/deadline.js';
import {
  ConfigurationError,
  DeadlineExceededError,
  NoProviderAvailableError,
  ProviderError,
  type ProviderFailure,
} from '../core/errors.js';
import { untilAborted } from '../core/until-aborted.js';
import type { GenerateCall, GenerateResult, TextProvider } from '../domain/text/index.js';
import { fitCall } from './protocol/fit-call.js';

/** One provider that was asked, and what came of it. */
export interface FallbackAttempt {
  readonly provider: string;
  /** `rejected`: it answered, and `acceptResult` did not take the answer. */
  readonly outcome: 'answered' | 'failed' | 'rejected';
  /** Of a failure: its kind. Of a rejection: what `acceptResult` said. */
  readonly reason?: ProviderFailure | (string & {});
  /** Of a failure: the error's message, which holds no secret. */
  readonly message?: string;
  readonly durationMs: number;
}

/** The next provider is asked, and what was streamed so far is void. */
export interface FallbackNotice {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface FallbackPolicy {
  /** Milliseconds for each provider, or by name; left out for no limit but that of the call. */
  readonly timeoutMs?: number | Readonly<Record<string, number>> | undefined;
  /** Whether an answer is good enough: `true`, or the reason why not, such as `confidence 0.41 is below 0.7`. */
  readonly acceptResult?: ((result: GenerateResult, provider: string) => true | string) | undefined;
  /** Called before the next provider is asked; deltas that came before belong to an answer that is given up. */
  readonly onFallback?: ((notice: FallbackNotice) => void) | undefined;
}

export interface FallbackResult {
  readonly result: GenerateResult;
  /** Name of the provider that `result` is from. */
  readonly provider: string;
  /** Everyone who was asked, in order. A result that was not good enough has the outcome `rejected` here. */
  readonly attempts: readonly FallbackAttempt[];
}

interface Answer {
  readonly provider: string;
  readonly result: GenerateResult;
}

/**
 * Asks providers in order until one answers well enough. Every ProviderError, a time limit of one provider and a
 * rejected answer lead to the next; the call's own deadline or abort does not. When nobody answers well enough the
 * best rejected answer is returned (highest confidence of its last step, else the first), and its attempt says so.
 * What a provider cannot do (see its capabilities) is left out of its call and noted in the result's warnings.
 *
 * @returns a function that rejects with NoProviderAvailableError when nobody answers, AbortedError or
 *   DeadlineExceededError when the call's signal fires
 * @throws ConfigurationError without providers or for a time limit that is no number above 0
 */
export function withFallback(
  providers: readonly TextProvider[],
  policy: FallbackPolicy = {},
): (call: GenerateCall) => Promise<FallbackResult> {
  if (providers.length === 0) throw new ConfigurationError('providers: expected one provider or more');
  const limits = providers.map(({ name }) => timeLimit(policy.timeoutMs, name));

  return async (call) => {
    const attempts: FallbackAttempt[] = [];
    const rejected: Answer[] = [];
    for (const [index, provider] of providers.entries()) {
      throwIfAborted(call.signal);
      const previous = attempts.at(-1);
      if (previous) policy.onFallback?.(notice(previous, provider.name));
      const start = performance.now();
      const outcome = await ask(provider, call, limits[index]);
      const durationMs = performance.now() - start;
      if ('error' in outcome) {
        const { reason, message } = outcome.error;
        attempts.push({ provider: provider.name, outcome: 'failed', reason, message, durationMs });
        continue;
      }
      const { result } = outcome;
      const verdict = policy.acceptResult?.(result, provider.name) ?? true;
      if (verdict === true) {
        attempts.push({ provider: provider.name, outcome: 'answered', durationMs });
        return { result, provider: provider.name, attempts };
      }
      attempts.push({ provider: provider.name, outcome: 'rejected', reason: verdict, durationMs });
      rejected.push({ provider: provider.name, result });
    }
    const best = bestOf(rejected);
    const last = attempts.at(-1);
    if (!best) throw new NoProviderAvailableError(attempts.map(explain));
    if (last && rejected.at(-1) === best && last.outcome === 'rejected') return { ...best, attempts };
    // Who reads the stream has the deltas of another answer by now.
    if (last) policy.onFallback?.(notice(last, best.provider));
    call.onDelta?.(best.result.text);
    return { ...best, attempts };
  };
}

/** Asks one provider within its time. Gives its ProviderError back; rejects with everything else. */
async function ask(
  provider: TextProvider,
  call: GenerateCall,
  timeoutMs: number | undefined,
): Promise<{ result: GenerateResult } | { error: ProviderError }> {
  const deadline = createDeadline({ signal: call.signal, timeoutMs });
  const { call: fitted, warnings } = fitCall(call, provider.capabilities);
  const { onDelta } = fitted;
  let listening = true;
  const own: GenerateCall = {
    ...fitted,
    signal: deadline.signal,
    // A provider that does not stop in time must not write into the answer of the next one.
    ...(onDelta && { onDelta: (text: string) => (listening ? onDelta(text) : undefined) }),
  };
  try {
    const result = await untilAborted(() => provider.doGenerate(own), deadline.signal);
    return { result: warnings.length === 0 ? result : { ...result, warnings: [...result.warnings, ...warnings] } };
  } catch (error) {
    if (call.signal.aborted) throw abortError(call.signal);
    if (ProviderError.isInstance(error)) return { error };
    if (DeadlineExceededError.isInstance(error) && deadline.signal.aborted) {
      return {
        error: new ProviderError(provider.name, 'timeout', `no answer within ${timeoutMs} ms`, { cause: error }),
      };
    }
    throw error;
  } finally {
    listening = false;
    deadline.dispose();
  }
}

function timeLimit(timeoutMs: FallbackPolicy['timeoutMs'], provider: string): number | undefined {
  const limit = typeof timeoutMs === 'object' && Object.hasOwn(timeoutMs, provider) ? timeoutMs[provider] : timeoutMs;
  if (limit === undefined || typeof limit === 'object') return undefined;
  if (!(limit > 0)) throw new ConfigurationError(`timeoutMs: expected a number above 0, received ${String(limit)}`);
  return limit;
}

function notice(previous: FallbackAttempt, to: string): FallbackNotice {
  return { from: previous.provider, to, reason: previous.reason ?? previous.outcome };
}

function explain({ provider, reason = 'unavailable', message = '' }: FallbackAttempt): {
  provider: string;
  reason: string;
  message: string;
} {
  return { provider, reason, message };
}

function bestOf(answers: readonly Answer[]): Answer | undefined {
  let best: Answer | undefined;
  for (const answer of answers) {
    if (!best || confidenceOf(answer) > confidenceOf(best)) best = answer;
  }
  return best;
}

/** An answer without a confidence is worth less than any that has one. */
function confidenceOf({ result }: Answer): number {
  return result.steps?.at(-1)?.confidence ?? -1;
}
