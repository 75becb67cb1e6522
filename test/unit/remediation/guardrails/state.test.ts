import { describe, expect, it } from 'vitest';
import {
  createMemoryGuardrailStore,
  type GuardrailPolicy,
  type GuardrailStore,
} from '../../../../src/remediation/guardrails/index.js';
import { act, actionOf, alertOf, firingAgain, guard, handClock, refusedBy, START } from './actions.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const restart = actionOf();
const onPod = (pod: string) => actionOf(alertOf({ pod }));
const { signal } = new AbortController();

/** Guardrails with a clock that stands still, and the store that they use. */
function timed(policy: GuardrailPolicy = {}) {
  const clock = handClock();
  const store = createMemoryGuardrailStore({ clock: clock.read });
  return { clock, store, guardrails: guard({ policy, store, clock: clock.read }) };
}

describe('duplicates', () => {
  it('act once, also through another replica, until the alert fires anew', async () => {
    const { guardrails, store } = timed({ disabled: ['cooldown'] });
    expect(await act(guardrails, restart)).toMatchObject({ act: true });
    const replica = guard({ store, policy: { disabled: ['cooldown'] } });
    expect(refusedBy(await act(replica, restart))).toEqual(['duplicate']);
    expect(await act(replica, firingAgain(restart, 1))).toMatchObject({ act: true });
  });

  it('are the same however the time is written', async () => {
    const { guardrails } = timed({ disabled: ['cooldown'] });
    const at = (startsAt: string) => act(guardrails, { ...restart, alert: { ...restart.alert, startsAt } });
    expect(await at('2026-01-31T07:55:00Z')).toMatchObject({ act: true });
    expect(refusedBy(await at('2026-01-31T08:55:00.000+01:00'))).toEqual(['duplicate']);
  });

  it('are known for a week, and for an hour where the alert does not say when it started', async () => {
    const { guardrails, clock } = timed({ disabled: ['cooldown'] });
    const { startsAt: _, ...timeless } = restart.alert;
    const again = { ...restart, alert: timeless };
    await act(guardrails, restart);
    expect(await act(guardrails, again)).toMatchObject({ act: true });
    clock.now += HOUR - 1;
    expect(refusedBy(await act(guardrails, again))).toEqual(['duplicate']);
    clock.now += 1;
    expect(await act(guardrails, again)).toMatchObject({ act: true });
    clock.now = START + 7 * 24 * HOUR - 1;
    expect(refusedBy(await act(guardrails, restart))).toEqual(['duplicate']);
    clock.now += 1;
    expect(await act(guardrails, restart)).toMatchObject({ act: true });
  });
});

describe('cooldowns', () => {
  it('allow one action on a target in 30 minutes', async () => {
    const { guardrails, clock } = timed();
    expect(await act(guardrails, restart)).toMatchObject({ act: true });
    clock.now += 30 * MINUTE - 1;
    expect(refusedBy(await act(guardrails, firingAgain(restart, 29)))).toEqual(['cooldown']);
    clock.now += 1;
    expect(await act(guardrails, firingAgain(restart, 30))).toMatchObject({ act: true });
  });

  it('allow three calls of a function in any hour', async () => {
    const { guardrails, clock } = timed();
    const acts = async (pod: string) => (await act(guardrails, onPod(pod))).act;
    expect(await acts('a-0')).toBe(true);
    clock.now += 40 * MINUTE;
    expect([await acts('b-0'), await acts('c-0'), await acts('d-0')]).toEqual([true, true, false]);
    clock.now += 20 * MINUTE;
    // The first is an hour old, the others are not: a window slides, it does not begin anew on the hour.
    expect([await acts('e-0'), await acts('f-0')]).toEqual([true, false]);
  });

  it('hold in several windows at once', async () => {
    const { guardrails, clock } = timed({
      cooldowns: {
        target: [
          { limit: 1, windowMs: 10 * MINUTE },
          { limit: 2, windowMs: HOUR },
        ],
        function: [],
      },
    });
    const acts: boolean[] = [];
    for (let minute = 0; minute < 70; minute += 5) {
      clock.now = START + minute * MINUTE;
      acts.push((await act(guardrails, firingAgain(restart, minute))).act);
    }
    expect(acts.flatMap((act, index) => (act ? [index * 5] : []))).toEqual([0, 10, 60]);
  });

  it('take a pod of a Deployment for its Deployment, and one of a StatefulSet for itself', async () => {
    const { guardrails } = timed();
    expect(await act(guardrails, onPod('shop-7d9f8b6c5-x2x4z'))).toMatchObject({ act: true });
    expect(refusedBy(await act(guardrails, onPod('shop-7d9f8b6c5-bbbbb')))).toEqual(['cooldown']);
    expect(await act(guardrails, onPod('shop-0'))).toMatchObject({ act: true });
    expect(await act(guardrails, onPod('shop-1'))).toMatchObject({ act: true });
  });

  it('keep what only reads apart from what changes something', async () => {
    const { guardrails } = timed();
    const look = actionOf(alertOf({ alertname: 'PodDown' }), 'pod-check-status');
    expect(await act(guardrails, look)).toMatchObject({ act: true });
    expect(await act(guardrails, restart)).toMatchObject({ act: true });
    expect(refusedBy(await act(guardrails, firingAgain(look, 1)))).toEqual(['cooldown']);
  });
});

