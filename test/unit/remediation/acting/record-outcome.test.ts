import { describe, expect, it } from 'vitest';
import type { LambdaResult } from '../../../../src/cloudevents/index.js';
import { createOutcomeRecorder } from '../../../../src/remediation/acting/record-outcome.js';
import type { OutcomeReport } from '../../../../src/remediation/guardrails/index.js';
import { createMemoryIncidentStore, type Incident } from '../../../../src/remediation/retrieval/incidents/index.js';
import { createFewShotSelector } from '../../../../src/remediation/selectors/few-shot.js';
import { actionOf, alertOf, CATALOG, firingAgain, guard, handClock, refusedBy } from '../guardrails/actions.js';

const NOW = Date.parse('2026-01-31T08:05:00Z');
const ALERT = alertOf();
const { call: CALL } = actionOf(ALERT);

/** A result as `handleLambdaEvents` tells it. */
function resultOf(id: string, outcome: LambdaResult['outcome'], changes: Partial<LambdaResult> = {}): LambdaResult {
  const { lambdaFunction, parameters } = CALL;
  const origin = { id, source: '/agent-sre/remediation', type: 'io.homelab.agent-sre.lambda.trigger' };
  return {
    call: {
      lambdaFunction,
      parameters,
      alert: ALERT,
      origin,
      confidence: 0.9,
      triggeredBy: 'rules',
      correlationId: 'c',
    },
    disposition: outcome === 'failed' ? 'failed' : 'handled',
    outcome,
    ...changes,
  };
}

/** Guardrails and incidents that keep what they are told, or fail. */
function listeners(failing: { readonly guardrails?: Error; readonly incidents?: Error } = {}) {
  const reports: OutcomeReport[] = [];
  const kept: Incident[] = [];
  const record = createOutcomeRecorder({
    clock: () => NOW,
    guardrails: {
      async recordOutcome(report) {
        if (failing.guardrails) throw failing.guardrails;
        reports.push(report);
      },
    },
    incidents: {
      async add(incident) {
        if (failing.incidents) throw failing.incidents;
        kept.push(incident);
      },
    },
  });
  return { reports, kept, record };
}

describe('an outcome', () => {
  it.each(['effective', 'ineffective', 'failed', 'unknown'] as const)('reaches both as %s', async (outcome) => {
    const { reports, kept, record } = listeners();
    await record(resultOf('event-1', outcome));
    const call = { lambdaFunction: 'pod-restart', parameters: CALL.parameters };
    expect(reports).toEqual([{ eventId: 'event-1', alert: ALERT, call, outcome, at: NOW }]);
    expect(kept).toEqual([{ id: 'event-1', alert: ALERT, call, outcome, at: '2026-01-31T08:05:00.000Z' }]);
  });

  it.each(['running', 'duplicate', 'expired'] as const)('is none where nothing ran: %s', async (disposition) => {
    const { reports, kept, record } = listeners();
    await record(resultOf('event-1', undefined, { disposition }));
    expect([reports, kept]).toEqual([[], []]);
  });

  it('reaches the one when the other fails, and says what failed', async () => {
    const deaf = listeners({ guardrails: new Error('the store is away') });
    await expect(deaf.record(resultOf('event-1', 'effective'))).rejects.toThrow('the store is away');
    expect(deaf.kept).toHaveLength(1);
    const full = listeners({ incidents: new Error('the disk is full') });
    await expect(full.record(resultOf('event-1', 'effective'))).rejects.toThrow('the disk is full');
    expect(full.reports).toHaveLength(1);
    const both = listeners({ guardrails: new Error('away'), incidents: new Error('full') });
    await expect(both.record(resultOf('event-1', 'effective'))).rejects.toMatchObject({
      errors: [{ message: 'away' }, { message: 'full' }],
    });
  });

  it('needs no incidents', async () => {
    const reports: OutcomeReport[] = [];
    const guardrails = { recordOutcome: async (report: OutcomeReport) => void reports.push(report) };
    await createOutcomeRecorder({ guardrails })(resultOf('event-1', 'effective'));
    expect(reports).toMatchObject([{ eventId: 'event-1', outcome: 'effective' }]);
  });
});

describe('what was told', () => {
  it('stops the next attempt after two in vain, however often each was told, until one was effective', async () => {
    const { read: clock } = handClock();
    const guardrails = guard({ clock, policy: { disabled: ['cooldown', 'duplicate'] } });
    const record = createOutcomeRecorder({ guardrails, clock });
    const next = firingAgain(actionOf(ALERT), 1);
    for (const id of ['event-1', 'event-1', 'event-1']) await record(resultOf(id, 'ineffective'));
    expect((await guardrails.evaluate(next)).act).toBe(true);
    await record(resultOf('event-2', 'failed'));
    expect(refusedBy(await guardrails.evaluate(next))).toEqual(['ineffective']);
    await record(resultOf('event-3', 'effective'));
    expect((await guardrails.evaluate(next)).act).toBe(true);
  });

  it('decides the next alert of the kind, by the last outcome of each event', async () => {
    const store = createMemoryIncidentStore();
    const guardrails = guard();
    const record = createOutcomeRecorder({ guardrails, incidents: store });
    const selector = createFewShotSelector({ store });
    const alert = alertOf({ pod: 'cart-7', namespace: 'cart' });
    const signal = new AbortController().signal;
    const ask = () => selector.doSelect({ alert, catalog: CATALOG, signal });
    for (const id of ['event-1', 'event-2', 'event-3']) await record(resultOf(id, 'unknown'));
    expect(await ask()).toMatchObject({ kind: 'abstained', reason: 'no-evidence' });
    for (const id of ['event-1', 'event-2', 'event-3']) await record(resultOf(id, 'effective'));
    expect(await store.all()).toHaveLength(3);
    expect(await ask()).toMatchObject({
      kind: 'selected',
      lambdaFunction: 'pod-restart',
      parameters: { name: 'cart-7', namespace: 'cart' },
    });
  });
});
