import { describe, expect, it } from 'vitest';
import {
  GUARDRAIL_NAMES,
  type GuardedAction,
  type GuardrailPolicy,
  type Guardrails,
  type GuardrailsOptions,
  type SwitchableCheck,
} from '../../../../src/remediation/guardrails/index.js';
import { act, actionOf, alertOf, firingAgain, forged, guard, refusedBy } from './actions.js';

interface Case {
  readonly check: SwitchableCheck;
  readonly what: string;
  readonly action: GuardedAction;
  readonly detail: RegExp;
  readonly policy?: GuardrailPolicy;
  readonly options?: Partial<GuardrailsOptions>;
  readonly before?: (guardrails: Guardrails) => Promise<unknown>;
}

const restart = actionOf();
const claim = alertOf({ pod: undefined, persistentvolumeclaim: 'data-0' });
const scaled = actionOf(alertOf({ pod: undefined, deployment: 'shop' }), 'scale-deployment');
const named = (name: string) => forged(restart, { parameters: { ...restart.call.parameters, name } });
const lost = { alert: restart.alert, call: restart.call, outcome: 'ineffective', at: Date.now() } as const;

const CASES: readonly Case[] = [
  {
    check: 'resolved',
    what: 'an alert that is over',
    action: { ...restart, alert: { ...restart.alert, status: 'resolved' } },
    detail: /"resolved", not firing/,
  },
  {
    check: 'catalog',
    what: 'a function that nobody presented',
    action: forged(restart, { lambdaFunction: 'delete-everything' }),
    detail: /"delete-everything" is not in the catalog/,
  },
  {
    check: 'catalog',
    what: 'a function called like a property of every object',
    action: forged(restart, { lambdaFunction: 'constructor' }),
    detail: /"constructor" is not in the catalog/,
  },
  {
    check: 'parameters',
    what: 'a number out of bounds',
    action: forged(scaled, { parameters: { ...scaled.call.parameters, replicas: 99 } }),
    detail: /replicas must be <= 10/,
  },
  {
    check: 'parameters',
    what: 'a parameter that the schema does not know, even where it lets it pass',
    action: forged(actionOf(claim, 'delete-claim'), { parameters: { name: 'data-0', namespace: 'shop', force: true } }),
    detail: /"delete-claim" has no parameter "force"/,
  },
  {
    check: 'parameters',
    what: 'a missing parameter',
    action: forged(restart, { parameters: { name: 'shop-0' } }),
    detail: /'namespace'/,
  },
  {
    check: 'parameters',
    what: 'a value that is no scalar',
    action: named(['shop-0'] as never),
    detail: /^name: expected text, a finite number or a switch, received an array of 1/,
  },
  {
    check: 'parameters',
    what: 'a number that is none',
    action: forged(actionOf(claim, 'delete-claim'), {
      parameters: { name: 'data-0', namespace: 'shop', grace: Number.NaN },
    }),
    detail: /^grace: expected text, a finite number/,
  },
  {
    check: 'targets',
    what: 'a name that the alert does not carry',
    action: named('billing-0'),
    detail: /"billing-0" is no value of the alert's own labels/,
  },
  {
    check: 'targets',
    what: 'a value without an origin',
    action: forged(restart, { parameterOrigins: {} }),
    detail: /^name: the call does not say where the value comes from/,
  },
  {
    check: 'kubernetes-names',
    what: 'a name that no object can have',
    action: named('Shop_0'),
    detail: /^name: expected the name of an object .* received "Shop_0"/,
  },
  {
    check: 'kubernetes-names',
    what: 'a namespace with a dot',
    action: forged(restart, { parameters: { ...restart.call.parameters, namespace: 'shop.prod' } }),
    detail: /^namespace: expected the name of a namespace/,
  },
  ...['shop-0;reboot', '$(reboot)', '../etc/passwd', 'a b', '-rf', 'a\nb', 'shop\u202e0', ''].map(
    (name): Case => ({
      check: 'metacharacters',
      what: `the name ${JSON.stringify(name)}`,
      action: named(name),
      detail: /^"name": expected letters, digits/,
    }),
  ),
  {
    check: 'namespaces',
    what: 'a change in kube-system',
    action: actionOf(alertOf({ namespace: 'kube-system' })),
    detail: /denies changes in the namespace "kube-system"/,
  },
  {
    check: 'namespaces',
    what: 'a change beside the allowed namespaces',
    action: restart,
    policy: { namespaces: { allow: ['shop-*', 'web'] } },
    detail: /does not allow changes in the namespace "shop"/,
  },
  {
    check: 'confidence',
    what: 'a confidence just below the floor',
    action: { ...restart, confidence: 0.6999 },
    detail: /0.6999 is below 0.7, the floor of mutating functions/,
  },
  ...[Number.NaN, -0.1, 1.1, undefined as never, '0.9' as never].map(
    (confidence): Case => ({
      check: 'confidence',
      what: `the confidence ${String(confidence)} (${typeof confidence})`,
      action: { ...restart, confidence },
      policy: { confidence: { mutating: 0 } },
      detail: /expected a confidence from 0 to 1/,
    }),
  ),
  {
    check: 'destructive',
    what: 'destruction that the policy does not name',
    action: actionOf(claim, 'delete-claim'),
    detail: /"delete-claim" is destructive, and policy.auto.functions does not name it/,
  },
  {
    check: 'kill-switch',
    what: 'a switch of the caller',
    action: restart,
    options: { killSwitch: async () => 'maintenance until noon' },
    detail: /^maintenance until noon$/,
  },
  {
    check: 'storm',
    what: 'one distinct action too many',
    action: restart,
    policy: { storm: { limit: 1 } },
    before: (guardrails) => guardrails.evaluate(actionOf(alertOf({ pod: 'web-0', namespace: 'web' }))),
    detail: /more than 1 distinct actions in 300 s, so nothing is done for 600 s/,
  },
  {
    check: 'ineffective',
    what: 'a third attempt after two in vain',
    action: restart,
    before: async (guardrails) => {
      await guardrails.recordOutcome({ ...lost, eventId: 'one' });
      await guardrails.recordOutcome({ ...lost, eventId: 'two', outcome: 'failed' });
    },
    detail: /2 attempts on "shop\/pod\/shop-0" were in vain/,
  },
  {
    check: 'duplicate',
    what: 'the same alert again',
    action: restart,
    before: (guardrails) => act(guardrails, restart),
    detail: /has acted already/,
  },
  {
    check: 'cooldown',
    what: 'the same target again',
    action: firingAgain(restart, 10),
    before: (guardrails) => act(guardrails, restart),
    detail: /the limit of 1 in 1800 s on "shop\/pod\/shop-0" is reached/,
  },
];