describe('release', () => {
  it('gives the place back, so that the action can be tried again', async () => {
    const { guardrails } = timed();
    for (let attempt = 0; attempt < 10; attempt++) {
      const verdict = await guardrails.evaluate(restart);
      expect(verdict).toMatchObject({ act: true });
      await guardrails.release(verdict);
    }
  });

  it('gives back no place but its own', async () => {
    const { guardrails } = timed();
    const first = await guardrails.evaluate(restart);
    await guardrails.release(first);
    const second = await guardrails.evaluate(restart);
    expect(second).toMatchObject({ act: true });
    await guardrails.release(first);
    await guardrails.release({ ...second });
    const refused = await guardrails.evaluate(restart);
    expect(refused.act).toBe(false);
    await guardrails.release(refused);
    expect((await guardrails.evaluate(restart)).act).toBe(false);
  });
});

describe('a storm', () => {
  const distinct = (index: number) => onPod(`pod-${index}`);

  it('opens the breaker with the 21st distinct action, for ten minutes', async () => {
    const { guardrails, clock } = timed({ disabled: ['cooldown'] });
    for (let index = 0; index < 20; index++) {
      expect(await guardrails.evaluate(distinct(index))).toMatchObject({ act: true });
    }
    expect(await guardrails.stormBreaker()).toBe('closed');
    expect(refusedBy(await guardrails.evaluate(distinct(20)))).toEqual(['storm']);
    clock.now += 10 * MINUTE - 1;
    expect(await guardrails.stormBreaker()).toBe('open');
    expect(refusedBy(await guardrails.evaluate(distinct(21)))).toEqual(['storm']);
    clock.now += 1;
    expect(await guardrails.stormBreaker()).toBe('closed');
    expect(await guardrails.evaluate(distinct(22))).toMatchObject({ act: true });
  });

  it('is made by what is asked for, whether it is permitted or not', async () => {
    const { guardrails } = timed();
    const refusals: (readonly string[])[] = [];
    for (let index = 0; index < 30; index++) refusals.push(refusedBy(await guardrails.evaluate(distinct(index))));
    expect(refusals.slice(0, 3)).toEqual([[], [], []]);
    expect(refusals.slice(3, 20).every((checks) => checks.join() === 'cooldown')).toBe(true);
    expect(refusals.slice(20).every((checks) => checks.includes('storm'))).toBe(true);
  });

  it('is not made by the same action again and again, nor by suggestions', async () => {
    const { guardrails } = timed();
    for (let minute = 0; minute < 100; minute++) {
      expect(refusedBy(await guardrails.evaluate(firingAgain(restart, minute / 100)))).not.toContain('storm');
    }
    const suggesting = guard({ policy: { mode: 'suggest' } });
    for (let index = 0; index < 30; index++) {
      expect(refusedBy(await suggesting.evaluate(distinct(index)))).toEqual(['mode']);
    }
  });
});

describe('attempts in vain', () => {
  const report = (eventId: string, at: number) =>
    ({ eventId, alert: restart.alert, call: restart.call, outcome: 'ineffective', at }) as const;

  it('stop a third one until a day has passed since the first', async () => {
    const { guardrails, clock } = timed({ disabled: ['cooldown'] });
    await guardrails.recordOutcome(report('one', clock.now));
    clock.now += HOUR;
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
    await guardrails.recordOutcome(report('two', clock.now));
    clock.now += 23 * HOUR - 1;
    expect(refusedBy(await guardrails.evaluate(firingAgain(restart, 1)))).toEqual(['ineffective']);
    expect(await guardrails.evaluate(onPod('web-0'))).toMatchObject({ act: true });
    clock.now += 1;
    expect(await guardrails.evaluate(firingAgain(restart, 2))).toMatchObject({ act: true });
  });

  it('are forgotten after an effective one', async () => {
    const { guardrails, clock } = timed();
    await guardrails.recordOutcome(report('one', clock.now));
    await guardrails.recordOutcome(report('two', clock.now));
    expect(refusedBy(await guardrails.evaluate(restart))).toEqual(['ineffective']);
    await guardrails.recordOutcome({ ...report('three', clock.now), outcome: 'effective' });
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
  });

  it('count once each, and not at all when nobody knows or it was long ago', async () => {
    const { guardrails, clock } = timed();
    for (let index = 0; index < 5; index++) await guardrails.recordOutcome(report('one', clock.now));
    await guardrails.recordOutcome({ ...report('two', clock.now), outcome: 'unknown' });
    await guardrails.recordOutcome(report('three', clock.now - 24 * HOUR));
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
  });

  it('are told apart without an id by alert, call and time', async () => {
    const { guardrails, clock } = timed({ disabled: ['cooldown', 'duplicate'] });
    const nameless = { ...report('', clock.now), eventId: undefined };
    await guardrails.recordOutcome(nameless);
    await guardrails.recordOutcome(nameless);
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
    await guardrails.recordOutcome({ ...nameless, at: clock.now + 1, outcome: 'failed' });
    expect(refusedBy(await guardrails.evaluate(restart))).toEqual(['ineffective']);
  });

  it('are counted by the workload, whose pods come and go', async () => {
    const { guardrails, clock } = timed();
    for (const pod of ['shop-7d9f8b6c5-x2x4z', 'shop-7d9f8b6c5-bbbbb']) {
      const { alert, call } = onPod(pod);
      await guardrails.recordOutcome({ eventId: pod, alert, call, outcome: 'ineffective', at: clock.now });
    }
    expect(refusedBy(await guardrails.evaluate(onPod('shop-7d9f8b6c5-ccccc')))).toEqual(['ineffective']);
  });
});

