import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, type ParameterOrigin, parseAlerts } from '../../../../src/domain/index.js';
import type { Example } from '../../../../src/training/dataset/index.js';
import { judge } from '../../../../src/training/evaluation/judge.js';

const pod: ParameterOrigin = { kind: 'label', key: 'pod' };
const example: Example = {
  id: 'x',
  group: 'x',
  source: 'x',
  alert: parseAlerts({ labels: { alertname: 'PodNotReady', pod: 'a-0', namespace: 'n' } })[0] as Example['alert'],
  catalog: DEFAULT_CATALOG,
  functions: ['pod-restart'],
  noneAcceptable: false,
  parameters: { 'pod-restart': { name: [pod] } },
  cause: 'unknown',
  split: 'test',
};

describe('an answer', () => {
  it('is right with an acceptable function and acceptable sources', () => {
    expect(judge({ lambdaFunction: 'pod-restart', parameterOrigins: { name: pod } }, example)).toEqual({
      functionRight: true,
      callRight: true,
      actedWrongly: false,
    });
    const byRule: ParameterOrigin = { kind: 'rule', rule: 'r', key: 'pod' };
    expect(judge({ lambdaFunction: 'pod-restart', parameterOrigins: { name: byRule } }, example).callRight).toBe(true);
  });

  it('is half right with the wrong source', () => {
    for (const origin of [{ kind: 'label', key: 'namespace' }, { kind: 'default' }] as const) {
      expect(judge({ lambdaFunction: 'pod-restart', parameterOrigins: { name: origin } }, example)).toEqual({
        functionRight: true,
        callRight: false,
        actedWrongly: false,
      });
    }
  });

  it('acts wrongly when nothing should be done, and is wrong when something should', () => {
    const none: Example = { ...example, functions: [], parameters: {}, noneAcceptable: true };
    expect(judge({ lambdaFunction: 'pod-restart', parameterOrigins: { name: pod } }, none)).toEqual({
      functionRight: false,
      callRight: false,
      actedWrongly: true,
    });
    expect(judge({ lambdaFunction: null, parameterOrigins: {} }, none).callRight).toBe(true);
    expect(judge({ lambdaFunction: null, parameterOrigins: {} }, example).functionRight).toBe(false);
  });
});
