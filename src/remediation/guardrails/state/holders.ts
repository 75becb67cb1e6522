import { randomUUID } from 'node:crypto';
import type { GuardedAction } from '../verdict.js';
import { firingDigest } from './places.js';

const PENDING = 'pending/';
const DONE = 'done/';

/**
 * What the holders of places begin with while an action for an alert may be under way. It tells the alert, since what
 * stands in the way of its redelivery is then the redelivered action itself.
 */
export function pendingPrefix(alert: GuardedAction['alert']): string {
  return `${PENDING}${firingDigest(alert)}/`;
}

/** A new holder for an action that may be under way. */
export function pendingHolder(alert: GuardedAction['alert']): string {
  return `${pendingPrefix(alert)}${randomUUID()}`;
}

/** The holder for the same action once it was done. */
export function doneHolder(pending: string): string {
  return pending.replace(PENDING, DONE);
}

/** Whether a place is held by an action that was done. */
export function isDone(holder: string | undefined): boolean {
  return holder !== undefined && !holder.startsWith(PENDING);
}
