import { describe, expect, it } from 'vitest';
import { AbortedError, ConfigurationError, DisposedError, InvalidInputError } from '../../../../src/core/errors.js';
import type { Selection, Selector, SelectorOutcome, SelectRequest } from '../../../../src/domain/index.js';
import { RemediationChain } from '../../../../src/remediation/chain/index.js';
import { createAnnotationSelector } from '../../../../src/remediation/selectors/annotation.js';
import { createRulesSelector } from '../../../../src/remediation/selectors/rules/index.js';

const ALERT = { labels: { alertname: 'PodCrashLooping', pod: 'checkout-0', namespace: 'shop' } };
const ORDER = ['annotation', 'trm', 'rag', 'few-shot', 'function-calling', 'rules'] as const;

const restart = (confidence: number): Selection => ({
  kind: 'selected',
  lambdaFunction: 'pod-restart',
  parameters: { name: 'checkout-0', namespace: 'shop', type: 'pod' },
  parameterOrigins: { name: { kind: 'label', key: 'pod' }, namespace: { kind: 'label', key: 'namespace' } },
  confidence,
  reasoning: 'it crashes',
  evidence: [],
});

interface Scripted extends Selector {
  readonly asked: SelectRequest[];
}

/** A phase that says what it is told to. */
function scripted(
  name: string,
  say: SelectorOutcome | ((request: SelectRequest) => Promise<SelectorOutcome>),
): Scripted {
  const asked: SelectRequest[] = [];
  return {
    specificationVersion: 'v1',
    name,
    asked,
    async doSelect(request) {
      asked.push(request);
      return typeof say === 'function' ? say(request) : say;
    },
  };
}

const silent = (name: string): Scripted =>
  scripted(name, { kind: 'abstained', reason: 'no-evidence', detail: 'nothing to go by' });
const never = (request: SelectRequest): Promise<never> =>
  new Promise((_, reject) => {
    request.signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });

describe('a chain', () => {
  it.each(ORDER.map((taken, index) => ({ taken, index })))(
    'takes $taken when those before it abstain',
    async ({ taken, index }) => {
      const phases = ORDER.map((name) => (name === taken ? scripted(name, restart(0.8)) : silent(name)));
      const decision = await new RemediationChain({ phases }).decide(ALERT);
      expect(decision).toMatchObject({
        outcome: 'selected',
        phase: taken,
        lambdaFunction: 'pod-restart',
        confidence: 0.8,
      });
      expect(decision.attempts.map(({ phase, outcome }) => [phase, outcome])).toEqual(
        ORDER.slice(0, index + 1).map((name) => [name, name === taken ? 'taken' : 'abstained']),
      );
      for (const later of phases.slice(index + 1)) expect(later.asked).toEqual([]);
    },
  );

  it.each([
    { threshold: 0.65, taken: 'trm' },
    { threshold: 0.7, taken: 'rag' },
    { threshold: 0.85, taken: 'rules' },
    { threshold: 0.95, taken: null },
  ])('at a threshold of $threshold takes $taken', async ({ threshold, taken }) => {
    const confidences = [0.5, 0.65, 0.7, 0.84, 0.849, 0.85];
    const phases = ORDER.map((name, index) => scripted(name, restart(confidences[index] ?? 0)));
    const decision = await new RemediationChain({ phases, threshold }).decide(ALERT);
    expect(decision.phase).toBe(taken);
    expect(decision.outcome).toBe(taken === null ? 'escalated' : 'selected');
    for (const attempt of decision.attempts) {
      expect(attempt.outcome).toBe(attempt.phase === taken ? 'taken' : 'below-threshold');
      expect(attempt.threshold).toBe(threshold);
    }
  });

  it('heeds a threshold that is changed while a phase runs, and one of a phase before that of all', async () => {
    const chain: RemediationChain = new RemediationChain({
      phases: [
        scripted('slow', async () => {
          chain.setThreshold(0.9);
          return restart(0.8);
        }),
        { selector: scripted('own', restart(0.8)), threshold: 0.75 },
      ],
    });
    const changes: unknown[] = [];
    chain.events.on('threshold_changed', (event) => changes.push(event));
    expect((await chain.decide(ALERT)).attempts.map(({ outcome, threshold }) => [outcome, threshold])).toEqual([
      ['below-threshold', 0.9],
      ['taken', 0.75],
    ]);
    chain.setThreshold(0.99, 'own');
    expect((await chain.decide(ALERT)).outcome).toBe('escalated');
    expect(changes).toEqual([
      { phase: null, from: 0.7, to: 0.9 },
      { phase: 'own', from: 0.75, to: 0.99 },
      { phase: null, from: 0.9, to: 0.9 },
    ]);
    expect(() => chain.setThreshold(2)).toThrow(ConfigurationError);
    expect(() => chain.setThreshold(0.5, 'nobody')).toThrow(/expected one of slow, own/);
  });

  it.each<[string, string, () => Selector]>([
    ['failed', 'a phase that throws', () => scripted('x', async () => Promise.reject(new Error('the disk is gone')))],
    ['failed', 'one that gives what breaks the contract', () => scripted('x', { kind: 'selected' } as never)],
    ['failed', 'a confidence that is no number', () => scripted('x', restart(Number.NaN))],
    ['failed', 'a confidence over 1', () => scripted('x', restart(1.5))],
    ['refused', 'a function outside the catalog', () => scripted('x', { ...restart(1), lambdaFunction: 'rm-rf' })],
    [
      'refused',
      'a target that the alert does not name',
      () => scripted('x', { ...restart(1), parameters: { name: 'etcd-0', namespace: 'kube-system' } }),
    ],
    ['refused', 'an argument too many', () => scripted('x', { ...restart(1), parameters: { force: true } })],
    ['refused', 'a missing target', () => scripted('x', { ...restart(1), lambdaFunction: 'scale-deployment' })],
    ['below-threshold', 'a low confidence', () => scripted('x', restart(0.69))],
  ])('goes on after %s: %s', async (outcome, _what, create) => {
    const decision = await new RemediationChain({ phases: [create(), scripted('next', restart(0.9))] }).decide(ALERT);
    expect(decision.attempts.map((attempt) => attempt.outcome)).toEqual([outcome, 'taken']);
    expect(decision.attempts[0]?.reason).not.toBe('');
  });

  it('gives a phase its time and goes on, even when it does not listen', async () => {
    for (const hang of [never, () => new Promise<never>(() => undefined)]) {
      const decision = await new RemediationChain({
        phases: [{ selector: scripted('x', hang), timeoutMs: 20 }, scripted('next', restart(0.9))],
      }).decide(ALERT);
      expect(decision.attempts.map((attempt) => attempt.outcome)).toEqual(['timed-out', 'taken']);
    }
  });

  it('escalates when its own time is up, and asks nobody after that', async () => {
    const late = scripted('late', restart(0.9));
    const decision = await new RemediationChain({ phases: [scripted('x', never), late], timeoutMs: 20 }).decide(ALERT);
    expect(decision).toMatchObject({ outcome: 'escalated', lambdaFunction: null, confidence: 0, phase: null });
    expect(decision.attempts.map((attempt) => attempt.outcome)).toEqual(['timed-out', 'timed-out']);
    expect(late.asked).toEqual([]);
  });

  it('ends with AbortedError when the caller gives up', async () => {
    const controller = new AbortController();
    const chain = new RemediationChain({ phases: [scripted('x', never), scripted('next', restart(0.9))] });
    const pending = chain.decide(ALERT, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(pending).rejects.toThrow(AbortedError);
  });

  it('stops where a phase is sure that none applies, and not where it is unsure', async () => {
    const none = (confidence: number): SelectorOutcome => ({
      kind: 'abstained',
      reason: 'none-applies',
      confidence,
      detail: 'it will pass',
    });
    const sure = await new RemediationChain({ phases: [scripted('x', none(0.8)), scripted('y', restart(1))] }).decide(
      ALERT,
    );
    expect(sure).toMatchObject({ outcome: 'none-applies', lambdaFunction: null, phase: 'x', confidence: 0.8 });
    const unsure = await new RemediationChain({ phases: [scripted('x', none(0.6)), scripted('y', restart(1))] }).decide(
      ALERT,
    );
    expect(unsure).toMatchObject({ outcome: 'selected', phase: 'y' });
  });

  it('asks nobody about an alert that is resolved, and skips what is switched off', async () => {
    const phase = scripted('x', restart(1));
    const resolved = await new RemediationChain({ phases: [phase] }).decide({ ...ALERT, status: 'resolved' });
    expect(resolved).toMatchObject({ outcome: 'resolved', lambdaFunction: null, attempts: [] });
    const skipped = await new RemediationChain({ phases: [{ selector: phase, skip: 'USE_TRM is false' }] }).decide(
      ALERT,
    );
    expect(skipped).toMatchObject({
      outcome: 'escalated',
      attempts: [{ outcome: 'skipped', reason: 'USE_TRM is false' }],
    });
    expect(phase.asked).toEqual([]);
  });

  it('tells its story by events, which cannot harm it', async () => {
    const chain = new RemediationChain({ phases: [silent('x'), scripted('y', restart(0.9))] });
    const told: string[] = [];
    chain.events.on('chain_started', ({ phases }) => told.push(`started ${phases.join()}`));
    chain.events.on('phase_started', ({ phase }) => told.push(`asks ${phase}`));
    chain.events.on('phase_ended', ({ attempt }) => told.push(`${attempt.phase} ${attempt.outcome}`));
    chain.events.on('chain_decided', ({ decision }) => told.push(`decided ${decision.outcome}`));
    chain.events.on('chain_decided', () => {
      throw new Error('a listener of the test');
    });
    const { correlationId } = await chain.decide(ALERT, { correlationId: 'c-1' });
    expect(correlationId).toBe('c-1');
    expect(told).toEqual(['started x,y', 'asks x', 'x abstained', 'asks y', 'y taken', 'decided selected']);
  });

  it('answers many alerts in order, and refuses what is none', async () => {
    const chain = new RemediationChain({ phases: [createAnnotationSelector(), createRulesSelector()] });
    const named = { ...ALERT, annotations: { lambda_function: 'pod-check-status' } };
    const decisions = await chain.decideAll([ALERT, named]);
    expect(decisions.map(({ phase, lambdaFunction }) => [phase, lambdaFunction])).toEqual([
      ['rules', 'pod-restart'],
      ['annotation', 'pod-check-status'],
    ]);
    await expect(chain.decide([ALERT, ALERT])).rejects.toThrow(/use decideAll/);
    await expect(chain.decide({})).rejects.toThrow(InvalidInputError);
    await chain.dispose();
    await expect(chain.decide(ALERT)).rejects.toThrow(DisposedError);
  });

  it.each([
    [/phases: expected a list/, []],
    [/phases\[0\]: expected a selector/, [{ name: 'x' }]],
    [/specificationVersion: expected "v1"/, [{ ...silent('x'), specificationVersion: 'v2' }]],
    [/distinct names/, [silent('x'), silent('x')]],
    [/phases\[0\]\.threshold/, [{ selector: silent('x'), threshold: 7 }]],
    [/phases\[0\]\.timeoutMs/, [{ selector: silent('x'), timeoutMs: 0 }]],
  ])('refuses phases that cannot be: %s', (message, phases) => {
    expect(() => new RemediationChain({ phases: phases as never })).toThrow(message);
  });
});
