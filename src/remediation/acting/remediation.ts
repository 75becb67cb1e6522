import type { Alert } from '../../domain/alert/alert.js';
import type { ChainDecision } from '../chain/index.js';
import type { Verdict } from '../guardrails/index.js';

/**
 * What became of one alert: the action was accepted by its sink; the guardrails refused it (in the mode `suggest` always);
 * the chain named no function; the sink did not accept it, so that it may be tried again.
 */
export type RemediationOutcome = 'acted' | 'refused' | 'nothing' | 'undelivered';

/** One alert from its decision to its action. */
export interface Remediation {
  readonly alert: Alert;
  readonly outcome: RemediationOutcome;
  readonly decision: ChainDecision;
  /** Set when the chain named a function. */
  readonly verdict?: Verdict | undefined;
  /** Set when the outcome is `acted`. */
  readonly eventId?: string | undefined;
  /** What the sink failed with; set when the outcome is `undelivered`. */
  readonly error?: unknown;
}
