import { describe, expect, it, vi } from 'vitest';
import type { AlertReceiverOptions } from '../../../../src/cloudevents/index.js';
import { DeliveryError, InvalidInputError, OverloadedError } from '../../../../src/core/errors.js';
import { createMemoryGuardrailStore } from '../../../../src/remediation/guardrails/index.js';
import { actionOf, alertOf, guard } from '../guardrails/actions.js';
import { countingSink, eventIdOf, IGNORANT, remediating } from './subject.js';

const alert = alertOf();
const other = alertOf({ pod: 'web-0', namespace: 'web' });
const delivered = [{ alerts: [alert], origin: undefined }];
const failing = (error: unknown) => countingSink(() => Promise.reject(error));

describe('handle', () => {
  it('fits a receiver as it is, and says which event brought the alerts', async () => {
    const { asked, dispatcher } = countingSink();
    const { remediator } = remediating({ dispatcher });
    const onAlerts: AlertReceiverOptions['onAlerts'] = remediator.handle;
    const { signal } = new AbortController();
    const origin = { id: 'event-1', source: '/prometheus', type: 'fired', traceparent: '00-1-2-00' };
    const events = [
      { alerts: [alert], origin, expired: false },
      { alerts: [other], origin: undefined, expired: false },
    ];
    expect(await onAlerts(events, { signal })).toBeUndefined();
    expect(asked.map(({ alert: { labels }, causation }) => [labels.pod, causation])).toEqual([
      ['shop-0', origin],
      ['web-0', undefined],
    ]);
  });

  it('resolves for what is done with: acted on, refused for good, or nothing to do', async () => {
    const { asked, dispatcher } = countingSink();
    const { remediator, told } = remediating({ dispatcher });
    await remediator.handle(delivered);
    // A duplicate now.
    await remediator.handle(delivered);
    await remediator.handle([]);
    await remediator.handle([{ alerts: [] }]);
    await remediating({ chain: IGNORANT }).remediator.handle(delivered);
    await remediating({ guardrails: guard({ policy: { mode: 'suggest' } }) }).remediator.handle(delivered);
    expect(told).toEqual(['acted', 'refused']);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['the sink does not accept it', new DeliveryError('the sink is down')],
    ['the dispatcher fails otherwise', new TypeError('no such thing')],
  ])('rejects with what failed when %s', async (_, error) => {
    const { remediator } = remediating({ dispatcher: failing(error).dispatcher });
    await expect(remediator.handle(delivered)).rejects.toBe(error);
  });

  it('resolves for an event that the dead-letter callback has taken', async () => {
    const error = new DeliveryError('refused', { reason: 'refused', deadLettered: true });
    const { asked, dispatcher } = failing(error);
    const { remediator, told } = remediating({ dispatcher });
    await remediator.handle(delivered);
    expect(told).toEqual(['undelivered']);
    expect(asked).toHaveLength(1);
  });

  it('rejects as overloaded when the action is being taken by somebody else', async () => {
    const guardrails = guard();
    const taken = await guardrails.evaluate(actionOf(alert));
    const { asked, dispatcher } = countingSink();
    const { remediator } = remediating({ guardrails, dispatcher });
    const ended = remediator.handle(delivered);
    await expect(ended).rejects.toThrow(OverloadedError);
    await expect(ended).rejects.toThrow(/^refused for now \(in-progress\): .+; deliver the alert again$/);
    await guardrails.confirm(taken);
    await remediator.handle(delivered);
    expect(asked).toEqual([]);
  });

  it('rejects as overloaded when nobody can tell what was done', async () => {
    const store = { ...createMemoryGuardrailStore(), holders: () => Promise.reject(new Error('ECONNREFUSED')) };
    const { remediator } = remediating({ guardrails: guard({ store }) });
    await expect(remediator.handle(delivered)).rejects.toThrow(/^refused for now \(state-unavailable\).+ECONNREFUSED/);
  });

  it('brings every alert to its end before it rejects', async () => {
    const error = new DeliveryError('the sink is down');
    const { accepted, dispatcher } = countingSink(async ({ alert: { labels } }) => {
      if (labels.pod === 'shop-0') throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const { remediator, told } = remediating({ dispatcher });
    await expect(remediator.handle([...delivered, { alerts: [other] }])).rejects.toBe(error);
    expect(told).toEqual(['undelivered', 'acted']);
    expect([...accepted.keys()]).toEqual([eventIdOf(actionOf(other))]);
  });

  it('dispatches one action for an alert that comes twice', async () => {
    const { asked, dispatcher } = countingSink();
    const { remediator } = remediating({ dispatcher });
    await Promise.all([remediator.handle([...delivered, ...delivered]), remediator.handle(delivered)]);
    expect(asked).toHaveLength(1);
  });

  it('takes nothing when one of the alerts is faulty', async () => {
    const dispatch = vi.fn(() => new Promise<never>(() => undefined));
    const { remediator } = remediating({ dispatcher: { dispatch } });
    await expect(remediator.handle([...delivered, { alerts: [{} as never] }])).rejects.toThrow(InvalidInputError);
    expect(dispatch).not.toHaveBeenCalled();
  });
});
