import type { DemonstrationInput } from '../../../domain/index.js';
import type { Incident } from '../incidents/incident.js';

/**
 * What an incident teaches: the call that was effective, or that doing nothing was right. Undefined for calls that
 * did not help or whose effect nobody has reported: there is nothing to follow.
 */
export function incidentDemonstration({ alert, call, outcome }: Incident): DemonstrationInput | undefined {
  if (outcome !== 'effective') return undefined;
  return { alert, lambdaFunction: call?.lambdaFunction ?? null, parameters: call?.parameters ?? {} };
}
