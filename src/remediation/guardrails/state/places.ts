import { createHash } from 'node:crypto';
import { quote } from '../../../domain/describe.js';
import { alertFingerprint, type RemediationFunction } from '../../../domain/index.js';
import type { CooldownWindow, ResolvedPolicy } from '../policy.js';
import { callIdentity, describeTarget, targetIdentity } from '../target.js';
import type { GuardedAction, GuardrailName, OutcomeReport } from '../verdict.js';

/** Keys of the store of which an action has to take one. */
export interface Place {
  readonly check: GuardrailName;
  readonly keys: readonly string[];
  /** Milliseconds for which a key is taken by what was done. */
  readonly ttlMs: number;
  /** What it means that none is free, in one sentence. */
  readonly full: string;
}

/** A digest that stands for text of any length and content, 128 bits of SHA-256. */
export function digest(...identity: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}

/** What makes two firings of an alert the same one. */
export function firingDigest(alert: GuardedAction['alert']): string {
  return digest(alertFingerprint(alert), instantOf(alert.startsAt));
}

/** Names a firing of an alert, for people. */
export function describeFiring(alert: GuardedAction['alert']): string {
  return `the alert ${quote(alertFingerprint(alert))}, started ${alert.startsAt ?? 'at a time unknown'}`;
}

/** What an action takes when it is taken, in the order of taking: what is its own first, what many share last. */
export function placesOf(
  { alert, call }: Pick<GuardedAction, 'alert' | 'call'>,
  definition: RemediationFunction | undefined,
  policy: ResolvedPolicy,
): readonly Place[] {
  const places: Place[] = [];
  if (!policy.disabled.includes('duplicate')) {
    const { windowMs, withoutStartMs } = policy.duplicates;
    const { startsAt } = alert;
    places.push({
      check: 'duplicate',
      keys: [`duplicate/${firingDigest(alert)}`],
      ttlMs: startsAt === undefined ? withoutStartMs : windowMs,
      full: `${describeFiring(alert)}, has acted already`,
    });
  }
  if (policy.disabled.includes('cooldown')) return places;
  const scopes: readonly (readonly [string, string, readonly CooldownWindow[], string])[] = [
    [
      'target',
      digest(...targetIdentity(definition, call)),
      policy.cooldowns.target,
      `on ${quote(describeTarget(definition, call))}`,
    ],
    ['function', digest(call.lambdaFunction), policy.cooldowns.function, `of ${quote(call.lambdaFunction)}`],
  ];
  for (const [scope, id, windows, subject] of scopes) {
    for (const { limit, windowMs } of windows) {
      places.push({
        check: 'cooldown',
        keys: slots(`cooldown/${scope}/${limit}-in-${windowMs}/${id}`, limit),
        ttlMs: windowMs,
        full: `the limit of ${limit} in ${windowMs / 1000} s ${subject} is reached`,
      });
    }
  }
  return places;
}

/** Key that is taken while a person is asked about a call. */
export function approvalKey(call: OutcomeReport['call']): string {
  return `approval/${callDigest(call)}`;
}

/** Key that is taken while the breaker is open. */
export const STORM_OPEN = 'storm/open';

/** The distinct actions that may be asked for in a window. */
export function stormPlace({ storm: { limit, windowMs, coolOffMs } }: ResolvedPolicy): Place {
  return {
    check: 'storm',
    keys: slots(`storm/${limit}-in-${windowMs}`, limit),
    ttlMs: windowMs,
    full: `more than ${limit} distinct actions in ${windowMs / 1000} s, so nothing is done for ${coolOffMs / 1000} s`,
  };
}

/** The attempts in vain on a target that are borne with. */
export function ineffectivePlace(
  definition: RemediationFunction | undefined,
  call: OutcomeReport['call'],
  { ineffective: { limit, windowMs } }: ResolvedPolicy,
): Place {
  const target = describeTarget(definition, call);
  return {
    check: 'ineffective',
    keys: slots(`ineffective/${limit}-in-${windowMs}/${digest(...targetIdentity(definition, call))}`, limit),
    ttlMs: windowMs,
    full: `${limit} attempts on ${quote(target)} were in vain; a person has to look`,
  };
}

/** Who holds the places of a call that is asked for: the same call is the same holder, however often it comes. */
export function callDigest(call: OutcomeReport['call']): string {
  return digest(...callIdentity(call));
}

/** Who holds the place of an attempt in vain: the same report is the same holder, however often it comes. */
export function reportDigest({ eventId, alert, call, at }: OutcomeReport): string {
  if (eventId !== undefined) return digest('event', eventId);
  return digest('attempt', alertFingerprint(alert), instantOf(alert.startsAt), callIdentity(call), at);
}

function slots(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}/${index}`);
}

/** The same instant is the same, however it is written. */
function instantOf(startsAt: string | undefined): string | number | null {
  if (startsAt === undefined) return null;
  const instant = Date.parse(startsAt);
  return Number.isNaN(instant) ? startsAt : instant;
}
