import { expect, it } from 'vitest';
import { type Alert, DEFAULT_CATALOG, type SelectorOutcome } from '../../../../src/domain/index.js';
import { createAnnotationSelector } from '../../../../src/remediation/selectors/annotation.js';

function ask(annotations: Record<string, string>, labels: Record<string, string> = {}): Promise<SelectorOutcome> {
  const alert: Alert = {
    labels: { alertname: 'X', pod: 'db-0', namespace: 'data', ...labels },
    annotations,
    metrics: {},
    status: 'firing',
  };
  return createAnnotationSelector().doSelect({
    alert,
    catalog: DEFAULT_CATALOG,
    signal: new AbortController().signal,
  });
}

it('takes the function and the parameters that the alert names', async () => {
  const lambda_parameters = '{"name": "db-0", "namespace": "data"}';
  expect(await ask({ lambda_function: 'pod-restart', lambda_parameters })).toMatchObject({
    kind: 'selected',
    lambdaFunction: 'pod-restart',
    parameters: { name: 'db-0', namespace: 'data', type: 'pod' },
    confidence: 0.95,
    evidence: [{ kind: 'annotation', source: 'lambda_function' }],
  });
  expect(await ask({ lambda_function: ' pod-restart ' })).toMatchObject({ parameters: { name: 'db-0' } });
});

it.each([
  ['no-evidence', {}],
  ['no-evidence', { lambda_function: ' ' }],
  ['unknown-function', { lambda_function: 'delete-everything' }],
  ['unreadable-answer', { lambda_function: '{{ $labels.function }}' }],
  ['unreadable-answer', { lambda_function: 'pod-restart', lambda_parameters: '{"name": "{{ $labels.pod }}"}' }],
  ['unreadable-answer', { lambda_function: 'pod-restart', lambda_parameters: '{"name": "<no value>"}' }],
  ['unreadable-answer', { lambda_function: 'pod-restart', lambda_parameters: 'name=db-0' }],
  ['unreadable-answer', { lambda_function: 'pod-restart', lambda_parameters: '["db-0"]' }],
  ['invalid-parameter', { lambda_function: 'pod-restart', lambda_parameters: '{"name": "etcd-0"}' }],
  ['invalid-parameter', { lambda_function: 'pod-restart', lambda_parameters: '{"force": true}' }],
  ['invalid-parameter', { lambda_function: 'pod-restart', lambda_parameters: '{"__proto__": {"a": 1}, "x": 1}' }],
])('abstains for %s: %o', async (reason, annotations) => {
  expect(await ask(annotations as Record<string, string>)).toMatchObject({ kind: 'abstained', reason });
});
