import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AbortedError } from '../../../../src/core/errors.js';
import {
  type Approve,
  createGuardrails,
  createMemoryGuardrailStore,
  type GuardrailStore,
  type Guardrails,
} from '../../../../src/remediation/guardrails/index.js';
import { actionOf, alertOf, CATALOG, firingAgain, guard, refusedBy } from './actions.js';

const restart = actionOf();

/** A store that counts what is taken. */
function countingStore(): { readonly store: GuardrailStore; readonly taken: string[] } {
  const inner = createMemoryGuardrailStore();
  const taken: string[] = [];
  const reserve: GuardrailStore['reserve'] = (key, ...rest) => {
    taken.push(key);
    return inner.reserve(key, ...rest);
  };
  return { store: { ...inner, reserve }, taken };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('suggest', () => {
  it('is the default, says what would have been done, and takes nothing', async () => {
    const { store, taken } = countingStore();
    const guardrails = createGuardrails({ catalog: CATALOG, store });
    expect(guardrails.mode).toBe('suggest');
    const verdict = await guardrails.evaluate(restart);
    expect(verdict).toMatchObject({ act: false, mode: 'suggest' });
    expect(verdict.refusals).toEqual([
      { check: 'mode', detail: 'would have called "pod-restart" on "shop/pod/shop-0", but the mode is "suggest"' },
    ]);
    expect(await guardrails.evaluate(restart)).toEqual(verdict);
    expect(taken).toEqual([]);
  });

  it('says what speaks against it, where something does', async () => {
    const verdict = await createGuardrails({ catalog: CATALOG }).evaluate({ ...restart, confidence: 0.2 });
    expect(refusedBy(verdict)).toEqual(['confidence']);
  });
});

describe('auto', () => {
  it('runs everything without lists, and what they name with them', async () => {
    const act = async (auto: object, action = restart) => (await guard({ policy: { auto } }).evaluate(action)).act;
    expect(await act({})).toBe(true);
    expect(await act({ functions: ['pod-restart'], namespaces: ['sh*'] })).toBe(true);
    expect(await act({ functions: ['scale-deployment'] })).toBe(false);
    expect(await act({ functions: [] })).toBe(false);
    expect(await act({ namespaces: ['web'] })).toBe(false);
    expect(await act({ namespaces: ['web'] }, actionOf(alertOf(), 'pod-check-status'))).toBe(false);
  });

  it('says which list it was', async () => {
    const verdict = await guard({ policy: { auto: { namespaces: ['web'] } } }).evaluate(restart);
    expect(verdict.refusals).toEqual([{ check: 'mode', detail: 'policy.auto.namespaces does not name "shop"' }]);
  });
});

describe('approve', () => {
  const approving = (approve: Approve, timeoutMs?: number, store?: GuardrailStore) =>
    guard({ approve, store, policy: { mode: 'approve', approval: { timeoutMs } } });

  it('acts on a yes, and shows the person the action', async () => {
    const asked: unknown[] = [];
    const guardrails = approving(async (action) => {
      asked.push(action);
      return true;
    });
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true, mode: 'approve', refusals: [] });
    expect(asked).toEqual([restart]);
  });

  const answers: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ['no', async () => false, 'the action was not approved'],
    ['nothing', async () => undefined, 'no clear yes, but nothing'],
    ['the word yes', async () => 'yes', 'no clear yes, but string "yes"'],
    ['one', async () => 1, 'no clear yes, but number 1'],
    [
      'an error',
      async () => Promise.reject(new Error('chat is down')),
      'approval could not be asked for: chat is down',
    ],
  ];
  it.each(answers)('does not act on %s', async (_, approve, detail) => {
    const { store, taken } = countingStore();
    const verdict = await approving(approve as Approve, undefined, store).evaluate(restart);
    expect(verdict).toMatchObject({ act: false, refusals: [{ check: 'approval', detail }] });
    expect(taken.filter((key) => !/^(?:storm|approval)\//.test(key))).toEqual([]);
  });

  it('does not act on a hook that throws before it returns', async () => {
    const verdict = await approving(() => {
      throw new Error('no such channel');
    }).evaluate(restart);
    expect(refusedBy(verdict)).toEqual(['approval']);
  });

  it('takes silence for a no, and tells the hook that the time is up', async () => {
    let inner: AbortSignal | undefined;
    const verdict = await approving((_, { signal }) => {
      inner = signal;
      return new Promise(() => undefined);
    }, 10).evaluate(restart);
    expect(verdict.refusals).toEqual([{ check: 'approval', detail: 'nobody approved within 10 ms, which means no' }]);
    expect(inner?.aborted).toBe(true);
  });

  it('asks about one action once at a time, and again after a no', async () => {
    let asked = 0;
    let answer: ((yes: boolean) => void) | undefined;
    const guardrails = approving(() => {
      asked++;
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const first = guardrails.evaluate(restart);
    await vi.waitFor(() => expect(asked).toBe(1));
    expect(refusedBy(await guardrails.evaluate(firingAgain(restart, 1)))).toEqual(['approval']);
    answer?.(false);
    expect(refusedBy(await first)).toEqual(['approval']);
    const second = guardrails.evaluate(restart);
    await vi.waitFor(() => expect(asked).toBe(2));
    answer?.(true);
    expect(await second).toMatchObject({ act: true });
  });

  it('asks nobody about what is refused anyway', async () => {
    let asked = 0;
    const guardrails = approving(async () => {
      asked++;
      return true;
    });
    await guardrails.evaluate({ ...restart, confidence: 0.1 });
    await guardrails.evaluate(restart);
    await guardrails.evaluate(restart);
    expect(asked).toBe(1);
  });

  it('looks at the kill switch again after the answer', async () => {
    const guardrails = approving(async () => {
      vi.stubEnv('TRM_KILL_SWITCH', 'true');
      return true;
    });
    expect(refusedBy(await guardrails.evaluate(restart))).toEqual(['kill-switch']);
  });

  it('looks again after the answer at what was done in the meantime', async () => {
    const { alert, call } = restart;
    const report = { alert, call, outcome: 'ineffective', at: Date.now() } as const;
    const guardrails: Guardrails = approving(async () => {
      await guardrails.recordOutcome({ ...report, eventId: 'one' });
      await guardrails.recordOutcome({ ...report, eventId: 'two' });
      return true;
    });
    expect(refusedBy(await guardrails.evaluate(restart))).toEqual(['ineffective']);
  });

  it('ends when the caller gives up, and holds nothing then', async () => {
    const controller = new AbortController();
    const store = createMemoryGuardrailStore();
    const guardrails = approving(
      () => {
        queueMicrotask(() => controller.abort(new Error('shutting down')));
        return new Promise(() => undefined);
      },
      undefined,
      store,
    );
    await expect(guardrails.evaluate(restart, { signal: controller.signal })).rejects.toThrow(AbortedError);
    expect(await guard({ store }).evaluate(restart)).toMatchObject({ act: true });
  });
});

describe('the kill switch', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-kill-switch-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is read from the environment at every evaluation', async () => {
    const guardrails = guard();
    vi.stubEnv('TRM_KILL_SWITCH', '1');
    expect((await guardrails.evaluate(restart)).refusals).toEqual([
      { check: 'kill-switch', detail: 'TRM_KILL_SWITCH is set' },
    ]);
    vi.stubEnv('TRM_KILL_SWITCH', 'off');
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
  });

  it.each(['policy', 'environment'] as const)('is a file that the %s names, present or not', async (source) => {
    const file = path.join(folder, 'stop');
    if (source === 'environment') vi.stubEnv('TRM_KILL_SWITCH_FILE', file);
    const guardrails = guard({ policy: { killSwitch: source === 'policy' ? { file } : {} } });
    await writeFile(file, '');
    const verdict = await guardrails.evaluate(restart);
    expect(refusedBy(verdict)).toEqual(['kill-switch']);
    expect(verdict.refusals[0]?.detail).toMatch(/^the kill switch file ".+" exists$/);
    await rm(file);
    expect(await guardrails.evaluate(restart)).toMatchObject({ act: true });
  });

  it('stops when nobody can tell whether the file is there', async () => {
    const file = path.join(folder, 'no-folder');
    await writeFile(file, '');
    const verdict = await guard({ policy: { killSwitch: { file: path.join(file, 'stop') } } }).evaluate(restart);
    expect(verdict.refusals[0]?.detail).toMatch(/cannot be read: ENOTDIR/);
  });

  it.each([
    ['says why', async () => 'change freeze', 'change freeze'],
    ['says something else', async () => true as never, 'the kill switch is pulled'],
    [
      'fails',
      async () => Promise.reject(new Error('flags are down')),
      'the kill switch could not be read: flags are down',
    ],
    ['hangs', () => new Promise<never>(() => undefined), 'the kill switch could not be read: not done within 10 ms'],
  ])('may be one of the caller, which %s', async (_, killSwitch, detail) => {
    const verdict = await guard({ killSwitch, policy: { stateTimeoutMs: 10 } }).evaluate(restart);
    expect(verdict.refusals).toEqual([{ check: 'kill-switch', detail }]);
  });

  it('is asked beside the environment, not in its place', async () => {
    vi.stubEnv('TRM_KILL_SWITCH', 'true');
    expect(refusedBy(await guard({ killSwitch: async () => undefined }).evaluate(restart))).toEqual(['kill-switch']);
  });
});

describe('an evaluation that is aborted', () => {
  it('rejects before it begins', async () => {
    await expect(guard().evaluate(restart, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });

  it.each(['holders', 'reserve'] as const)('rejects in the middle, and holds nothing: %s', async (method) => {
    const controller = new AbortController();
    const store = createMemoryGuardrailStore();
    const stuck: GuardrailStore = {
      ...store,
      [method]: async (...given: Parameters<GuardrailStore['reserve']>) => {
        if (method === 'reserve' && given[0].startsWith('storm')) return store.reserve(...given);
        controller.abort();
        return new Promise(() => undefined);
      },
    };
    await expect(guard({ store: stuck }).evaluate(restart, { signal: controller.signal })).rejects.toThrow(
      AbortedError,
    );
    expect(await guard({ store }).evaluate(restart)).toMatchObject({ act: true });
  });
});
