import type { Alert, ParameterOrigin, ParameterValue } from '../../domain/index.js';

/** Every check by name; a refusal carries the name of the check that made it. */
export const GUARDRAIL_NAMES = [
  /** The alert must be firing. */
  'resolved',
  /** The function must be in the catalog. */
  'catalog',
  /** The parameters must be valid by the function's schema, which must declare every one of them. */
  'parameters',
  /** Every target must be a value of the alert's own labels or a declared default. */
  'targets',
  /** Namespaces and names of objects must be names by the rules of Kubernetes. */
  'kubernetes-names',
  /** No text may hold a character that a shell, a path or a query gives a meaning to. */
  'metacharacters',
  /** Functions that change something may do so in permitted namespaces only. */
  'namespaces',
  /** The confidence must reach the floor of the function's risk. */
  'confidence',
  /** A destructive function acts without a person only when the policy names it. */
  'destructive',
  /** Nobody may have pulled the kill switch. */
  'kill-switch',
  /** Not too many distinct actions may be asked for at once. */
  'storm',
  /** Attempts on the target must not have been in vain. */
  'ineffective',
  /** The same alert must not be acted on at this moment, possibly by a replica that has died: later it may be. */
  'in-progress',
  /** An alert acts once each time it fires. */
  'duplicate',
  /** Neither the target nor the function may be called too often. */
  'cooldown',
  /** The mode, and in `auto` its lists, must permit it. */
  'mode',
  /** A person must have said yes, where one is asked. */
  'approval',
  /** What the checks remember must be within reach. */
  'state-unavailable',
] as const;

export type GuardrailName = (typeof GUARDRAIL_NAMES)[number];

/** `suggest` never acts, `approve` asks a person, `auto` acts. */
export type GuardrailMode = 'suggest' | 'approve' | 'auto';

/** The call of a function that a decision names. */
export interface GuardedCall {
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly parameterOrigins: Readonly<Record<string, ParameterOrigin>>;
}

/** What is to be done, and on what it rests. */
export interface GuardedAction {
  readonly alert: Alert;
  readonly call: GuardedCall;
  /** Probability in [0, 1] that the whole call is right. */
  readonly confidence: number;
  /** Phase of the chain that decided. */
  readonly phase: string;
}

/** Why an action may not be taken. */
export interface Refusal {
  readonly check: GuardrailName;
  /** One sentence, without secrets, of at most 300 characters. */
  readonly detail: string;
}

export interface Verdict {
  /** Whether the action may be taken; it then holds its places for a while, see `Guardrails`. */
  readonly act: boolean;
  readonly mode: GuardrailMode;
  /** Empty exactly when `act` is true. */
  readonly refusals: readonly Refusal[];
  /** The checks that were run, in order; a check that comes after a refusal may not have been. */
  readonly checks: readonly GuardrailName[];
}

/** How an action ended. */
export interface OutcomeReport {
  /** Id of the event that carried the action; the same id counts once. */
  readonly eventId?: string | undefined;
  readonly alert: Alert;
  readonly call: Pick<GuardedCall, 'lambdaFunction' | 'parameters'>;
  /** `failed`: the function itself failed, which helps as little as an ineffective attempt and counts as one. */
  readonly outcome: 'effective' | 'ineffective' | 'failed' | 'unknown';
  /** When it was known, in milliseconds since 1970. */
  readonly at: number;
}
