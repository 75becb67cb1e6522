import {
  AbortedError,
  AgentTrmError,
  DeadlineExceededError,
  DisposedError,
  InvalidInputError,
  OverloadedError,
  ProviderError,
  type ProviderFailure,
} from '../../core/errors.js';

/** What ends the request, or is the caller's mistake, whoever is asked next. */
const NOT_OURS = [AbortedError, DeadlineExceededError, DisposedError, ProviderError];

/**
 * The failure of a provider that an error of the model or the machine stands for, so that the next provider is asked;
 * every other error as it is.
 *
 * @param what begins the message, such as `the model cannot be loaded`
 * @param remedy ends it: what to do about it
 */
export function asProviderError(provider: string, what: string, error: unknown, remedy = ''): unknown {
  if (!AgentTrmError.isInstance(error) || NOT_OURS.some((type) => type.isInstance(error))) return error;
  return new ProviderError(provider, reasonOf(error), `${what}: ${error.message}${remedy}`, { cause: error });
}

function reasonOf(error: AgentTrmError): ProviderFailure {
  if (InvalidInputError.isInstance(error)) return 'bad-request';
  return OverloadedError.isInstance(error) ? 'overloaded' : 'unavailable';
}
