import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterOrigin, ParameterValue } from '../../../../src/domain/index.js';
import {
  createMemoryGuardrailStore,
  type GuardedAction,
  type GuardrailMode,
} from '../../../../src/remediation/guardrails/index.js';
import { actionOf, alertOf, CATALOG, firingAgain, guard, handClock } from './actions.js';

const RUNS = { numRuns: 100 };
const FEW_RUNS = { numRuns: 12 };
const word = fc.constantFrom('shop', 'web', 'billing', 'shop-0', 'web-7d9f8b6c5-x2x4z', 'kube-system', 'flux-system');
const text = fc.oneof(word, fc.string({ maxLength: 12, unit: 'binary' }));
const alert = fc
  .record({
    pod: fc.option(text, { nil: undefined }),
    namespace: fc.option(text, { nil: undefined }),
    deployment: fc.option(text, { nil: undefined }),
    persistentvolumeclaim: fc.option(text, { nil: undefined }),
    note: fc.option(text, { nil: undefined }),
  })
  .chain((labels) =>
    fc
      .record({ status: fc.constantFrom('firing' as const, 'resolved' as const), summary: text })
      .map(({ status, summary }) => alertOf(labels, { status, annotations: { summary } })),
  );
const origin: fc.Arbitrary<ParameterOrigin> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('label' as const, 'annotation' as const, 'metric' as const),
    key: fc.constantFrom('pod', 'namespace', 'deployment', 'summary', 'note'),
  }),
  fc.constant({ kind: 'default' as const }),
  fc.constant({ kind: 'rule' as const, rule: 'owner-of-pod', key: 'pod' }),
  fc.constant({ kind: 'proposal' as const, by: 'llm' }),
);
const value: fc.Arbitrary<ParameterValue> = fc.oneof(text, fc.integer(), fc.boolean(), fc.double());
const parameterName = fc.constantFrom('name', 'namespace', 'type', 'replicas', 'selector', 'grace', 'force');

/** A call as it would be made soundly, where the alert allows one. */
const sound = fc.record({ alert, name: fc.constantFrom(...CATALOG.map(({ name }) => name)) }).map(({ alert, name }) => {
  try {
    return actionOf(alert, name);
  } catch {
    return { ...actionOf(), alert };
  }
});
/** A call of which anything may be wrong. */
const action: fc.Arbitrary<GuardedAction> = fc
  .record({
    base: sound,
    lambdaFunction: fc.option(text, { nil: undefined, freq: 8 }),
    parameters: fc.dictionary(parameterName, value, { maxKeys: 2 }),
    origins: fc.dictionary(parameterName, origin, { maxKeys: 2 }),
    confidence: fc.oneof(fc.double({ min: 0, max: 1 }), fc.double()),
  })
  .map(({ base, lambdaFunction, parameters, origins, confidence }) => ({
    ...base,
    confidence,
    call: {
      lambdaFunction: lambdaFunction ?? base.call.lambdaFunction,
      parameters: { ...base.call.parameters, ...parameters },
      parameterOrigins: { ...base.call.parameterOrigins, ...origins },
    },
  }));
const open = { mode: 'auto', auto: { functions: CATALOG.map(({ name }) => name) } } as const;
const stateless = { disabled: ['storm', 'duplicate', 'cooldown', 'ineffective'] } as const;

describe('whatever the action', () => {
  const permissive = guard({ policy: { ...open, ...stateless } });
  const suggesting = guard({ policy: { mode: 'suggest' } });

  it('acts only with a function of the catalog, at or over its floor, on a firing alert', async () => {
    await fc.assert(
      fc.asyncProperty(action, async (given) => {
        const verdict = await permissive.evaluate(given);
        expect(verdict.act).toBe(verdict.refusals.length === 0);
        if (!verdict.act) return;
        const definition = CATALOG.find(({ name }) => name === given.call.lambdaFunction);
        expect(definition).toBeDefined();
        expect(given.confidence).toBeGreaterThanOrEqual(definition?.risk === 'destructive' ? 0.95 : 0.7);
        expect(given.confidence).toBeLessThanOrEqual(1);
        expect(given.alert.status).toBe('firing');
      }),
      RUNS,
    );
  });

  it('never acts on a target that neither the labels nor the schema give', async () => {
    await fc.assert(
      fc.asyncProperty(action, async (given) => {
        const verdict = await permissive.evaluate({ ...given, confidence: 1 });
        if (!verdict.act) return;
        const labels = Object.values(given.alert.labels);
        const { name, namespace } = given.call.parameters;
        if (namespace !== undefined && namespace !== 'flux-system') expect(labels).toContain(namespace);
        if (name === undefined) return;
        // A Deployment may be named by one of its pods.
        expect(labels.some((label) => label === name || label.startsWith(`${String(name)}-`))).toBe(true);
      }),
      RUNS,
    );
  });

  it('never acts below a floor, on a resolved alert or in the mode "suggest"', async () => {
    const asked = fc.record({ given: sound, below: fc.double({ min: 0, max: 0.6999, noNaN: true }) });
    await fc.assert(
      fc.asyncProperty(asked, async ({ given, below }) => {
        const over = { ...given.alert, status: 'resolved' as const };
        expect((await permissive.evaluate({ ...given, confidence: below })).act).toBe(false);
        expect((await permissive.evaluate({ ...given, alert: over })).act).toBe(false);
        expect((await suggesting.evaluate(given)).act).toBe(false);
      }),
      RUNS,
    );
  });

  it('says the same of the same', async () => {
    const mode = fc.constantFrom<GuardrailMode>('suggest', 'approve', 'auto');
    await fc.assert(
      fc.asyncProperty(action, mode, async (given, chosen) => {
        const approve = async () => true;
        const judge = () => guard({ approve, policy: { ...open, mode: chosen } }).evaluate(given);
        expect(await judge()).toEqual(await judge());
      }),
      FEW_RUNS,
    );
  });

  it('acts once on a target, however many ask at once through two replicas', async () => {
    const single = actionOf();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 30 }), fc.boolean(), async (count, sameAlert) => {
        const { read: clock } = handClock();
        const store = createMemoryGuardrailStore({ clock });
        const replicas = [guard({ store, clock }), guard({ store, clock })] as const;
        const verdicts = await Promise.all(
          Array.from({ length: count }, (_, index) =>
            replicas[index % 2 === 0 ? 0 : 1].evaluate(sameAlert ? single : firingAgain(single, index)),
          ),
        );
        expect(verdicts.filter(({ act }) => act)).toHaveLength(1);
      }),
      FEW_RUNS,
    );
  });

  it('acts as often as a function may be called, however many targets ask at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 15 }), async (limit, count) => {
        const policy = { cooldowns: { function: [{ limit, windowMs: 60_000 }] } };
        const guardrails = guard({ policy });
        const verdicts = await Promise.all(
          Array.from({ length: count }, (_, index) => guardrails.evaluate(actionOf(alertOf({ pod: `shop-${index}` })))),
        );
        expect(verdicts.filter(({ act }) => act)).toHaveLength(Math.min(limit, count));
      }),
      FEW_RUNS,
    );
  });
});
