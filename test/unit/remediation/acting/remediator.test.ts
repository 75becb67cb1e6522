import { describe, expect, it, vi } from 'vitest';
import { createDeadline } from '../../../../src/core/deadline.js';
import {
  AbortedError,
  DeadlineExceededError,
  DeliveryError,
  DisposedError,
  InvalidInputError,
} from '../../../../src/core/errors.js';
import type { Alert } from '../../../../src/domain/index.js';
import { createMemoryGuardrailStore } from '../../../../src/remediation/guardrails/index.js';
import { actionOf, alertOf, guard, refusedBy } from '../guardrails/actions.js';
import { countingSink, decisionOf, eventIdOf, gate, IGNORANT, remediating } from './subject.js';

const alert = alertOf();
const expectedId = eventIdOf(actionOf(alert));
const refusal = new DeliveryError('the sink is down');
const never = () => new Promise<never>(() => undefined);

describe('an alert', () => {
  it('is acted on when the chain is sure, the guardrails permit it and the sink accepts it', async () => {
    const { asked, accepted, dispatcher } = countingSink();
    const guardrails = guard();
    const { remediator, told } = remediating({ dispatcher, guardrails });
    const causation = { id: 'event-1' };
    const [remediation] = await remediator.remediate(alert, { causation });
    expect(remediation).toMatchObject({ outcome: 'acted', eventId: expectedId, verdict: { act: true } });
    expect(asked).toMatchObject([{ alert, confidence: 0.99, phase: 'rules', correlationId: 'one', causation }]);
    expect([...accepted]).toEqual([[expectedId, 1]]);
    expect(told).toEqual(['acted']);
    // Confirmed, so that it is a duplicate from now on.
    const [again] = await remediator.remediate(alert);
    expect(again).toMatchObject({ outcome: 'refused' });
    expect(again?.verdict && refusedBy(again.verdict)).toEqual(['duplicate', 'cooldown']);
    expect(asked).toHaveLength(1);
  });

  it('reaches no sink when the chain names no function, or the guardrails refuse', async () => {
    const { asked, dispatcher } = countingSink();
    const ignorant = remediating({ dispatcher, chain: IGNORANT });
    expect(await ignorant.remediator.remediate(alert)).toMatchObject([{ alert, outcome: 'nothing' }]);
    const careful = remediating({ dispatcher, guardrails: guard({ policy: { mode: 'suggest' } }) });
    expect(await careful.remediator.remediate(alert)).toMatchObject([{ outcome: 'refused', verdict: { act: false } }]);
    expect([...ignorant.told, ...careful.told]).toEqual(['nothing', 'refused']);
    expect(asked).toEqual([]);
  });

  it('gives its places back when the sink does not accept it, so that the next try passes', async () => {
    const before = vi.fn(async () => undefined).mockRejectedValueOnce(refusal);
    const { accepted, dispatcher } = countingSink(before);
    const { remediator, told } = remediating({ dispatcher });
    expect(await remediator.remediate(alert)).toMatchObject([{ outcome: 'undelivered', error: refusal }]);
    expect(await remediator.remediate(alert)).toMatchObject([{ outcome: 'acted', eventId: expectedId }]);
    expect([...accepted.values()]).toEqual([1]);
    expect(told).toEqual(['undelivered', 'acted']);
  });

  it('is undelivered, too, when its places cannot be given back, which is told', async () => {
    const store = { ...createMemoryGuardrailStore(), release: () => Promise.reject(new Error('no store')) };
    const { dispatcher } = countingSink(() => Promise.reject(refusal));
    const { remediator, told, errors } = remediating({ dispatcher, guardrails: guard({ store }) });
    expect(await remediator.remediate(alert)).toMatchObject([{ outcome: 'undelivered', error: refusal }]);
    expect(told).toEqual(['release_failed', 'undelivered']);
    expect(errors).toMatchObject([{ message: 'no store' }]);
  });

  it('is acted on when it cannot be confirmed, which is tried twice and told', async () => {
    const guardrails = guard();
    const confirm = vi.fn(() => Promise.reject(new Error('no store')));
    const { remediator, told, errors } = remediating({ guardrails: { ...guardrails, confirm } });
    expect(await remediator.remediate(alert)).toMatchObject([{ outcome: 'acted', eventId: expectedId }]);
    expect(confirm).toHaveBeenCalledTimes(2);
    expect(told).toEqual(['confirmation_failed', 'acted']);
    expect(errors).toMatchObject([{ message: 'no store' }]);
    // Its lease holds the places for a while.
    const [again] = await remediator.remediate(alert);
    expect(again?.verdict && refusedBy(again.verdict)).toEqual(['in-progress']);
  });

  it('is confirmed at the second try without a word', async () => {
    const guardrails = guard();
    const confirm = vi.fn(guardrails.confirm).mockRejectedValueOnce(new Error('no store'));
    const { remediator, told } = remediating({ guardrails: { ...guardrails, confirm } });
    await remediator.remediate(alert);
    const [again] = await remediator.remediate(alert);
    expect(again?.verdict && refusedBy(again.verdict)).toContain('duplicate');
    expect(told).toEqual(['acted', 'refused']);
  });

  it('is dispatched for no longer than its places are held', async () => {
    const { remediator, told } = remediating({
      guardrails: guard({ policy: { leaseMs: 20 } }),
      dispatcher: { dispatch: never },
    });
    const [remediation] = await remediator.remediate(alert);
    expect(remediation).toMatchObject({ outcome: 'undelivered' });
    expect(remediation?.error).toBeInstanceOf(DeadlineExceededError);
    expect(told).toEqual(['undelivered']);
  });

  it('that is faulty is refused with all that came with it', async () => {
    const { asked, dispatcher } = countingSink();
    const { remediator } = remediating({ dispatcher });
    await expect(remediator.remediate([alert, { labels: {} }])).rejects.toThrow(InvalidInputError);
    expect(asked).toEqual([]);
  });
});

