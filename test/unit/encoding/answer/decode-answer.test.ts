import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InferenceError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG, parseCatalog } from '../../../../src/domain/index.js';
import { CAUSES, decodeAnswer, explain } from '../../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, arbitraryRawAnswer, rawAnswer, rowOf } from '../helpers.js';

const causes = ['crash-loop', 'watchdog', 'unknown'];

function decode(
  labels: Record<string, string>,
  functionName: string | null,
  pointers: Record<string, string> = {},
  rest: { metrics?: Record<string, number | string>; catalog?: unknown } = {},
) {
  const row = rowOf(
    alertOf(labels, { metrics: rest.metrics ?? {} }),
    rest.catalog === undefined ? undefined : parseCatalog(rest.catalog),
  );
  const answer = decodeAnswer(rawAnswer(row, functionName, pointers), row, causes);
  return { ...answer, sentence: explain(answer, row.alert) };
}

describe('decodeAnswer', () => {
  it('renders a call with the origin of every value', () => {
    const labels = { alertname: 'PodCrashLoopBackOff', pod: 'web-0', namespace: 'shop' };
    const answer = decode(labels, 'pod-restart', { name: 'pod', namespace: 'namespace' });
    expect(answer).toMatchObject({
      lambdaFunction: 'pod-restart',
      parameters: { name: 'web-0', namespace: 'shop', type: 'pod' },
      parameterOrigins: {
        name: { kind: 'label', key: 'pod' },
        namespace: { kind: 'label', key: 'namespace' },
        type: { kind: 'rule', rule: 'kind-of', key: 'pod' },
      },
      cause: 'crash-loop',
      topFunction: 'pod-restart',
    });
    expect(answer.abstainReason).toBeUndefined();
    expect(answer.sentence).toBe(
      'Cause crash-loop: pod web-0 in namespace shop keeps restarting -> pod-restart with name from label pod, ' +
        'namespace from label namespace, type by rule kind-of from pod.',
    );
  });

  it.each([
    [{ statefulset: 'db' }, 'statefulset', 'statefulset'],
    [{ deployment: 'web' }, 'deployment', 'deployment'],
    [{ name: 'agent', kind: 'DaemonSet' }, 'name', 'daemonset'],
    [{ name: 'something' }, 'name', 'pod'],
  ])('derives the kind of the object that %j names', (labels, key, type) => {
    const all = { alertname: 'X', namespace: 'shop', ...labels };
    expect(decode(all, 'pod-restart', { name: key, namespace: 'namespace' }).parameters['type']).toBe(type);
  });

  it.each([
    [{}, {}, 3, { kind: 'default' }],
    [{ spec_replicas: '4' }, {}, 5, { kind: 'rule', rule: 'replicas', key: 'spec_replicas' }],
    [{}, { current_replicas: 2 }, 3, { kind: 'rule', rule: 'replicas', key: 'current_replicas' }],
    [{ replicas: '12' }, {}, 10, { kind: 'rule', rule: 'replicas', key: 'replicas' }],
    [{ replicas: 'many', desired_replicas: '1' }, {}, 2, { kind: 'rule', rule: 'replicas', key: 'desired_replicas' }],
    [{}, { cpu_percent: 85 }, 3, { kind: 'default' }],
  ])('computes replicas by rule from %j and %j', (labels, metrics, replicas, origin) => {
    const all = { alertname: 'PodCPUHigh', namespace: 'shop', deployment: 'web', ...labels };
    const answer = decode(all, 'scale-deployment', { name: 'deployment', namespace: 'namespace' }, { metrics });
    expect(answer.parameters['replicas']).toBe(replicas);
    expect(answer.parameterOrigins['replicas']).toEqual(origin);
  });

  it('names the Deployment that owns a pod and says by which rule', () => {
    const labels = { alertname: 'PodCPUHigh', namespace: 'shop', pod: 'cart-7d9f8b6c5-x2x4z' };
    const answer = decode(labels, 'scale-deployment', { name: 'pod', namespace: 'namespace' });
    expect(answer.parameters).toEqual({ name: 'cart', namespace: 'shop', replicas: 3 });
    expect(answer.parameterOrigins['name']).toEqual({ kind: 'rule', rule: 'owner-of-pod', key: 'pod' });
  });

  it('leaves a namespace to the default of the schema when the pointer says so', () => {
    const labels = { alertname: 'X', name: 'apps', namespace: 'shop' };
    const answer = decode(labels, 'flux-reconcile-kustomization', { name: 'name', namespace: 'default' });
    expect(answer.parameters).toEqual({ name: 'apps', namespace: 'flux-system' });
    expect(answer.parameterOrigins['namespace']).toEqual({ kind: 'default' });
  });

  it('abstains when the best function lacks a parameter, and does not slide to the next', () => {
    const answer = decode({ alertname: 'X', namespace: 'shop' }, 'pod-restart', { namespace: 'namespace' });
    expect(answer).toMatchObject({
      lambdaFunction: null,
      abstainReason: 'missing-parameter',
      topFunction: 'pod-restart',
      missingParameters: ['name'],
      parameters: {},
      parameterOrigins: {},
    });
    expect(answer.features.pointerProbability).toBe(0);
    expect(answer.sentence).toMatch(/no call, since the alert does not name name for pod-restart\.$/);
  });

  it('abstains when none applies', () => {
    const answer = decode({ alertname: 'Watchdog' }, null);
    expect(answer).toMatchObject({ lambdaFunction: null, abstainReason: 'none-applies', topFunction: null });
    expect(answer.candidates[0]?.lambdaFunction).toBeNull();
    expect(answer.features.noneProbability).toBeGreaterThan(0.9);
    expect(answer.features.pointerProbability).toBe(1);
    // Nothing tells the functions apart, and they share what none leaves.
    expect(answer.features.concentration).toBeCloseTo(1 / DEFAULT_CATALOG.length, 6);
  });

  it('abstains when the parameters break a schema that spans them', () => {
    const catalog = [
      {
        name: 'f',
        parameters: {
          properties: { a_name: { type: 'string' }, b_name: { type: 'string' } },
          required: ['a_name', 'b_name'],
          not: { properties: { a_name: { const: 'x' }, b_name: { const: 'x' } } },
        },
      },
    ];
    const answer = decode({ alertname: 'A', widget: 'x' }, 'f', { a_name: 'widget', b_name: 'widget' }, { catalog });
    expect(answer).toMatchObject({ lambdaFunction: null, abstainReason: 'invalid-parameter' });
  });

  it('takes the better of two alternatives when both were left out', () => {
    const labels = { alertname: 'X', namespace: 'shop', pod: 'web-0', app: 'web' };
    const row = rowOf(alertOf(labels));
    const raw = rawAnswer(row, 'pod-check-status', { namespace: 'namespace', name: 'default', selector: 'default' });
    expect(decodeAnswer(raw, row, causes).parameters).toEqual({ namespace: 'shop', name: 'web-0' });
    const selector = row.catalog.parameters.findIndex((parameter) => parameter.name === 'selector');
    const app = row.alert.fields.findIndex((field) => field.key === 'app');
    (raw.pointerLogits[selector] as Float32Array)[app] = 4;
    const answer = decodeAnswer(raw, row, causes);
    expect(answer.parameters).toEqual({ namespace: 'shop', selector: 'app=web' });
    expect(answer.features.pointerProbability).toBeLessThan(0.5);
  });

  it('abstains when no alternative can be filled', () => {
    const answer = decode({ alertname: 'High', namespace: 'shop' }, 'pod-check-status', { namespace: 'namespace' });
    expect(answer).toMatchObject({
      lambdaFunction: null,
      abstainReason: 'missing-parameter',
      missingParameters: ['name'],
    });
  });

  it('reads rows that are padded to the width of a batch', () => {
    const row = rowOf(alertOf({ alertname: 'X', pod: 'web-0', namespace: 'shop' }));
    const raw = rawAnswer(row, 'pod-restart', { name: 'pod', namespace: 'namespace' });
    const padded = raw.pointerLogits.map((logits) =>
      Float32Array.of(...logits.subarray(0, -1), 9, 9, logits.at(-1) ?? 0),
    );
    const functionLogits = Float32Array.of(...raw.functionLogits, 99, 99);
    const answer = decodeAnswer({ ...raw, functionLogits, pointerLogits: padded }, row, causes);
    expect(answer).toEqual(decodeAnswer(raw, row, causes));
  });

  it('refuses logits that are not finite or too few', () => {
    const row = rowOf(alertOf({ alertname: 'X', pod: 'web-0' }));
    const raw = rawAnswer(row, 'pod-restart');
    expect(() => decodeAnswer({ ...raw, qHaltLogit: Number.NaN }, row, causes)).toThrow(InferenceError);
    expect(() => decodeAnswer({ ...raw, functionLogits: new Float32Array(2) }, row, causes)).toThrow(/function_logits/);
    expect(() => decodeAnswer({ ...raw, pointerLogits: [] }, row, causes)).toThrow(/pointer_logits/);
    expect(() => decodeAnswer(raw, row, CAUSES)).toThrow(/cause_logits/);
  });

  it('for any alert and any logits: values come from the alert or the schema, and the schema holds', () => {
    fc.assert(
      fc.property(
        arbitraryAlert.chain((alert) => {
          const row = rowOf(alert);
          return arbitraryRawAnswer(row, causes.length).map((raw) => ({ row, raw }));
        }),
        ({ row, raw }) => {
          const answer = decodeAnswer(raw, row, causes);
          const { labels, metrics } = row.alert.alert;
          const total = answer.candidates.reduce((sum, { probability }) => sum + probability, 0);
          expect(total).toBeCloseTo(1, 6);
          const { acts, ...numbers } = answer.features;
          expect(acts).toBe(answer.lambdaFunction !== null);
          expect(Object.values(numbers).every(Number.isFinite)).toBe(true);
          expect(explain(answer, row.alert)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
          expect(answer.lambdaFunction === null).toBe(answer.abstainReason !== undefined);
          if (answer.lambdaFunction === null) {
            expect(answer.parameters).toEqual({});
            return;
          }
          const entry = row.catalog.functions.find(({ definition }) => definition.name === answer.lambdaFunction);
          expect(entry?.check(answer.parameters)).toBeUndefined();
          expect(Object.keys(answer.parameterOrigins)).toEqual(Object.keys(answer.parameters));
          for (const [name, value] of Object.entries(answer.parameters)) {
            const origin = answer.parameterOrigins[name];
            if (typeof value === 'string') expect(value).toMatch(/^[A-Za-z0-9][\w.:@+=,/-]*$/);
            if (origin?.kind === 'label' && name !== 'selector') expect(value).toBe(labels[origin.key]);
            if (origin?.kind === 'label') expect(Object.hasOwn(labels, origin.key)).toBe(true);
            if (origin?.kind === 'rule' && origin.key !== undefined) {
              expect(Object.hasOwn(labels, origin.key) || Object.hasOwn(metrics, origin.key)).toBe(true);
            }
            if (origin?.kind === 'default') expect(value).toBe(entry?.definition.parameters.properties[name]?.default);
            expect(origin?.kind).not.toBe('annotation');
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('CAUSES', () => {
  it('lists every class once, from crash-loop to unknown', () => {
    expect(new Set(CAUSES).size).toBe(CAUSES.length);
    expect(CAUSES[0]).toBe('crash-loop');
    expect(CAUSES.at(-1)).toBe('unknown');
  });
});