describe('a store that fails', () => {
  const failing = (changes: Partial<GuardrailStore>): GuardrailStore => ({
    ...createMemoryGuardrailStore(),
    ...changes,
  });
  const broken = async (): Promise<never> => {
    throw new Error('connect ECONNREFUSED redis://agent:hunter2secret@cache:6379');
  };

  it.each(['reserve', 'holders'] as const)('refuses when it rejects: %s', async (method) => {
    const verdict = await guard({ store: failing({ [method]: broken }) }).evaluate(restart);
    expect(verdict.act).toBe(false);
    expect(refusedBy(verdict)).toEqual(['state-unavailable']);
    expect(verdict.refusals[0]?.detail).toContain('ECONNREFUSED');
    expect(verdict.refusals[0]?.detail).not.toContain('hunter2secret');
  });

  it.each(['reserve', 'holders'] as const)('refuses when it hangs: %s', async (method) => {
    const store = failing({ [method]: () => new Promise<never>(() => undefined) });
    const verdict = await guard({ store, policy: { stateTimeoutMs: 10 } }).evaluate(restart);
    expect(refusedBy(verdict)).toEqual(['state-unavailable']);
    expect(verdict.refusals[0]?.detail).toContain('not done within 10 ms');
  });

  it('refuses when it is full', async () => {
    const verdict = await guard({ store: createMemoryGuardrailStore({ maxEntries: 2 }) }).evaluate(restart);
    expect(refusedBy(verdict)).toEqual(['state-unavailable']);
  });

  it('holds nothing when it fails in the middle', async () => {
    const store = createMemoryGuardrailStore();
    const fragile: GuardrailStore = {
      ...store,
      reserve: (key, ...rest) => (key.startsWith('cooldown/function') ? broken() : store.reserve(key, ...rest)),
    };
    expect((await guard({ store: fragile }).evaluate(restart)).act).toBe(false);
    expect(await guard({ store }).evaluate(restart)).toMatchObject({ act: true });
  });

  it('rejects a release and a report, which can be made again', async () => {
    const store = createMemoryGuardrailStore();
    let down = true;
    const guardrails = guard({
      store: { ...store, release: (...given) => (down ? broken() : store.release(...given)) },
    });
    const verdict = await guardrails.evaluate(restart);
    await expect(guardrails.release(verdict)).rejects.toThrow('ECONNREFUSED');
    down = false;
    await guardrails.release(verdict);
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
    const deaf = guard({ store: failing({ holders: broken }) });
    const { alert, call } = restart;
    await expect(deaf.recordOutcome({ alert, call, outcome: 'failed', at: START })).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the memory store', () => {
  it('takes no more keys than it may hold, and forgets those whose time is up', async () => {
    const clock = handClock();
    const store = createMemoryGuardrailStore({ clock: clock.read, maxEntries: 2 });
    await store.reserve('a', 'one', 10, signal);
    await store.reserve('b', 'one', 20, signal);
    await expect(store.reserve('c', 'one', 10, signal)).rejects.toThrow('holds 2 keys');
    clock.now += 10;
    expect(await store.reserve('c', 'one', 10, signal)).toBe(true);
    expect(await store.holders(['a', 'b', 'c'], signal)).toEqual([undefined, 'one', 'one']);
  });

  it.each([0, 1.5, Number.NaN, '5' as never])('refuses to hold %s keys', (maxEntries) => {
    expect(() => createMemoryGuardrailStore({ maxEntries })).toThrow(/^maxEntries: expected a whole number/);
  });
});