describe('the same alert at the same time', () => {
  it('is worked on once', async () => {
    const { asked, dispatcher } = countingSink();
    const { remediator, told } = remediating({ dispatcher });
    const ends = await Promise.all([remediator.remediate([alert, alert]), remediator.remediate(alert)]);
    expect(ends.flat().map(({ eventId }) => eventId)).toEqual([expectedId, expectedId, expectedId]);
    expect(asked).toHaveLength(1);
    expect(told).toEqual(['joined', 'joined', 'acted']);
  });

  it('is not another one that claims its fingerprint', async () => {
    const { asked, dispatcher } = countingSink();
    const guardrails = guard({ policy: { disabled: ['duplicate'] } });
    const { remediator, told } = remediating({ dispatcher, guardrails });
    const twins = ['shop-0', 'shop-1'].map((pod) => alertOf({ pod }, { fingerprint: 'abc' }));
    await remediator.remediate(twins);
    expect(asked.map(({ call }) => call.parameters['name'])).toEqual(['shop-0', 'shop-1']);
    expect(told).toEqual(['acted', 'acted']);
  });

  it('goes on for those who joined when whoever began gives up', async () => {
    let tries = 0;
    const { asked, dispatcher } = countingSink(async () => (++tries === 1 ? never() : undefined));
    const { remediator } = remediating({ dispatcher });
    const controller = new AbortController();
    const first = remediator.remediate(alert, { signal: controller.signal });
    const joined = [remediator.remediate(alert), remediator.remediate(alert, { signal: new AbortController().signal })];
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    controller.abort();
    await expect(first).rejects.toThrow(AbortedError);
    for (const end of joined) expect(await end).toMatchObject([{ outcome: 'acted', eventId: expectedId }]);
    expect(asked).toHaveLength(2);
  });

  it('goes on when one of those who joined gives up', async () => {
    const { open, opened } = gate();
    const { asked, dispatcher } = countingSink(() => opened);
    const { remediator } = remediating({ dispatcher });
    const first = remediator.remediate(alert);
    const controller = new AbortController();
    const joined = remediator.remediate(alert, { signal: controller.signal });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    controller.abort();
    await expect(joined).rejects.toThrow(AbortedError);
    open();
    expect(await first).toMatchObject([{ outcome: 'acted' }]);
    expect(asked).toHaveLength(1);
  });
});

describe('a caller who gives up', () => {
  const waiting = () => {
    const guardrails = guard();
    const release = vi.fn(guardrails.release);
    const dispatch = vi.fn(never);
    const waits = remediating({ guardrails: { ...guardrails, release }, dispatcher: { dispatch } });
    return { ...waits, guardrails, release, dispatch };
  };

  it('is heard, also by a dispatcher that does not listen, and holds nothing', async () => {
    const { remediator, told, release, dispatch, guardrails } = waiting();
    const controller = new AbortController();
    const ended = remediator.remediate(alert, { signal: controller.signal });
    await vi.waitFor(() => expect(dispatch).toHaveBeenCalledTimes(1));
    controller.abort();
    await expect(ended).rejects.toThrow(AbortedError);
    expect(told).toEqual(['remediation_failed']);
    expect(release).toHaveBeenCalledTimes(1);
    const next = remediating({ guardrails });
    expect(await next.remediator.remediate(alert)).toMatchObject([{ outcome: 'acted' }]);
  });

  it('may be one whose time is up', async () => {
    const { remediator, told, release, dispatch } = waiting();
    const { signal } = createDeadline({ timeoutMs: 10 });
    await expect(remediator.remediate(alert, { signal })).rejects.toThrow(DeadlineExceededError);
    await expect(remediator.handle([{ alerts: [alert] }], { signal })).rejects.toThrow(DeadlineExceededError);
    expect(told).toEqual(['remediation_failed', 'remediation_failed']);
    expect(release).toHaveBeenCalledTimes(dispatch.mock.calls.length);
  });
});

describe('dispose', () => {
  it('waits for what is worked on, and refuses what comes later', async () => {
    const { open, opened } = gate();
    const { asked, dispatcher } = countingSink(() => opened);
    const broken = alertOf({ pod: 'broken-0' });
    const { remediator, told } = remediating({
      dispatcher,
      chain: {
        decide: async (given) => {
          if ((given as Alert).labels.pod === 'broken-0') throw new Error('no chain');
          return decisionOf(given as Alert);
        },
      },
    });
    const ended = remediator.remediate([broken, alert]);
    const failed = expect(ended).rejects.toThrow('no chain');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    let disposed = false;
    const disposal = remediator.dispose().then(() => {
      disposed = true;
    });
    await expect(remediator.remediate(alert)).rejects.toThrow(DisposedError);
    await expect(remediator.handle([{ alerts: [alert] }])).rejects.toThrow(DisposedError);
    expect(disposed).toBe(false);
    open();
    await disposal;
    await failed;
    expect(told).toEqual(['remediation_failed', 'acted']);
  });
});
