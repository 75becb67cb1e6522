import { afterAll, describe, expect, it } from 'vitest';
import { InferenceError, ProviderError } from '../../../../src/core/errors.js';
import type { Selector, SelectorOutcome } from '../../../../src/domain/index.js';
import {
  type CreateRemediationChainOptions,
  createRemediationChain,
  type DefaultPhase,
  type PhaseOutcome,
  RemediationChain,
} from '../../../../src/remediation/chain/index.js';
import {
  createMemoryIncidentStore,
  type IncidentStore,
} from '../../../../src/remediation/retrieval/incidents/index.js';
import type { TrmReasoner } from '../../../../src/remediation/selectors/trm-phase.js';
import { createFakeTextProvider, type FakeReply } from '../../../../src/testing/index.js';
import { ALERT, expectSoundNumbers, folderOf, hanging, outcomesOf, restart, scripted } from './fixtures.js';

const SECRET = 'hf_abcdefghijklmnop';
/** Milliseconds for a phase that hangs. */
const SHORT = 15;

const runbooks = await folderOf({ 'RUNBOOK.md': '# Runbook\n\nNothing about it.\n' });
const store = createMemoryIncidentStore();
afterAll(async () => {
  await store.dispose();
  await runbooks.remove();
});

const trmThat = (select: () => Promise<unknown>): TrmReasoner => ({ select }) as never;
const storeThat = (nearest: () => Promise<unknown>): IncidentStore => ({ ...store, nearest }) as never;
const providerThat = (reply: FakeReply) => createFakeTextProvider(() => reply, { capabilities: { jsonSchema: true } });

interface Fault {
  readonly phase: DefaultPhase;
  readonly what: string;
  readonly options: CreateRemediationChainOptions;
  readonly outcome: PhaseOutcome;
  readonly reason: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    phase: 'trm',
    what: 'fails',
    options: { trm: trmThat(async () => Promise.reject(new InferenceError(`the session is gone, token ${SECRET}`))) },
    outcome: 'failed',
    reason: /the session is gone, token \[redacted\]/,
  },
  {
    phase: 'trm',
    what: 'cannot be loaded',
    options: { trm: { modelPath: '/nowhere/at-all' } },
    outcome: 'failed',
    reason: /nowhere/,
  },
  { phase: 'trm', what: 'hangs', options: { trm: trmThat(hanging) }, outcome: 'timed-out', reason: /within 15 ms/ },
  { phase: 'trm', what: 'says nothing', options: { trm: trmThat(async () => null) }, outcome: 'failed', reason: /./ },
  {
    phase: 'trm',
    what: 'talks rubbish',
    options: { trm: trmThat(async () => ({ lambdaFunction: 'pod-restart', confidence: Number.NaN })) },
    outcome: 'failed',
    reason: /breaks its contract/,
  },
  {
    phase: 'rag',
    what: 'finds no runbook',
    options: { runbooks: ['/nowhere/RUNBOOK.md'] },
    outcome: 'failed',
    reason: /cannot be found/,
  },
  {
    phase: 'few-shot',
    what: 'fails',
    options: { incidentStore: storeThat(async () => Promise.reject(new Error(''))) },
    outcome: 'failed',
    reason: /Error/,
  },
  {
    phase: 'few-shot',
    what: 'hangs',
    options: { incidentStore: storeThat(hanging) },
    outcome: 'timed-out',
    reason: /within 15 ms/,
  },
  {
    phase: 'few-shot',
    what: 'finds rubbish',
    options: { incidentStore: storeThat(async () => [{ similarity: 1 }]) },
    outcome: 'failed',
    reason: /./,
  },
  {
    phase: 'function-calling',
    what: 'fails',
    options: { provider: providerThat({ error: new ProviderError('fake', 'unavailable', `refused ${SECRET}`) }) },
    outcome: 'failed',
    reason: /refused \[redacted\]/,
  },
  {
    phase: 'function-calling',
    what: 'hangs',
    options: { provider: providerThat({ hang: 'deaf' }) },
    outcome: 'timed-out',
    reason: /within 15 ms/,
  },
  {
    phase: 'function-calling',
    what: 'breaks the contract of providers',
    options: { provider: providerThat({ text: 7 as never }) },
    outcome: 'failed',
    reason: /breaks its contract/,
  },
  {
    phase: 'function-calling',
    what: 'talks rubbish',
    options: { provider: providerThat({ text: 'I would rather not say.' }) },
    outcome: 'abstained',
    reason: /unreadable-answer/,
  },
];

