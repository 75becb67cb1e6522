import { ExecutionProviderError, InferenceError, InvalidInputError } from '../../core/errors.js';
import type { ProviderFailure, WorkerFailure } from './protocol.js';

/** The message of anything thrown, in one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, ' ');
}

/** Packs an error of the worker for the way to the caller's thread. */
export function toFailure(error: unknown): WorkerFailure {
  if (ExecutionProviderError.isInstance(error)) return { kind: 'library', message: error.message };
  if (InvalidInputError.isInstance(error)) return { kind: 'input', message: error.message };
  return { kind: 'inference', message: messageOf(error) };
}

/** Unpacks it there. */
export function fromFailure(failure: WorkerFailure): Error {
  if (failure.kind === 'library') return new ExecutionProviderError(failure.message);
  if (failure.kind === 'input') return new InvalidInputError('', failure.message);
  return new InferenceError(failure.message);
}

/**
 * Why no provider could load a graph. The CPU provider can always start: when it fails, the graph is to blame
 * (InferenceError); else the error names each provider and its reason (ExecutionProviderError).
 */
export function loadError(session: string, failures: readonly ProviderFailure[], strict: boolean): Error {
  const cpu = failures.find(({ provider }) => provider === 'cpu');
  if (cpu) return new InferenceError(`onnxruntime cannot load the graph of session "${session}": ${cpu.reason}`);
  const tried = failures.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ');
  const advice = strict
    ? 'strict mode takes no other provider; leave strict off, or ask for one that this machine has'
    : 'add another provider to the list; "auto" or "cpu" always works';
  return new ExecutionProviderError(`no execution provider could start session "${session}" (${tried}); ${advice}`);
}