const SWITCHABLE = GUARDRAIL_NAMES.filter(
  (name): name is SwitchableCheck => !['mode', 'in-progress', 'approval', 'state-unavailable'].includes(name),
);

async function judge(entry: Case, disabled: readonly SwitchableCheck[]) {
  const guardrails = guard({ ...entry.options, policy: { ...entry.policy, disabled } });
  await entry.before?.(guardrails);
  return guardrails.evaluate(entry.action);
}

describe('each check', () => {
  it('is in the table', () => {
    expect(new Set(CASES.map(({ check }) => check))).toEqual(new Set(SWITCHABLE));
  });

  it('lets a sound action pass', async () => {
    const verdict = await guard().evaluate(restart);
    expect(verdict).toMatchObject({ act: true, mode: 'auto', refusals: [] });
    expect(new Set(verdict.checks)).toEqual(new Set([...SWITCHABLE, 'in-progress', 'mode']));
    expect(new Set(verdict.checks).size).toBe(verdict.checks.length);
  });

  it.each(CASES)('refuses alone, by $check: $what', async (entry) => {
    const others = SWITCHABLE.filter((name) => name !== entry.check);
    const verdict = await judge(entry, others);
    expect(verdict.act).toBe(false);
    expect(refusedBy(verdict)).toEqual([entry.check]);
    expect(verdict.refusals[0]?.detail).toMatch(entry.detail);
    expect(verdict.checks).toContain(entry.check);
  });

  it.each(CASES)('is on by default, $check: $what', async (entry) => {
    const verdict = await judge(entry, []);
    expect(verdict.act).toBe(false);
    expect(refusedBy(verdict)).toContain(entry.check);
  });

  it.each(CASES)('can be switched off, $check: $what', async (entry) => {
    const verdict = await judge(entry, SWITCHABLE);
    expect(verdict).toMatchObject({ act: true, refusals: [] });
    expect(verdict.checks).toEqual(['mode']);
  });
});