describe('a real phase', () => {
  it.each(FAULTS)('$phase that $what is an attempt, and the next one is asked', async (fault) => {
    const { phase, options, outcome, reason } = fault;
    await using chain = await createRemediationChain({
      phases: ['annotation', phase, 'rules'],
      runbooks: [runbooks.path],
      ...options,
      ...(outcome === 'timed-out' && { timeouts: { [phase]: SHORT } }),
    });
    const told: unknown[] = [];
    chain.events.on('phase_ended', (event) => told.push(event));
    chain.events.on('chain_decided', (event) => told.push(event));
    const decision = await chain.decide(ALERT);
    expect(outcomesOf(decision)).toEqual([
      ['annotation', 'abstained'],
      [phase, outcome],
      ['rules', 'taken'],
    ]);
    expect(decision).toMatchObject({ outcome: 'selected', lambdaFunction: 'pod-restart', phase: 'rules' });
    expect(decision.attempts[1]?.reason).toMatch(reason);
    expect(JSON.stringify(told)).not.toContain(SECRET);
    expectSoundNumbers(decision);
  });

  it('keeps to the deadline of the chain, and those behind it are not asked', async () => {
    let asked = 0;
    const incidentStore = storeThat(async () => {
      asked++;
      return [];
    });
    await using chain = await createRemediationChain({ trm: trmThat(hanging), incidentStore, timeoutMs: SHORT });
    const decision = await chain.decide(ALERT);
    expect(decision).toMatchObject({ outcome: 'escalated', lambdaFunction: null, confidence: 0, phase: null });
    expect(outcomesOf(decision).slice(1)).toEqual([
      ['trm', 'timed-out'],
      ['rag', 'skipped'],
      ['few-shot', 'timed-out'],
      ['function-calling', 'skipped'],
      ['rules', 'timed-out'],
    ]);
    // The TRM's phase asks what incidents teach; the one that goes by incidents is not asked any more.
    expect(asked).toBe(1);
    expectSoundNumbers(decision);
  });
});

/** What a selector from outside may do wrong, besides what it says. */
const HOSTILE: readonly (readonly [what: string, doSelect: () => unknown])[] = [
  ['throws nothing', () => Promise.reject(undefined)],
  ['throws an object without a prototype', () => Promise.reject(Object.create(null))],
  ['throws a symbol', () => Promise.reject(Symbol('x'))],
  ['throws at once', () => JSON.parse('{')],
  ['gives nothing', () => undefined],
  ['gives null', async () => null],
  ['gives a number', async () => 7],
  ['gives an empty object', async () => ({})],
  ['gives a list', async () => [restart(1)]],
  ['gives no promise, and rubbish', () => 'pod-restart'],
  [
    'gives what cannot be read',
    async () => ({
      get kind(): string {
        throw new Error('not today');
      },
    }),
  ],
  ['gives a confidence as text', async () => ({ ...restart(1), confidence: '1' })],
  ['gives no confidence', async () => ({ ...restart(1), confidence: undefined })],
  ['gives a confidence below 0', async () => restart(-0.1)],
  ['gives an endless confidence', async () => restart(Number.POSITIVE_INFINITY)],
  ['gives no parameters', async () => ({ ...restart(1), parameters: null })],
  ['leaves out what the schema requires', async () => ({ ...restart(1), parameters: {} })],
  ['leaves out one target', async () => ({ ...restart(1), parameters: { name: 'checkout-0', type: 'pod' } })],
  ['gives a parameter of another type', async () => ({ ...restart(1), parameters: { name: ['checkout-0'] } })],
  ['gives a parameter of the prototype', async () => ({ ...restart(1), parameters: { constructor: 'x' } })],
  ['gives evidence that is none', async () => ({ ...restart(1), evidence: [{ kind: 'hearsay', source: 'x' }] })],
];

describe('a selector from outside', () => {
  it.each(HOSTILE)('that %s is an attempt with a reason', async (_what, doSelect) => {
    const hostile = { specificationVersion: 'v1', name: 'hostile', doSelect } as unknown as Selector;
    const chain = new RemediationChain({ phases: [hostile, scripted('next', restart(0.9))] });
    const decision = await chain.decide(ALERT);
    expect(decision).toMatchObject({ outcome: 'selected', phase: 'next', parameters: { name: 'checkout-0' } });
    expect(['failed', 'refused']).toContain(decision.attempts[0]?.outcome);
    expectSoundNumbers(decision);
  });

  it('cannot change afterwards what was judged', async () => {
    const parameters: Record<string, string> = { name: 'checkout-0', namespace: 'shop', type: 'pod' };
    const said: SelectorOutcome = { ...restart(0.9), parameters };
    const chain = new RemediationChain({ phases: [scripted('x', said)] });
    const decision = await chain.decide(ALERT);
    parameters['namespace'] = 'kube-system';
    expect(decision.parameters).toEqual({ name: 'checkout-0', namespace: 'shop', type: 'pod' });
  });

  it('may say its reason with a secret, which nobody reads', async () => {
    const said: SelectorOutcome = {
      ...restart(0.9),
      reasoning: `asked with ${SECRET}`,
      evidence: [{ kind: 'llm', source: `https://user:${SECRET}@host/`, text: `Authorization: Bearer ${SECRET}` }],
    };
    const abstained: SelectorOutcome = { kind: 'abstained', reason: 'no-evidence', detail: `asked with ${SECRET}` };
    const chain = new RemediationChain({ phases: [scripted('a', abstained), scripted('b', said)] });
    const told: unknown[] = [];
    chain.events.on('phase_ended', (event) => told.push(event));
    told.push(await chain.decide(ALERT));
    expect(told).toHaveLength(3);
    expect(JSON.stringify(told)).not.toContain(SECRET);
  });
});
