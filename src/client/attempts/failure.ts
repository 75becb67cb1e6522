import { DeadlineExceededError, OverloadedError, ProviderError } from '../../core/errors.js';

/**
 * Why a provider failed, when another one may be asked instead; undefined for everything else, such as a mistake in
 * the code of a provider, which must not be hidden behind the answer of the next one.
 *
 * Only for errors that came while the request's own signal had not fired: a deadline is then the provider's own.
 */
export function failureReason(error: unknown): string | undefined {
  if (ProviderError.isInstance(error)) return error.reason;
  if (DeadlineExceededError.isInstance(error)) return 'timeout';
  if (OverloadedError.isInstance(error)) return 'overloaded';
  return undefined;
}
