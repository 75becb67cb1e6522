import type { AbstainReason } from '../../domain/index.js';

/**
 * The values of labels that can only have a few. What is none of them counts as `other`, so that nothing from outside
 * becomes a time series. A test compares them with what the rooms that they come from emit.
 */

export const DECISIONS = ['selected', 'none-applies', 'resolved', 'escalated', 'aborted'] as const;

export const PHASE_OUTCOMES = [
  'taken',
  'none-applies',
  'below-threshold',
  'abstained',
  'refused',
  'failed',
  'timed-out',
  'skipped',
] as const;

export const ABSTAIN_REASONS = [
  'none-applies',
  'missing-parameter',
  'invalid-parameter',
  'no-evidence',
  'unknown-function',
  'contradiction',
  'unreadable-answer',
] as const satisfies readonly AbstainReason[];

export const GUARDRAIL_CHECKS = [
  'resolved',
  'catalog',
  'parameters',
  'targets',
  'kubernetes-names',
  'metacharacters',
  'namespaces',
  'confidence',
  'destructive',
  'kill-switch',
  'storm',
  'ineffective',
  'in-progress',
  'duplicate',
  'cooldown',
  'mode',
  'approval',
  'state-unavailable',
] as const;

export const GUARDRAIL_MODES = ['suggest', 'approve', 'auto'] as const;

/** `failed`: it came to no end. */
export const REMEDIATION_OUTCOMES = ['acted', 'refused', 'nothing', 'undelivered', 'failed'] as const;

/** `failed`: neither the sink nor the time was the reason. */
export const DELIVERY_RESULTS = [
  'delivered',
  'dead-lettered',
  'refused',
  'unavailable',
  'timeout',
  'aborted',
  'invalid',
  'failed',
] as const;

export const ACTION_OUTCOMES = ['effective', 'ineffective', 'failed', 'unknown'] as const;

export const PROVIDER_REASONS = [
  'unavailable',
  'overloaded',
  'timeout',
  'unauthorized',
  'model-missing',
  'unsupported',
  'bad-request',
  'bad-response',
  'out-of-domain',
  'deadline',
  'low-confidence',
] as const;

export const RUNTIME_EVENTS = ['execution-provider-fallback', 'execution-provider-skipped', 'worker-lost'] as const;

export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

export type BreakerState = (typeof BREAKER_STATES)[number];

/** Why the service answered a request with a refusal. */
export const REFUSALS = [
  'missing',
  'invalid',
  'expired',
  'scope',
  'rate-limit',
  'too-large',
  'malformed',
  'overloaded',
  'timeout',
  'draining',
  'other',
] as const;

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** What stands for a value that is none of those that were foreseen. */
export const OTHER = 'other';

/** What stands for no value. */
export const NONE = 'none';
