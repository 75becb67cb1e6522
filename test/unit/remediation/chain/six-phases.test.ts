import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CreateRemediationChainOptions,
  createRemediationChain,
  DEFAULT_PHASES,
  type DefaultPhase,
  type RemediationChain,
} from '../../../../src/remediation/chain/index.js';
import { createMemoryIncidentStore } from '../../../../src/remediation/retrieval/incidents/index.js';
import { createFakeTextProvider, type FakeReply } from '../../../../src/testing/index.js';
import { runbookRowCases } from '../../../../src/training/index.js';
import { selector as trm } from '../../../fixtures/bundled-selector.js';
import { expectSoundNumbers, folderOf, outcomesOf } from './fixtures.js';

/** Rows of the runbook on which the model is right, and that rules know by their label `kind`. */
const ROWS = runbookRowCases({ seed: 11, renamings: 20 })
  .filter(({ alert }) => alert.labels['kind'] !== undefined)
  .map(({ alert, expected }) => {
    const annotations = { ...alert.annotations, lambda_function: expected.lambdaFunction };
    return { alert: { ...alert, annotations }, expected };
  });
const answers = await trm.selectAll(ROWS.map(({ alert }) => alert));
const sureness = answers.map(({ lambdaFunction, parameters, confidence }, index) => {
  const { expected } = ROWS[index] as (typeof ROWS)[number];
  const same = Object.entries(expected.parameters).every(([name, value]) => parameters[name] === value);
  return same && lambdaFunction === expected.lambdaFunction ? confidence : 0;
});
/** The one of which the model is surest, so that every phase can answer it at any of the thresholds. */
const surest = sureness.indexOf(Math.max(...sureness));
const { alert: ALERT, expected: EXPECTED } = ROWS[surest] as (typeof ROWS)[number];
const ALERT_NAME = ALERT.labels['alertname'] ?? '';

const runbooks = await folderOf({
  'RUNBOOK.md': `# Runbook\n\n## ${ALERT_NAME}\n\nReconcile it: \`${EXPECTED.lambdaFunction}\`.\n\n## Contacts\n\nCall us.\n`,
});
const incidents = createMemoryIncidentStore();
for (let index = 0; index < 5; index++) {
  const call = EXPECTED;
  await incidents.add({ id: `i-${index}`, alert: ALERT, call, outcome: 'effective', at: new Date().toISOString() });
}
const NAMES_IT = JSON.stringify({ lambda_function: EXPECTED.lambdaFunction, parameters: EXPECTED.parameters });
const SURE: FakeReply = { text: NAMES_IT, logprobs: [-0.001, -0.002] };
const UNSURE: FakeReply = { text: '{"lambda_function": "none"}', logprobs: [-2] };
/** A model that names the function for this alert, and none for any other. */
const provider = createFakeTextProvider(
  ({ messages }) => (messages.some(({ content }) => content.includes(ALERT_NAME)) ? SURE : UNSURE),
  { capabilities: { jsonSchema: true, logprobs: true } },
);

afterAll(async () => {
  await incidents.dispose();
  await runbooks.remove();
});
afterEach(() => vi.unstubAllEnvs());

/** The six real phases. */
function sixPhases(options: CreateRemediationChainOptions = {}): Promise<RemediationChain> {
  return createRemediationChain({
    trm,
    runbooks: [runbooks.path],
    incidentStore: incidents,
    provider,
    providerInRetrieval: true,
    ...options,
  });
}

/** A threshold that none of the phases reaches. */
const OUT_OF_REACH = 1;
const allOutOfReach = Object.fromEntries(DEFAULT_PHASES.map((name) => [name, OUT_OF_REACH]));

const TABLE = [0.65, 0.7, 0.85].flatMap((threshold) =>
  DEFAULT_PHASES.map((taken, index) => ({ threshold, taken, before: DEFAULT_PHASES.slice(0, index) })),
);

