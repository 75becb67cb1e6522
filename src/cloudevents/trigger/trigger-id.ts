import { createHash } from 'node:crypto';
import type { Alert } from '../../domain/alert/alert.js';
import { alertFingerprint } from '../../domain/alert/fingerprint.js';
import type { ParameterValue } from '../../domain/decision/decision.js';

/** What makes two triggers the same one. */
export interface TriggerIdentity {
  readonly alert: Pick<Alert, 'labels' | 'fingerprint' | 'startsAt'>;
  readonly lambdaFunction: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly policyVersion: string;
}

/**
 * The id of a trigger: the SHA-256, in 64 hexadecimal digits, of the alert's fingerprint and start, the function, its
 * parameters in the order of their names, and the version of the policy, as one JSON array (no separator that a part
 * could hold). So the same call for the same firing of an alert has the same id, however often it is delivered or
 * decided again.
 */
export function triggerId({ alert, lambdaFunction, parameters, policyVersion }: TriggerIdentity): string {
  const names = Object.keys(parameters).sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  const identity = [
    alertFingerprint(alert),
    instantOf(alert.startsAt),
    lambdaFunction,
    names.map((name) => [name, parameters[name]]),
    policyVersion,
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/** A start in one spelling: senders differ in zone and in the digits after the second. */
function instantOf(startsAt: string | undefined): string {
  const time = startsAt === undefined ? Number.NaN : Date.parse(startsAt);
  return Number.isNaN(time) ? (startsAt ?? '') : new Date(time).toISOString();
}
