import {
  AbortedError,
  AgentTrmError,
  CheckpointError,
  ConfigurationError,
  ExecutionProviderError,
  InvalidInputError,
  ModelLoadError,
  TrainingError,
} from '../core/errors.js';

/** Exit codes of the command line; --help lists them. */
export const EXIT = { done: 0, failure: 1, usage: 2, model: 3, unaccepted: 4, interrupted: 130 } as const;

/** The exit code for something thrown. */
export function exitCodeOf(error: unknown): number {
  if (AbortedError.isInstance(error)) return EXIT.interrupted;
  if (
    ModelLoadError.isInstance(error) ||
    ExecutionProviderError.isInstance(error) ||
    CheckpointError.isInstance(error)
  ) {
    return EXIT.model;
  }
  if (InvalidInputError.isInstance(error) || ConfigurationError.isInstance(error) || TrainingError.isInstance(error)) {
    return EXIT.usage;
  }
  return EXIT.failure;
}

/** One line for an expected error; the stack for one that nobody expected. */
export function messageOf(error: unknown): string {
  if (AgentTrmError.isInstance(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
