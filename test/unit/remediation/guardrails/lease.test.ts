import { describe, expect, it, vi } from 'vitest';
import { AbortedError } from '../../../../src/core/errors.js';
import {
  createMemoryGuardrailStore,
  type GuardedAction,
  type GuardrailPolicy,
  type GuardrailStore,
} from '../../../../src/remediation/guardrails/index.js';
import { act, actionOf, firingAgain, guard, handClock, refusedBy } from './actions.js';

const MINUTE = 60_000;
const LEASE = 2 * MINUTE;
const restart = actionOf();
const again = firingAgain(restart, 1);

/** Two replicas with a clock that stands still, and the store that they share. */
function replicas(policy: GuardrailPolicy = {}, change: (store: GuardrailStore) => GuardrailStore = (store) => store) {
  const clock = handClock();
  const store = change(createMemoryGuardrailStore({ clock: clock.read }));
  const make = () => guard({ policy, store, clock: clock.read });
  return { clock, store, first: make(), second: make() };
}

describe('an action that may be taken', () => {
  it('holds its places for the lease, in which the same alert is told to come again', async () => {
    const { clock, first, second } = replicas();
    expect(first.leaseMs).toBe(LEASE);
    expect(await first.evaluate(restart)).toMatchObject({ act: true });
    const refused = await second.evaluate(restart);
    expect(refusedBy(refused)).toEqual(['in-progress']);
    expect(refused.refusals[0]?.detail).toMatch(/^the alert ".+", started 2026.+, is being acted on at this moment/);
    expect(refused.checks).toContain('in-progress');
    clock.now += LEASE - 1;
    expect(refusedBy(await second.evaluate(restart))).toEqual(['in-progress']);
    clock.now += 1;
    expect(await second.evaluate(restart)).toMatchObject({ act: true });
  });

  it('counts for others as if it were done', async () => {
    const { clock, first, second } = replicas();
    await first.evaluate(restart);
    expect(refusedBy(await second.evaluate(again))).toEqual(['cooldown']);
    clock.now += LEASE;
    expect(await second.evaluate(again)).toMatchObject({ act: true });
  });

  it('holds no place for longer than the place is held at all', async () => {
    const { clock, first, second } = replicas({ cooldowns: { target: [{ limit: 1, windowMs: 1_000 }] } });
    await first.evaluate(restart);
    clock.now += 1_000;
    expect(await second.evaluate(again)).toMatchObject({ act: true });
    expect(refusedBy(await second.evaluate(restart))).toEqual(['in-progress']);
  });

  it('has the lease that the policy says', async () => {
    const { clock, first, second } = replicas({ leaseMs: 5_000 });
    expect(first.leaseMs).toBe(5_000);
    await first.evaluate(restart);
    clock.now += 5_000;
    expect(await second.evaluate(restart)).toMatchObject({ act: true });
  });

  it.each([
    ['by its alert', {}],
    ['by its target, where duplicates are permitted', { disabled: ['duplicate'] }],
  ] as const)('is known %s to those who ask at the same moment', async (_, policy) => {
    const { first, second } = replicas(policy);
    const verdicts = await Promise.all([first, second, first, second].map((one) => one.evaluate(restart)));
    expect(verdicts.filter((verdict) => verdict.act)).toHaveLength(1);
    for (const verdict of verdicts) if (!verdict.act) expect(refusedBy(verdict)).toEqual(['in-progress']);
  });

  it('is known by any place that it could not give back', async () => {
    const { clock, first, second } = replicas({}, (store) => ({
      ...store,
      // As Redis does with a key that is about to end.
      release: async (key, ...rest) => (key.startsWith('cooldown') ? undefined : store.release(key, ...rest)),
    }));
    await first.release(await first.evaluate(restart));
    expect(refusedBy(await second.evaluate(restart))).toEqual(['in-progress']);
    clock.now += LEASE;
    expect(await second.evaluate(restart)).toMatchObject({ act: true });
  });
});

