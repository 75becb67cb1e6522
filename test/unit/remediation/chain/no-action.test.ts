import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Selector } from '../../../../src/domain/index.js';
import { type Remediation, Remediator } from '../../../../src/remediation/acting/index.js';
import { RemediationChain } from '../../../../src/remediation/chain/index.js';
import {
  createMemoryGuardrailStore,
  type GuardrailPolicy,
  type GuardrailStore,
  type Guardrails,
  type GuardrailsOptions,
} from '../../../../src/remediation/guardrails/index.js';
import { createRulesSelector } from '../../../../src/remediation/selectors/rules/index.js';
import { guard } from '../guardrails/actions.js';
import { ALERT, countingDispatcher, folderOf, hanging, restart, scripted } from './fixtures.js';

const folder = await folderOf({ stop: '' });
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const AGAIN = { ...ALERT, startsAt: '2026-01-31T08:01:00Z' };
const OTHER = { ...ALERT, labels: { ...ALERT.labels, pod: 'checkout-1' } };
const away = async (): Promise<never> => Promise.reject(new Error('the store is away'));
const storeThat = (work: () => Promise<never>): GuardrailStore => ({
  reserve: work,
  replace: work,
  release: work,
  holders: work,
});

interface Row {
  readonly why: string;
  readonly alert?: unknown;
  readonly phases?: readonly Selector[];
  readonly policy?: GuardrailPolicy;
  readonly options?: Partial<Omit<GuardrailsOptions, 'policy'>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What was done before, which may act. */
  readonly before?: (remediator: Remediator, guardrails: Guardrails) => Promise<unknown>;
  /** How the reason is recorded: the end of the decision, or the check that refused. */
  readonly by: string;
  readonly reason: RegExp;
}

/** Ends of a decision that names no function. */
const ENDS: readonly string[] = ['escalated', 'none-applies', 'resolved'];

const ROWS: readonly Row[] = [
  {
    why: 'below the threshold',
    phases: [scripted('sure', restart(0.699))],
    by: 'escalated',
    reason: /not sure enough: it crashes/,
  },
  {
    why: 'a phase is sure that none applies',
    phases: [scripted('x', { kind: 'abstained', reason: 'none-applies', confidence: 0.9, detail: 'it will pass' })],
    by: 'none-applies',
    reason: /it will pass/,
  },
  {
    why: 'a missing parameter',
    alert: { labels: { alertname: 'PodCrashLooping', pod: 'checkout-0' } },
    phases: [createRulesSelector()],
    by: 'escalated',
    reason: /missing-parameter: the alert does not name namespace/,
  },
  {
    why: 'a function outside the catalog',
    phases: [scripted('x', { ...restart(1), lambdaFunction: 'delete-everything' })],
    by: 'escalated',
    reason: /not in the catalog/,
  },
  {
    why: 'every phase failed',
    phases: [scripted('x', away)],
    by: 'escalated',
    reason: /the store is away/,
  },
  {
    why: 'a resolved alert',
    alert: { ...ALERT, status: 'resolved' },
    by: 'resolved',
    reason: /the alert is resolved/,
  },
  {
    why: 'the mode suggest, which is the default',
    policy: { mode: undefined },
    by: 'mode',
    reason: /would have called/,
  },
  {
    why: 'a mode that lists other functions',
    policy: { auto: { functions: ['pod-check-status'] } },
    by: 'mode',
    reason: /does not name "pod-restart"/,
  },
  {
    why: 'the kill switch of the environment',
    env: { TRM_KILL_SWITCH: 'true' },
    by: 'kill-switch',
    reason: /TRM_KILL_SWITCH is set/,
  },
  {
    why: 'the kill switch file of the environment',
    env: { TRM_KILL_SWITCH_FILE: `${folder.path}/stop` },
    by: 'kill-switch',
    reason: /exists/,
  },
  {
    why: 'the kill switch file of the policy',
    policy: { killSwitch: { file: `${folder.path}/stop` } },
    by: 'kill-switch',
    reason: /exists/,
  },
  {
    why: 'a kill switch of the caller that cannot be read',
    options: { killSwitch: away },
    by: 'kill-switch',
    reason: /could not be read/,
  },
  {
    why: 'a duplicate',
    policy: { disabled: ['cooldown'] },
    before: (remediator) => remediator.remediate(ALERT),
    by: 'duplicate',
    reason: /has acted already/,
  },
  {
    why: 'the cooldown of the target',
    alert: AGAIN,
    before: (remediator) => remediator.remediate(ALERT),
    by: 'cooldown',
    reason: /limit of 1 in 1800 s/,
  },
  {
    why: 'the cooldown of the function',
    policy: { cooldowns: { function: [{ limit: 1, windowMs: 60_000 }] } },
    phases: [createRulesSelector()],
    before: (remediator) => remediator.remediate(OTHER),
    by: 'cooldown',
    reason: /limit of 1 in 60 s of "pod-restart"/,
  },
  {
    why: 'a storm',
    policy: { storm: { limit: 1 } },
    phases: [createRulesSelector()],
    before: (remediator) => remediator.remediate(OTHER),
    by: 'storm',
    reason: /more than 1 distinct actions/,
  },
  {
    why: 'attempts in vain',
    before: async (_remediator, guardrails) => {
      const alert = { ...ALERT, metrics: {}, status: 'firing' as const };
      const call = restart(1);
      for (const eventId of ['event-1', 'event-2']) {
        await guardrails.recordOutcome({ eventId, alert, call, outcome: 'ineffective', at: Date.now() });
      }
    },
    by: 'ineffective',
    reason: /2 attempts .* were in vain/,
  },
  {
    why: 'a namespace that is denied',
    alert: { ...ALERT, labels: { ...ALERT.labels, namespace: 'kube-system' } },
    phases: [createRulesSelector()],
    by: 'namespaces',
    reason: /denies changes in the namespace "kube-system"/,
  },
  {
    why: 'a confidence below the floor of the risk',
    policy: { confidence: { mutating: 0.95 } },
    by: 'confidence',
    reason: /below 0.95, the floor of mutating functions/,
  },
  {
    why: 'an approval that is refused',
    policy: { mode: 'approve' },
    options: { approve: async () => false },
    by: 'approval',
    reason: /was not approved/,
  },
  {
    why: 'an approval that is no clear yes',
    policy: { mode: 'approve' },
    options: { approve: async () => 'yes' as never },
    by: 'approval',
    reason: /no clear yes/,
  },
  {
    why: 'an approval that does not come in time',
    policy: { mode: 'approve', approval: { timeoutMs: 15 } },
    options: { approve: hanging },
    by: 'approval',
    reason: /nobody approved within 15 ms/,
  },
  {
    why: 'a store that is away',
    options: { store: storeThat(away) },
    by: 'state-unavailable',
    reason: /the store is away/,
  },
  {
    why: 'a store that hangs',
    policy: { stateTimeoutMs: 15 },
    options: { store: storeThat(hanging) },
    by: 'state-unavailable',
    reason: /cannot be known/,
  },
];

