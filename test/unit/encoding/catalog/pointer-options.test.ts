import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../../../src/domain/index.js';
import { type EncodedParameter, pointerColumn, pointerOptions } from '../../../../src/encoding/index.js';
import { alertOf, rowOf } from '../helpers.js';

/** Keys (or alert-name words) that may fill a parameter, with the values. */
function optionsOf(
  labels: Record<string, string>,
  functionName: string,
  parameterName: string,
  catalog?: unknown,
  metrics: Record<string, number | string> = {},
): Record<string, unknown> {
  const row = rowOf(
    alertOf({ alertname: 'X', ...labels }, { metrics }),
    catalog === undefined ? undefined : parseCatalog(catalog),
  );
  const parameter = row.catalog.parameters.find(
    (entry) =>
      entry.name === parameterName && row.catalog.functions[entry.functionIndex]?.definition.name === functionName,
  ) as EncodedParameter;
  return Object.fromEntries(
    pointerOptions(row.alert, parameter).flatMap((option, index) => {
      const field = row.alert.fields[index];
      return option === undefined || field === undefined
        ? []
        : [[field.key === '' ? field.value : field.key, option.value]];
    }),
  );
}

const oneParameter = (schema: object, name = 'p'): unknown => [
  { name: 'f', description: 'd', parameters: { type: 'object', properties: { [name]: schema } } },
];

