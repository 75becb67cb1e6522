import {
  AbortedError,
  DeadlineExceededError,
  DeliveryError,
  DisposedError,
  EventError,
  ExecutionProviderError,
  InferenceError,
  InvalidInputError,
  ModelLoadError,
  OverloadedError,
  ProviderError,
} from '../../core/errors.js';
import { redact } from '../../core/redact.js';
import { AuthenticationUnavailableError } from '../auth/index.js';
import { Problem, type ProblemName } from './problem.js';

/**
 * The problem that an error stands for. What nobody foresaw is `internal`, of which the client learns nothing: its
 * message may hold anything.
 *
 * @param retryAfterSeconds for errors that pass
 */
export function problemOfError(error: unknown, retryAfterSeconds: number): Problem {
  if (error instanceof Problem) return error;
  const passing = (name: ProblemName, detail?: string): Problem =>
    new Problem(name, { detail, retryAfterSeconds, cause: error });
  if (InvalidInputError.isInstance(error)) {
    return new Problem('invalid-input', { detail: error.message, path: error.path, cause: error });
  }
  if (EventError.isInstance(error)) return problemOfEvent(error);
  if (OverloadedError.isInstance(error)) return passing('overloaded', error.message);
  if (DeadlineExceededError.isInstance(error)) return passing('deadline-exceeded');
  // The client is gone or the service is going; whoever still reads this may try again.
  if (AbortedError.isInstance(error)) return passing('unavailable', 'the work was given up');
  if (DisposedError.isInstance(error)) return passing('draining');
  if (DeliveryError.isInstance(error)) return passing('unavailable', 'the sink did not accept the event');
  if (InferenceError.isInstance(error)) return passing('unavailable', 'the model failed while it ran');
  if (AuthenticationUnavailableError.isInstance(error)) {
    return passing('unavailable', 'the keys that credentials are checked with are out of reach');
  }
  if (ModelLoadError.isInstance(error) || ExecutionProviderError.isInstance(error)) {
    return new Problem('model-refused', { detail: redact(error.message), cause: error });
  }
  if (ProviderError.isInstance(error)) return problemOfProvider(error, passing);
  return new Problem('internal', { cause: error });
}

function problemOfEvent(error: EventError): Problem {
  const name: ProblemName =
    error.reason === 'too-large' || error.reason === 'unsupported-media-type' ? error.reason : 'malformed';
  return new Problem(name, { detail: error.message, cause: error });
}

function problemOfProvider(error: ProviderError, passing: (name: ProblemName, detail?: string) => Problem): Problem {
  if (error.reason === 'out-of-domain') return new Problem('out-of-domain', { detail: error.message, cause: error });
  if (error.reason === 'bad-request') return new Problem('invalid-input', { detail: error.message, cause: error });
  if (error.reason === 'overloaded') return passing('overloaded', 'the provider has no room for more requests');
  if (error.reason === 'timeout') return passing('deadline-exceeded', 'the provider did not answer in time');
  return passing('unavailable', 'the provider cannot answer');
}
