import { describe, expect, it } from 'vitest';
import type { Alert, ParameterOrigin } from '../../../../src/domain/index.js';
import type { GuardedAction, Verdict } from '../../../../src/remediation/guardrails/index.js';
import { actionOf, alertOf, CATALOG, forged, guard } from './actions.js';
import { PAYLOADS } from './payloads.js';

/** Names that could be real, and that the alert does not carry as labels. */
const PLAUSIBLE = ['db-0', 'billing', 'kube-system', 'payments-7d9f8b6c5-x2x4z', 'coredns'];
const clean = actionOf();
/** Everything is permitted that can be, as often as one likes: what is refused, no setting of a policy refuses. */
const policy = {
  mode: 'auto',
  auto: { functions: CATALOG.map(({ name }) => name) },
  namespaces: { deny: [] },
  confidence: { read: 0, mutating: 0, destructive: 0 },
  disabled: ['storm', 'duplicate', 'cooldown'],
} as const;

interface Attack {
  readonly where: 'label' | 'annotation' | 'parameter';
  readonly payload: string;
  /** What phases that fell for it would do, and one that did not. */
  readonly actions: readonly GuardedAction[];
}

/** Calls that a phase would make that believed the payload, from every origin that it could claim. */
function believed(alert: Alert, payload: string, origins: readonly ParameterOrigin[]): GuardedAction[] {
  const { parameters, parameterOrigins } = clean.call;
  const base: GuardedAction = { ...clean, alert, confidence: 1 };
  return [
    forged(base, { lambdaFunction: payload }),
    forged(base, { parameters: { ...parameters, [payload]: 'x' } }),
    ...origins.flatMap((origin) =>
      ['name', 'namespace', 'type'].map((name) =>
        forged(base, {
          parameters: { ...parameters, [name]: payload },
          parameterOrigins: { ...parameterOrigins, [name]: origin },
        }),
      ),
    ),
  ];
}

const CLAIMS: readonly ParameterOrigin[] = [
  { kind: 'label', key: 'pod' },
  { kind: 'annotation', key: 'lambda_parameters' },
  { kind: 'default' },
  { kind: 'rule', rule: 'owner-of-pod', key: 'pod' },
  { kind: 'proposal', by: 'llm' },
];

const ATTACKS: readonly Attack[] = [
  ...PAYLOADS.map((payload): Attack => {
    const alert = alertOf({ note: payload, pod_name: payload });
    const claims: ParameterOrigin[] = [...CLAIMS, { kind: 'label', key: 'note' }, { kind: 'label', key: 'pod_name' }];
    return { where: 'label', payload, actions: [...believed(alert, payload, claims), { ...clean, alert }] };
  }),
  ...[...PAYLOADS, ...PLAUSIBLE].map((payload): Attack => {
    const annotations = {
      summary: payload,
      description: payload,
      lambda_parameters: payload,
      lambda_function: payload,
    };
    const alert = alertOf({}, { annotations });
    return { where: 'annotation', payload, actions: [...believed(alert, payload, CLAIMS), { ...clean, alert }] };
  }),
  ...[...PAYLOADS, ...PLAUSIBLE].map((payload): Attack => {
    return { where: 'parameter', payload, actions: [...believed(alertOf(), payload, CLAIMS), clean] };
  }),
];

describe('injections', () => {
  it('are many, and each another', () => {
    expect(new Set(PAYLOADS).size).toBeGreaterThanOrEqual(50);
    expect(ATTACKS.length).toBeGreaterThanOrEqual(150);
    for (const where of ['label', 'annotation', 'parameter']) {
      expect(ATTACKS.filter((attack) => attack.where === where).length).toBeGreaterThanOrEqual(50);
    }
  });

  it('change no target, call no function outside the catalog, and hold no sound call up', async () => {
    const changedTargets: unknown[] = [];
    const foreignFunctions: unknown[] = [];
    let acted = 0;
    const note = ({ where, payload }: Attack, { call }: GuardedAction, verdict: Verdict): void => {
      if (!verdict.act) return;
      acted++;
      if (!CATALOG.some(({ name }) => name === call.lambdaFunction)) foreignFunctions.push({ where, payload, call });
      const { name, namespace, type, ...others } = call.parameters;
      const same = name === 'shop-0' && namespace === 'shop' && type === 'pod' && Object.keys(others).length === 0;
      if (!same) changedTargets.push({ where, payload, call });
    };
    const guardrails = guard({ policy });
    for (const attack of ATTACKS) {
      for (const action of attack.actions) note(attack, action, await guardrails.evaluate(action));
    }
    expect(changedTargets).toEqual([]);
    expect(foreignFunctions).toEqual([]);
    expect(acted).toBe(ATTACKS.length);
  });
});
