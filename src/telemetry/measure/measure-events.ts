import { AbortedError, DeadlineExceededError, DeliveryError, InvalidInputError } from '../../core/errors.js';
import type { AttemptSeen, DecisionSeen, Handlers, ProviderAttemptSeen, VerdictSeen } from '../observer/events.js';
import type { LabelBounds } from './label-bounds.js';
import type { Meters } from './metrics.js';
import {
  ABSTAIN_REASONS,
  ACTION_OUTCOMES,
  DECISIONS,
  GUARDRAIL_CHECKS,
  GUARDRAIL_MODES,
  NONE,
  PHASE_OUTCOMES,
  PROVIDER_REASONS,
  REMEDIATION_OUTCOMES,
  RUNTIME_EVENTS,
} from './values.js';

/** Counts what is observed. */
export function measureEvents(meters: Meters, bounds: LabelBounds): Handlers {
  return { ...measureChain(meters, bounds), ...measureActing(meters, bounds), ...measureText(meters, bounds) };
}

function measureChain(meters: Meters, bounds: LabelBounds): Handlers {
  return {
    phase_started: ({ phase, threshold }) =>
      meters.set('confidence_threshold', { tier: bounds.name('tier', phase) }, threshold),
    phase_ended({ attempt }) {
      const tier = bounds.name('tier', attempt.phase);
      const outcome = bounds.oneOf(PHASE_OUTCOMES, attempt.outcome);
      meters.count('phase_attempts_total', { tier, outcome });
      if (outcome !== 'skipped') meters.record('selection_duration_seconds', { tier }, attempt.durationMs / 1000);
      if (attempt.confidence !== undefined) meters.record('confidence', { tier }, attempt.confidence);
      const abstention = abstentionOf(attempt);
      if (abstention !== undefined) {
        meters.count('abstentions_total', { reason: bounds.oneOf(ABSTAIN_REASONS, abstention) });
      }
    },
    chain_decided({ decision }) {
      const outcome = bounds.oneOf(DECISIONS, decision.outcome);
      meters.count('selections_total', {
        tier: bounds.name('tier', decision.phase),
        decision: outcome,
        function: bounds.functionName(decision.lambdaFunction),
      });
      meters.record('decision_duration_seconds', { decision: outcome }, decision.durationMs / 1000);
      for (const { from, to, reason } of fallbacksOf(decision)) {
        meters.count('fallbacks_total', {
          from: bounds.name('tier', from),
          to: bounds.name('tier', to),
          reason: bounds.oneOf(PHASE_OUTCOMES, reason),
        });
      }
      if (decision.decision) meters.record('supervision_steps', {}, decision.decision.iterations);
    },
    chain_aborted: () => meters.count('selections_total', { tier: NONE, decision: 'aborted', function: NONE }),
  };
}

function measureActing(meters: Meters, bounds: LabelBounds): Handlers {
  // Guardrails that are watched and the Remediator that asks them both tell of the same verdict.
  const counted = new WeakSet<VerdictSeen>();
  const judged = (verdict: VerdictSeen): void => {
    if (counted.has(verdict)) return;
    counted.add(verdict);
    const mode = bounds.oneOf(GUARDRAIL_MODES, verdict.mode);
    meters.count('guardrail_verdicts_total', { mode, result: verdict.act ? 'act' : 'refuse' });
    for (const { check } of verdict.refusals) {
      meters.count('guardrail_refusals_total', { check: bounds.oneOf(GUARDRAIL_CHECKS, check) });
    }
  };
  return {
    guardrails_judged: ({ verdict }) => judged(verdict),
    remediation_ended({ remediation }) {
      if (remediation.verdict) judged(remediation.verdict);
      meters.count('remediations_total', {
        outcome: bounds.oneOf(REMEDIATION_OUTCOMES, remediation.outcome),
        function: bounds.functionName(remediation.decision.lambdaFunction),
      });
    },
    remediation_failed: () => meters.count('remediations_total', { outcome: 'failed', function: NONE }),
    remediation_joined: () => meters.count('remediations_joined_total', {}),
    confirmation_failed: () => meters.count('settlement_failures_total', { step: 'confirm' }),
    release_failed: () => meters.count('settlement_failures_total', { step: 'release' }),
    event_delivered({ status, attempts, durationMs }) {
      countDelivery(meters, bounds, { result: 'delivered', status, attempts, durationMs });
    },
    event_undelivered({ error, durationMs }) {
      const known = DeliveryError.isInstance(error) ? error : undefined;
      const { status, attempts = 0 } = known ?? {};
      countDelivery(meters, bounds, { result: deliveryResult(error), status, attempts, durationMs });
    },
    outcome_recorded: ({ lambdaFunction, outcome }) =>
      meters.count('outcomes_total', {
        function: bounds.functionName(lambdaFunction),
        outcome: bounds.oneOf(ACTION_OUTCOMES, outcome),
      }),
    runtime_event(event) {
      const provider =
        event.type === 'execution-provider-fallback'
          ? event.from
          : event.type === 'execution-provider-skipped'
            ? event.provider
            : null;
      meters.count('runtime_events_total', {
        event: bounds.oneOf(RUNTIME_EVENTS, event.type),
        provider: bounds.name('accelerator', provider),
      });
    },
  };
}

