import { triggerId } from '../../../../src/cloudevents/trigger/trigger-id.js';
import type { Action } from '../../../../src/domain/action/action.js';
import type { Alert } from '../../../../src/domain/index.js';
import { Remediator, type RemediatorOptions } from '../../../../src/remediation/acting/index.js';
import type { ChainDecision } from '../../../../src/remediation/chain/index.js';
import { actionOf, guard } from '../guardrails/actions.js';

/** The id under which a sink knows the action. */
export function eventIdOf({ alert, call }: Pick<Action, 'alert' | 'call'>): string {
  return triggerId({ alert, ...call, policyVersion: 'test' });
}

/** What a chain says that is sure of a call. */
export function decisionOf(alert: Alert): ChainDecision {
  const { call, confidence, phase } = actionOf(alert);
  return {
    outcome: 'selected',
    ...call,
    confidence,
    phase,
    reasoning: 'it crashes',
    evidence: [],
    attempts: [],
    correlationId: 'one',
    durationMs: 1,
  };
}

/** A chain that would restart the pod of every alert. */
export const RESTARTING: RemediatorOptions['chain'] = {
  decide: async (alert) => decisionOf(alert as Alert),
};

/** A chain that knows nothing. */
export const IGNORANT: RemediatorOptions['chain'] = {
  decide: async (alert) => ({
    ...decisionOf(alert as Alert),
    outcome: 'escalated',
    lambdaFunction: null,
    phase: null,
    confidence: 0,
  }),
};

/** A sink that counts how often it has accepted each event; what `before` rejects with is what it fails with. */
export function countingSink(
  before: (action: Action, options: { readonly signal: AbortSignal }) => Promise<unknown> = async () => undefined,
) {
  const accepted = new Map<string, number>();
  const asked: Action[] = [];
  const dispatcher: RemediatorOptions['dispatcher'] = {
    async dispatch(action, options) {
      asked.push(action);
      await before(action, options);
      const eventId = eventIdOf(action);
      accepted.set(eventId, (accepted.get(eventId) ?? 0) + 1);
      return { eventId };
    },
  };
  return { accepted, asked, dispatcher };
}

/** A remediator in the mode `auto`, with what it has told so far. */
export function remediating(options: Partial<RemediatorOptions> = {}) {
  const remediator = new Remediator({
    chain: RESTARTING,
    guardrails: guard(),
    dispatcher: countingSink().dispatcher,
    ...options,
  });
  const told: string[] = [];
  const errors: unknown[] = [];
  remediator.events.on('remediation_ended', ({ remediation }) => told.push(remediation.outcome));
  remediator.events.on('remediation_joined', () => told.push('joined'));
  for (const name of ['remediation_failed', 'confirmation_failed', 'release_failed'] as const) {
    remediator.events.on(name, ({ error }) => {
      told.push(name);
      errors.push(error);
    });
  }
  return { remediator, told, errors };
}

/** A promise with its resolver. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}