describe('the six phases', () => {
  it.each(TABLE)('$taken is taken at $threshold when those before it are not sure enough', async (row) => {
    const { threshold, taken, before } = row;
    const thresholds = Object.fromEntries(before.map((name) => [name, OUT_OF_REACH]));
    await using chain = await sixPhases({ confidenceThreshold: threshold, thresholds });
    const decision = await chain.decide(ALERT);
    expect(outcomesOf(decision), JSON.stringify(decision.attempts, undefined, 2)).toEqual([
      ...before.map((name) => [name, 'below-threshold']),
      [taken, 'taken'],
    ]);
    expect(decision).toMatchObject({ outcome: 'selected', phase: taken, ...EXPECTED });
    expect(decision.confidence).toBeGreaterThanOrEqual(threshold);
    expectSoundNumbers(decision);
    for (const attempt of decision.attempts) {
      expect(attempt.threshold).toBe(attempt.phase === taken ? threshold : OUT_OF_REACH);
      expect(attempt.lambdaFunction).toBe(EXPECTED.lambdaFunction);
      expect(attempt.confidence).toBeLessThan(OUT_OF_REACH);
    }
    expect(decision.attempts.at(-1)?.confidence).toBe(decision.confidence);
    expect(decision.evidence.length).toBeGreaterThan(0);
    expect(decision.decision !== undefined).toBe(taken === 'trm');
  });

  it('all say what they would do, and nobody acts, when none is sure enough', async () => {
    await using chain = await sixPhases({ confidenceThreshold: OUT_OF_REACH });
    const decision = await chain.decide(ALERT);
    expect(outcomesOf(decision)).toEqual(DEFAULT_PHASES.map((name) => [name, 'below-threshold']));
    expect(decision).toMatchObject({ outcome: 'escalated', lambdaFunction: null, parameters: {}, phase: null });
    expect(decision.confidence).toBe(0);
    for (const name of DEFAULT_PHASES) expect(decision.reasoning).toContain(`${name} below-threshold`);
    expectSoundNumbers(decision);
  });

  it('all abstain from an alert that none of them knows', async () => {
    await using chain = await sixPhases({ thresholds: { trm: OUT_OF_REACH } });
    const decision = await chain.decide({ labels: { alertname: 'OfficePlantThirsty', room: '2.14' } });
    const [, asked, ...others] = outcomesOf(decision);
    expect(outcomesOf(decision)[0]).toEqual(['annotation', 'abstained']);
    expect(['abstained', 'below-threshold']).toContain(asked?.[1]);
    expect(others).toEqual(DEFAULT_PHASES.slice(2).map((name) => [name, 'abstained']));
    expect(decision).toMatchObject({ outcome: 'escalated', lambdaFunction: null });
    expectSoundNumbers(decision);
  });

  it('leave the TRM out where USE_TRM is false, and say so', async () => {
    vi.stubEnv('USE_TRM', 'false');
    const reasoner = { select: vi.fn(trm.select.bind(trm)) };
    await using chain = await sixPhases({ trm: reasoner, thresholds: { annotation: OUT_OF_REACH } });
    const decision = await chain.decide(ALERT);
    expect(outcomesOf(decision)).toEqual([
      ['annotation', 'below-threshold'],
      ['trm', 'skipped'],
      ['rag', 'taken'],
    ]);
    expect(decision.attempts[1]?.reason).toContain('USE_TRM');
    expect(decision.attempts[1]).not.toHaveProperty('confidence');
    expect(reasoner.select).not.toHaveBeenCalled();
  });
});

describe('a threshold that is changed', () => {
  it('counts for the next alert, phase by phase', async () => {
    await using chain = await sixPhases({ confidenceThreshold: 0.7 });
    const taken: (string | null)[] = [];
    for (const name of [...DEFAULT_PHASES, undefined]) {
      taken.push((await chain.decide(ALERT)).phase);
      if (name !== undefined) chain.setThreshold(OUT_OF_REACH, name);
    }
    expect(taken).toEqual([...DEFAULT_PHASES, null]);
    chain.setThreshold(0.85, 'trm');
    expect((await chain.decide(ALERT)).phase).toBe('trm');
  });

  it.each(DEFAULT_PHASES.slice(1))('counts within a running decision: %s is let in', async (name) => {
    await using chain = await sixPhases({ thresholds: allOutOfReach });
    const before = DEFAULT_PHASES[DEFAULT_PHASES.indexOf(name) - 1];
    chain.events.on('phase_ended', ({ attempt }) => {
      if (attempt.phase === before) chain.setThreshold(0.65, name);
    });
    const decision = await chain.decide(ALERT);
    expect(decision.phase).toBe(name);
    expect(decision.attempts.at(-1)).toMatchObject({ phase: name, outcome: 'taken', threshold: 0.65 });
  });

  it('counts within a running decision: those that come are shut out', async () => {
    const thresholds: Partial<Record<DefaultPhase, number>> = { annotation: OUT_OF_REACH };
    await using chain = await sixPhases({ thresholds });
    chain.events.on('phase_ended', ({ attempt }) => {
      if (attempt.phase === 'annotation') chain.setThreshold(OUT_OF_REACH);
    });
    const decision = await chain.decide(ALERT);
    expect(decision).toMatchObject({ outcome: 'escalated', lambdaFunction: null });
    expect(decision.attempts.map(({ threshold }) => threshold)).toEqual(DEFAULT_PHASES.map(() => OUT_OF_REACH));
  });
});