describe('origins', () => {
  const origin = (name: unknown) =>
    forged(restart, { parameterOrigins: { ...restart.call.parameterOrigins, name: name as never } });

  it.each([
    [{ kind: 'label', key: 'deployment' }, /has no label "deployment"/],
    [{ kind: 'label', key: 'toString' }, /has no label "toString"/],
    [{ kind: 'label', key: 'namespace' }, /label "namespace" holds another value/],
    [{ kind: 'annotation', key: 'summary' }, /comes from no label/],
    [{ kind: 'metric', key: 'pods' }, /names no target/],
    [{ kind: 'alert-name', word: 'shop' }, /names no target/],
    [{ kind: 'default' }, /not the declared default/],
    [{ kind: 'proposal', by: 'rag' }, /names no target/],
    [{ kind: 'rule', rule: 'owner-of-pod', key: 'owner' }, /has no "owner"/],
    [{ kind: 'guess' }, /comes from no label/],
    [undefined, /does not say where/],
  ])('that cannot be true are refused: %j', async (forgery, detail) => {
    const verdict = await guard().evaluate(origin(forgery));
    expect(refusedBy(verdict)).toEqual(['targets']);
    expect(verdict.refusals[0]?.detail).toMatch(detail);
  });

  it('of numbers, switches and choices may be proposals', async () => {
    const proposed = actionOf(scaled.alert, 'scale-deployment', { parameters: { replicas: 5 } });
    expect(proposed.call.parameterOrigins['replicas']).toEqual({ kind: 'proposal', by: 'rules' });
    expect(await guard().evaluate(proposed)).toMatchObject({ act: true });
  });

  it.each([
    ['a label', alertOf({ pod: undefined, deployment: 'shop', replicas: '4' }), 'scale-deployment'],
    ['the owner of a pod', alertOf({ pod: 'shop-7d9f8b6c5-x2x4z' }), 'scale-deployment'],
    ['the name of the alert', alertOf({ alertname: 'PrometheusServiceDown', pod: undefined }), 'pod-check-status'],
    ['a label rendered as a selector', alertOf({ pod: undefined, app: 'shop' }), 'pod-check-status'],
    [
      'a default',
      alertOf({ pod: undefined, namespace: undefined, kustomization: 'apps' }),
      'flux-reconcile-kustomization',
    ],
  ])('that are true pass: %s', async (_, alert, lambdaFunction) => {
    expect(await guard().evaluate(actionOf(alert, lambdaFunction))).toMatchObject({ act: true, refusals: [] });
  });
});

describe('risk', () => {
  const kube = alertOf({ namespace: 'kube-system' });
  const deletion = actionOf(claim, 'delete-claim');

  it('lets functions that read look everywhere', async () => {
    const policy = { namespaces: { allow: ['web'] } };
    expect(await guard({ policy }).evaluate(actionOf(kube, 'pod-check-status'))).toMatchObject({ act: true });
  });

  it('reads lists with and without a trailing star', async () => {
    const listed = async (allow: readonly string[]) =>
      (await guard({ policy: { namespaces: { allow } } }).evaluate(restart)).act;
    expect(await listed(['shop'])).toBe(true);
    expect(await listed(['sh*'])).toBe(true);
    expect(await listed(['*'])).toBe(true);
    expect(await listed(['sho'])).toBe(false);
    expect(await listed(['shop-*'])).toBe(false);
    expect(await listed([])).toBe(false);
  });

  it('lets deny go before allow', async () => {
    const policy = { namespaces: { allow: ['*'], deny: ['sh*'] } };
    expect(refusedBy(await guard({ policy }).evaluate(restart))).toEqual(['namespaces']);
  });

  it('wants to be surer, the more can break', async () => {
    const policy = { auto: { functions: ['delete-claim'] } };
    expect(await guard({ policy }).evaluate({ ...deletion, confidence: 0.95 })).toMatchObject({ act: true });
    expect(refusedBy(await guard({ policy }).evaluate({ ...deletion, confidence: 0.94 }))).toEqual(['confidence']);
    const look = { ...actionOf(alertOf(), 'pod-check-status'), confidence: 0.7 };
    expect(await guard().evaluate(look)).toMatchObject({ act: true });
    expect(await guard().evaluate({ ...restart, confidence: 0.7 })).toMatchObject({ act: true });
  });

  it('lets a person approve destruction that the policy does not name', async () => {
    const verdict = await guard({ policy: { mode: 'approve' }, approve: async () => true }).evaluate(deletion);
    expect(verdict).toMatchObject({ act: true, mode: 'approve' });
  });
});

describe('a refusal', () => {
  it('says all that speaks against an action', async () => {
    const verdict = await guard().evaluate({
      ...forged(restart, { parameters: { name: 'a;b', namespace: 'kube-system' } }),
      confidence: 0.1,
    });
    expect(refusedBy(verdict)).toEqual(['confidence', 'namespaces', 'kubernetes-names', 'metacharacters', 'targets']);
  });

  it('shows no secrets and no control characters, and is short', async () => {
    const secret = 'hf_abcdefghijklmnop';
    const verdict = await guard().evaluate(named(`x\u001b[2J\u202e ${secret} ${'y'.repeat(5_000)}`));
    const text = JSON.stringify(verdict.refusals);
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const { detail } of verdict.refusals) expect(detail.length).toBeLessThanOrEqual(300);
  });

  it.each([null, undefined, 'name=shop-0', 5])(
    'comes for parameters that are %j, not an exception',
    async (parameters) => {
      const verdict = await guard().evaluate(forged(restart, { parameters: parameters as never }));
      expect(verdict.act).toBe(false);
      expect(refusedBy(verdict)).toContain('parameters');
    },
  );
});