describe('confirm', () => {
  it('keeps the places for their whole time, which begins then', async () => {
    const { clock, first, second } = replicas();
    const verdict = await first.evaluate(restart);
    clock.now += MINUTE;
    await first.confirm(verdict);
    clock.now += 30 * MINUTE - 1;
    expect(refusedBy(await second.evaluate(restart))).toEqual(['duplicate', 'cooldown']);
    expect(refusedBy(await second.evaluate(again))).toEqual(['cooldown']);
    clock.now += 1;
    expect(refusedBy(await second.evaluate(restart))).toEqual(['duplicate']);
    expect(await second.evaluate(again)).toMatchObject({ act: true });
  });

  it('keeps them also after the lease, unless someone else has them', async () => {
    const { clock, first, second } = replicas();
    const verdict = await first.evaluate(restart);
    clock.now += LEASE;
    await first.confirm(verdict);
    expect(refusedBy(await second.evaluate(restart))).toEqual(['duplicate', 'cooldown']);
  });

  it.each([
    ['the same alert', restart, /got a place \(duplicate, cooldown\) of .+ within 120000 ms \(policy\.leaseMs\)/],
    ['another one', again, /got a place \(cooldown\)/],
  ] as const)('says so when someone else has them, for %s', async (_, other: GuardedAction, message) => {
    const { clock, first, second } = replicas();
    const verdict = await first.evaluate(restart);
    clock.now += LEASE;
    expect(await act(second, other)).toMatchObject({ act: true });
    await expect(first.confirm(verdict)).rejects.toThrow(message);
    expect(refusedBy(await first.evaluate(other))).toContain('duplicate');
  });

  it('counts at another key of a place when its own is gone', async () => {
    const cooldowns = { target: [], function: [{ limit: 2, windowMs: 30 * MINUTE }] };
    const { clock, first, second } = replicas({ cooldowns });
    const verdict = await first.evaluate(restart);
    clock.now += LEASE;
    await act(second, again);
    await first.confirm(verdict);
    expect(refusedBy(await second.evaluate(firingAgain(restart, 2)))).toEqual(['cooldown']);
  });

  it('is the end of it: nothing is given back then', async () => {
    const { first, second } = replicas();
    const verdict = await first.evaluate(restart);
    await first.confirm(verdict);
    await first.confirm(verdict);
    await first.release(verdict);
    expect(refusedBy(await second.evaluate(restart))).toContain('duplicate');
  });

  it('keeps nothing that was given back, and nothing of another verdict', async () => {
    const { first, second } = replicas();
    const verdict = await first.evaluate(restart);
    await first.confirm({ ...verdict });
    await first.release(verdict);
    await first.confirm(verdict);
    expect(await second.evaluate(restart)).toMatchObject({ act: true });
    await first.confirm(await first.evaluate(restart));
    expect(refusedBy(await first.evaluate(restart))).toEqual(['in-progress']);
  });

  it('rejects with what the store throws, and can be called again', async () => {
    let down = true;
    const { clock, first, second } = replicas({}, (store) => ({
      ...store,
      replace: async (key, ...rest) => {
        if (down && key.startsWith('cooldown/target')) throw new Error('connect ECONNREFUSED');
        return store.replace(key, ...rest);
      },
    }));
    const verdict = await first.evaluate(restart);
    await expect(first.confirm(verdict)).rejects.toThrow('ECONNREFUSED');
    // What is known for sure is that it was done.
    expect(refusedBy(await second.evaluate(restart))).toEqual(['duplicate', 'cooldown']);
    down = false;
    await first.confirm(verdict);
    clock.now += LEASE;
    expect(refusedBy(await second.evaluate(again))).toEqual(['cooldown']);
  });

  it('does not wait for a store that hangs, nor for a caller who has given up', async () => {
    const hang = (store: GuardrailStore) => ({ ...store, replace: () => new Promise<never>(() => undefined) });
    const { first } = replicas({ stateTimeoutMs: 10 }, hang);
    const verdict = await first.evaluate(restart);
    await expect(first.confirm(verdict)).rejects.toThrow('not done within 10 ms');
    await expect(first.confirm(verdict, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });
});

describe('a person who is being asked', () => {
  it('makes the same alert come again, and refuses another one', async () => {
    const answers: ((yes: boolean) => void)[] = [];
    const approve = vi.fn(() => new Promise<boolean>((resolve) => answers.push(resolve)));
    const guardrails = guard({ approve, policy: { mode: 'approve' } });
    const asked = guardrails.evaluate(restart);
    await vi.waitFor(() => expect(approve).toHaveBeenCalledTimes(1));
    expect(refusedBy(await guardrails.evaluate(restart))).toEqual(['in-progress']);
    expect(refusedBy(await guardrails.evaluate(again))).toEqual(['approval']);
    answers[0]?.(true);
    expect(await asked).toMatchObject({ act: true });
    expect(approve).toHaveBeenCalledTimes(1);
  });
});