function measureText(meters: Meters, bounds: LabelBounds): Handlers {
  return {
    trm_generation_completed({ provider: name, confidence, reflectionSteps, tokensUsed, durationMs }) {
      const provider = bounds.name('provider', name);
      meters.count('generations_total', { provider, outcome: 'completed' });
      meters.record('generation_duration_seconds', { provider }, durationMs / 1000);
      meters.record('generation_confidence', { provider }, confidence);
      meters.record('reflection_steps', { provider }, reflectionSteps);
      if (tokensUsed > 0) meters.count('tokens_total', { provider }, tokensUsed);
    },
    trm_generation_failed({ durationMs }) {
      meters.count('generations_total', { provider: NONE, outcome: 'failed' });
      meters.record('generation_duration_seconds', { provider: NONE }, durationMs / 1000);
    },
    trm_provider_fallback: ({ from, to, reason }) =>
      meters.count('provider_fallbacks_total', {
        from: bounds.name('provider', from),
        to: bounds.name('provider', to),
        reason: providerReason(bounds, reason),
      }),
  };
}

/** Why a phase named no function; undefined when it did not say that. */
function abstentionOf({ outcome, reason }: AttemptSeen): string | undefined {
  if (outcome === 'none-applies') return outcome;
  if (outcome !== 'abstained') return undefined;
  // A chain writes the reason before the words of the selector.
  const colon = reason.indexOf(':');
  return colon < 0 ? reason : reason.slice(0, colon);
}

/** From each phase that was asked and not taken to the one that was asked after it; `null` when that was nobody. */
export function fallbacksOf({
  attempts,
}: DecisionSeen): readonly { readonly from: string; readonly to: string | null; readonly reason: string }[] {
  const asked = attempts.filter(({ outcome }) => outcome !== 'skipped');
  return asked
    .map(({ phase, outcome }, index) => ({ from: phase, to: asked[index + 1]?.phase ?? null, reason: outcome }))
    .filter(({ reason }) => reason !== 'taken' && reason !== 'none-applies');
}

/** What became of an event that was not delivered. */
export function deliveryResult(error: unknown): string {
  if (DeliveryError.isInstance(error)) return error.deadLettered ? 'dead-lettered' : error.reason;
  if (AbortedError.isInstance(error) || DeadlineExceededError.isInstance(error)) return 'aborted';
  return InvalidInputError.isInstance(error) ? 'invalid' : 'failed';
}

/** The kind of a provider's failure, which is a closed set. */
export function providerReason(bounds: LabelBounds, reason: ProviderAttemptSeen['reason']): string {
  return bounds.oneOf(PROVIDER_REASONS, reason ?? '');
}

function countDelivery(
  meters: Meters,
  bounds: LabelBounds,
  delivery: {
    readonly result: string;
    readonly status: number | undefined;
    readonly attempts: number;
    readonly durationMs: number;
  },
): void {
  const { result, status, attempts, durationMs } = delivery;
  meters.count('events_total', { result });
  meters.record('event_delivery_duration_seconds', { result }, durationMs / 1000);
  if (attempts > 0) meters.count('event_delivery_attempts_total', { code: bounds.status(status) });
  if (attempts > 1) meters.count('event_delivery_attempts_total', { code: 'retried' }, attempts - 1);
}
