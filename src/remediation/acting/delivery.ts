import { DeliveryError, OverloadedError } from '../../core/errors.js';
import type { Action } from '../../domain/action/action.js';
import type { Alert } from '../../domain/alert/alert.js';
import type { GuardrailName } from '../guardrails/index.js';
import type { Remediation } from './remediation.js';

/** Alerts as they came in one event or one webhook. What `createAlertReceiver` hands over has this shape. */
export interface AlertDelivery {
  readonly alerts: readonly Alert[];
  /** The event that brought them, where one did. */
  readonly origin?: Action['causation'];
}

/** Refusals that say nothing of the action, only of this moment. */
const PASSING: readonly GuardrailName[] = ['in-progress', 'state-unavailable'];

/**
 * Returns when nobody has to deliver the alert of a remediation again.
 *
 * @throws what the sink failed with, unless its dead-letter callback has taken the event; OverloadedError when the
 *   guardrails could not judge yet
 */
export function checkHandedOver({ outcome, verdict, error }: Remediation): void {
  if (outcome === 'undelivered') {
    if (DeliveryError.isInstance(error) && error.deadLettered) return;
    throw error;
  }
  const passing = verdict?.refusals.find(({ check }) => PASSING.includes(check));
  if (passing === undefined) return;
  throw new OverloadedError(`refused for now (${passing.check}): ${passing.detail}; deliver the alert again`);
}