/** A way from an alert to a sink that counts. */
function start({ phases = [scripted('sure', restart(0.9))], policy, options }: Partial<Row>) {
  const dispatcher = countingDispatcher();
  const guardrails = guard({ store: createMemoryGuardrailStore(), ...options, ...(policy && { policy }) });
  const remediator = new Remediator({ chain: new RemediationChain({ phases }), guardrails, dispatcher });
  return { dispatcher, guardrails, remediator };
}

describe('the sink is called no time', () => {
  it.each(ROWS)('for $why', async (row) => {
    const { dispatcher, guardrails, remediator } = start(row);
    await row.before?.(remediator, guardrails);
    const acted = dispatcher.actions.length;
    for (const [name, value] of Object.entries(row.env ?? {})) vi.stubEnv(name, value);
    const [remediation] = await remediator.remediate(row.alert ?? ALERT);
    expect(dispatcher.actions.length).toBe(acted);
    expect(remediation?.outcome).toBe(ENDS.includes(row.by) ? 'nothing' : 'refused');
    expect(remediation?.eventId).toBeUndefined();
    const { decision, verdict } = remediation as Remediation;
    const recorded = verdict
      ? verdict.refusals.map(({ check, detail }) => ({ by: check as string, reason: detail }))
      : [...decision.attempts, { reason: decision.reasoning }].map(({ reason }) => ({ by: decision.outcome, reason }));
    expect(recorded, JSON.stringify(recorded)).toContainEqual({
      by: row.by,
      reason: expect.stringMatching(row.reason),
    });
    await remediator.dispose();
  });

  it('and once where nothing speaks against it, so that the table above can fail', async () => {
    const { dispatcher, remediator } = start({});
    const [remediation] = await remediator.remediate(ALERT);
    expect(remediation).toMatchObject({ outcome: 'acted', eventId: expect.any(String) });
    expect(dispatcher.actions).toMatchObject([
      { call: { lambdaFunction: 'pod-restart', parameters: { name: 'checkout-0', namespace: 'shop' } }, phase: 'sure' },
    ]);
  });
});