describe('pointerOptions', () => {
  it('takes members of an enum that define how they are written, which none of a catalog may', () => {
    const members = [{ toString: 1, valueOf: 1 }, 'shop-0', [1, 2], null];
    expect(optionsOf({ pod: 'shop-0' }, 'f', 'p', oneParameter({ enum: members, type: 'string' }))).toEqual({
      pod: 'shop-0',
    });
    const kinds = {
      p: { type: 'string' },
      kind: { enum: [{ toString: 1, valueOf: 1 }, 'pod'], 'x-derive': { kindOf: 'p' } },
    };
    const catalog = [{ name: 'f', parameters: { type: 'object', properties: kinds } }];
    expect(optionsOf({ pod: 'shop-0' }, 'f', 'p', catalog)).toEqual({ pod: 'shop-0' });
  });

  it('lets a namespace come only from labels that name one and hold a DNS label', () => {
    const labels = { namespace: 'shop', exported_namespace: 'cart', pod: 'web-0', name: 'x', target_ns: 'Not_Valid' };
    expect(optionsOf(labels, 'pod-restart', 'namespace')).toEqual({ namespace: 'shop', exported_namespace: 'cart' });
  });

  it('lets a name come only from labels that can name such an object', () => {
    const labels = {
      pod: 'web-0',
      exported_pod: 'web-1',
      node: 'worker-1',
      container: 'app',
      job: 'kube-state-metrics',
      severity: 'critical',
      prometheus: 'k8s',
      endpoint: 'http',
      alertstate: 'firing',
      cluster: 'prod',
      namespace: 'shop',
      name: 'free',
    };
    expect(optionsOf(labels, 'pod-restart', 'name')).toEqual({ pod: 'web-0', exported_pod: 'web-1', name: 'free' });
  });

  it('reads the kind of a neutral name from the label beside it', () => {
    const labels = { name: 'shop', kind: 'HelmRelease' };
    expect(optionsOf(labels, 'flux-reconcile-helmrelease', 'name')).toEqual({ name: 'shop' });
    expect(optionsOf(labels, 'flux-reconcile-kustomization', 'name')).toEqual({});
    expect(optionsOf({ name: 'shop' }, 'flux-reconcile-kustomization', 'name')).toEqual({ name: 'shop' });
    expect(optionsOf({ workload: 'db', workload_type: 'statefulset' }, 'scale-deployment', 'name')).toEqual({});
  });

  it('takes a number for a name only where the key says what it names', () => {
    const labels = { cost_center: '43502', name: 'shop', pod: '7' };
    expect(optionsOf(labels, 'pod-restart', 'name')).toEqual({ name: 'shop', pod: '7' });
  });

  it.each(['$(reboot)', 'a;b', '../x', 'a/b', 'a b', '-rf', 'x\n', 'x\u202e', 'Näme', '', 'a'.repeat(254), 'UPPER'])(
    'never lets %j become the name of an object',
    (pod) => {
      expect(optionsOf({ pod }, 'pod-restart', 'name')).toEqual({});
    },
  );

  it.each(['xe-1/0/0', 'TenGigE0/1/0/5', 'media/rips', '10.0.0.1:9090'])(
    'lets %j fill a free text, and no name of an object',
    (server) => {
      expect(optionsOf({ server }, 'f', 'p', oneParameter({ type: 'string' }))).toEqual({ server });
      expect(optionsOf({ pod: server }, 'pod-restart', 'name')).toEqual({});
    },
  );

  it.each(['/etc/passwd', 'a//b', 'a/../b', 'a/..', '../a', 'a/', 'a/-rf', 'a/$b', 'https://a', 'a/./b', 'a/.ssh'])(
    'never lets %j fill a free text',
    (server) => {
      expect(optionsOf({ server }, 'f', 'p', oneParameter({ type: 'string' }))).toEqual({});
    },
  );

  it('fills a Deployment from the pod that it owns, unless a label names the Deployment', () => {
    const pod = 'checkout-api-7d9f8b6c5-x2x4z';
    expect(optionsOf({ pod }, 'scale-deployment', 'name')).toEqual({ pod: 'checkout-api' });
    expect(optionsOf({ pod, deployment: 'cart' }, 'scale-deployment', 'name')).toEqual({ deployment: 'cart' });
    for (const other of ['web-0', 'node-exporter-x2x4z', 'backup-28401275-abcde', 'my-exporter2-abcde']) {
      expect(optionsOf({ pod: other }, 'scale-deployment', 'name')).toEqual({});
    }
  });

  it.each([
    [{ app: 'shop' }, { app: 'app=shop' }],
    [{ k8s_app: 'dns' }, { k8s_app: 'k8s-app=dns' }],
    [{ service: 'cart' }, { service: 'app.kubernetes.io/name=cart' }],
    [{ job: 'cart' }, { job: 'app.kubernetes.io/name=cart' }],
    [{ app_kubernetes_io_name: 'cart' }, { app_kubernetes_io_name: 'app.kubernetes.io/name=cart' }],
    [{ selector: 'a=b,c.d/e=f' }, { selector: 'a=b,c.d/e=f' }],
    [{ instance: '10.0.0.1:90' }, { prometheus: 'app.kubernetes.io/name=prometheus' }],
    [{ app: 'bad value' }, { prometheus: 'app.kubernetes.io/name=prometheus' }],
    [{ severity: 'critical' }, { prometheus: 'app.kubernetes.io/name=prometheus' }],
  ])('renders the selector of %j', (labels, expected) => {
    expect(optionsOf({ ...labels, alertname: 'PrometheusServiceDown' }, 'pod-check-status', 'selector')).toEqual(
      expected,
    );
  });

  it('lets integers come from whole numbers within bounds, and numbers also from metrics', () => {
    const labels = { replicas: '3', ratio: '0.5', pod: 'web-0', shard: '99' };
    const metrics = { load: 4, cpu: 0.85, memory: 'high' };
    const integer = oneParameter({ type: 'integer', maximum: 10 });
    expect(optionsOf(labels, 'f', 'p', integer, metrics)).toEqual({ replicas: 3, load: 4 });
    const number = oneParameter({ type: 'number' });
    expect(optionsOf(labels, 'f', 'p', number, metrics)).toEqual({
      replicas: 3,
      ratio: 0.5,
      shard: 99,
      load: 4,
      cpu: 0.85,
    });
  });

  it('lets the schema decide where it states pattern, enum or format', () => {
    const labels = { queue: 'Q_17', pod: 'web-0', level: 'HIGH' };
    expect(optionsOf(labels, 'f', 'p', oneParameter({ type: 'string', pattern: '^Q_[0-9]+$' }))).toEqual({
      queue: 'Q_17',
    });
    expect(optionsOf(labels, 'f', 'p', oneParameter({ type: 'string', enum: ['high', 'low'] }))).toEqual({
      level: 'high',
    });
    const referenced = [
      {
        name: 'f',
        parameters: { properties: { p: { type: 'string', $ref: '#/$defs/q' } }, $defs: { q: { pattern: '^web' } } },
      },
    ];
    expect(optionsOf(labels, 'f', 'p', referenced)).toEqual({ pod: 'web-0' });
    expect(optionsOf({ flag: 'True', pod: 'x' }, 'f', 'p', oneParameter({ type: 'boolean' }))).toEqual({ flag: true });
    expect(optionsOf(labels, 'f', 'p', oneParameter({ type: 'array' }))).toEqual({});
  });

  it('lets a context label fill only a parameter that names it', () => {
    const labels = { region: 'eu-1', team: 'core' };
    expect(optionsOf(labels, 'f', 'region', oneParameter({ type: 'string' }, 'region'))).toEqual({ region: 'eu-1' });
    expect(optionsOf(labels, 'f', 'target', oneParameter({ type: 'string' }, 'target'))).toEqual({});
  });

  it('takes the kind from the name of the parameter when the schema declares none', () => {
    const labels = { pod: 'web-0', deployment: 'web', node: 'w1' };
    expect(optionsOf(labels, 'f', 'deployment_name', oneParameter({ type: 'string' }, 'deployment_name'))).toEqual({
      deployment: 'web',
    });
    expect(optionsOf(labels, 'f', 'node', oneParameter({ type: 'string' }, 'node'))).toEqual({ node: 'w1' });
  });

  it('never points at annotations', () => {
    const row = rowOf(alertOf({ alertname: 'X' }, { annotations: { pod: 'web-0', namespace: 'shop', replicas: '3' } }));
    for (const parameter of row.catalog.parameters) {
      expect(pointerOptions(row.alert, parameter).every((option) => option === undefined)).toBe(true);
    }
  });

  it('finds the column of an origin for training', () => {
    const row = rowOf(alertOf({ alertname: 'X', pod: 'web-0', namespace: 'shop' }));
    const of = (name: string): EncodedParameter =>
      row.catalog.parameters.find(
        (entry) =>
          entry.name === name && row.catalog.functions[entry.functionIndex]?.definition.name === 'pod-check-status',
      ) as EncodedParameter;
    const column = pointerColumn(row.alert, of('name'), { kind: 'label', key: 'pod' });
    expect(row.alert.fields[column ?? -1]?.key).toBe('pod');
    expect(pointerColumn(row.alert, of('name'), { kind: 'default' })).toBe(row.alert.fields.length);
    expect(pointerColumn(row.alert, of('namespace'), { kind: 'default' })).toBeUndefined();
    expect(pointerColumn(row.alert, of('namespace'), { kind: 'label', key: 'pod' })).toBeUndefined();
  });
});
