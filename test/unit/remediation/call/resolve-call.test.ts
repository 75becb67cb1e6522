import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, type Catalog, DEFAULT_CATALOG, parseCatalog } from '../../../../src/domain/index.js';
import { resolveCall } from '../../../../src/remediation/call/index.js';

const alertOf = (labels: Record<string, string>, more: Partial<Alert> = {}): Alert => ({
  labels: { alertname: 'PodDown', ...labels },
  annotations: {},
  metrics: {},
  status: 'firing',
  ...more,
});
const POD = { pod: 'checkout-7d9f8b6c5-x2x4z', namespace: 'shop' };

function resolve(
  lambdaFunction: string,
  labels: Record<string, string>,
  parameters?: Record<string, unknown>,
  catalog: Catalog = DEFAULT_CATALOG,
): ReturnType<typeof resolveCall> {
  return resolveCall({ alert: alertOf(labels), catalog }, { lambdaFunction, parameters, by: 'test' });
}

describe('a proposed call', () => {
  it('takes what it leaves out from the labels, declared rules and defaults', () => {
    expect(resolve('pod-restart', POD)).toEqual({
      kind: 'call',
      lambdaFunction: 'pod-restart',
      parameters: { name: POD.pod, namespace: 'shop', type: 'pod' },
      parameterOrigins: {
        name: { kind: 'label', key: 'pod' },
        namespace: { kind: 'label', key: 'namespace' },
        type: { kind: 'rule', rule: 'kind-of', key: 'pod' },
      },
      guessed: [],
    });
    expect(resolve('flux-reconcile-kustomization', { kind: 'Kustomization', name: 'homepage' })).toMatchObject({
      parameters: { name: 'homepage', namespace: 'flux-system' },
      parameterOrigins: { namespace: { kind: 'default' } },
    });
  });

  it('keeps a target that the alert names, and refuses every other one', () => {
    expect(resolve('pod-restart', POD, { name: POD.pod, namespace: 'shop' })).toMatchObject({ kind: 'call' });
    for (const name of ['other-0', 'checkout', `${POD.pod} `, '../x', '{{ $labels.pod }}', '']) {
      expect(resolve('pod-restart', POD, { name }), name).toMatchObject({
        kind: 'refused',
        reason: 'invalid-parameter',
        detail: expect.stringMatching(/^name: /),
      });
    }
    expect(resolve('pod-restart', POD, { namespace: 'kube-system' })).toMatchObject({ reason: 'invalid-parameter' });
    expect(resolve('flux-reconcile-helmrelease', { name: 'x' }, { namespace: 'flux-system' })).toMatchObject({
      parameters: { namespace: 'flux-system' },
    });
  });

  it('may set a number within the bounds of its schema, also as text', () => {
    const labels = { deployment: 'cart', namespace: 'shop', replicas: '2' };
    expect(resolve('scale-deployment', labels)).toMatchObject({ parameters: { replicas: 3 } });
    for (const replicas of [5, '5']) {
      expect(resolve('scale-deployment', labels, { replicas })).toMatchObject({
        parameters: { replicas: 5 },
        parameterOrigins: { replicas: { kind: 'proposal', by: 'test' } },
      });
    }
    for (const replicas of [99, 0, 2.5, 'many']) {
      expect(resolve('scale-deployment', labels, { replicas }), String(replicas)).toMatchObject({
        reason: 'invalid-parameter',
      });
    }
  });

  it.each([
    ['unknown-function', 'rm-rf', POD, undefined],
    ['unknown-function', '', POD, undefined],
    ['invalid-parameter', 'pod-restart', POD, { force: true }],
    ['invalid-parameter', 'pod-restart', POD, { name: 7 }],
    ['invalid-parameter', 'pod-restart', POD, { name: null }],
    ['missing-parameter', 'pod-restart', { namespace: 'shop' }, undefined],
    ['missing-parameter', 'pod-check-status', { namespace: 'shop' }, undefined],
    ['contradiction', 'pod-restart', POD, { type: 'deployment' }],
  ])('is refused for %s: %s', (reason, name, labels, parameters) => {
    expect(resolve(name, labels, parameters)).toMatchObject({ kind: 'refused', reason });
  });

  it('says which parameters were a guess between labels', () => {
    const catalog = parseCatalog([
      {
        name: 'look',
        description: 'Look at a thing.',
        parameters: { type: 'object', properties: { thing: { type: 'string' } }, required: ['thing'] },
      },
    ]);
    expect(resolve('look', { shard: 'a', rack: 'b' }, undefined, catalog)).toMatchObject({ guessed: ['thing'] });
    expect(resolve('look', { shard: 'a', rack: 'b' }, { thing: 'b' }, catalog)).toMatchObject({
      guessed: [],
      parameters: { thing: 'b' },
    });
    expect(resolve('look', { shard: 'a', thing: 'b' }, undefined, catalog)).toMatchObject({
      guessed: [],
      parameters: { thing: 'b' },
    });
  });

  it('goes to the object that the alert is about where an exporter has labels of its own', () => {
    const labels = { pod: 'exporter-0', namespace: 'monitoring', exported_pod: 'db-0', exported_namespace: 'data' };
    expect(resolve('pod-restart', labels)).toMatchObject({ parameters: { name: 'db-0', namespace: 'data' } });
  });

  it('never has a target from anywhere but the labels and the defaults, whatever is proposed', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('shop', 'db-0', 'kube-system', 'flux-system', '; rm -rf /'));
    const labels = fc.dictionary(fc.constantFrom('pod', 'namespace', 'deployment', 'app', 'name', 'kind'), text);
    const parameters = fc.dictionary(fc.constantFrom('name', 'namespace', 'type', 'selector', 'replicas'), text);
    const names = fc.constantFrom(...DEFAULT_CATALOG.map(({ name }) => name));
    fc.assert(
      fc.property(labels, parameters, names, (given, proposed, name) => {
        const call = resolve(name, given, proposed);
        if (call.kind === 'refused') return;
        const allowed = new Set([...Object.values(given), 'flux-system']);
        for (const key of ['name', 'namespace']) {
          const value = call.parameters[key];
          const owned = call.parameterOrigins[key]?.kind === 'rule';
          if (value !== undefined && !owned) expect(allowed).toContain(value);
        }
      }),
      { numRuns: 200 },
    );
  });
});
