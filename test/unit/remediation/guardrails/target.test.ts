import { describe, expect, it } from 'vitest';
import type { RemediationFunction } from '../../../../src/domain/index.js';
import { describeTarget, targetOf } from '../../../../src/remediation/guardrails/index.js';
import { targetIdentity } from '../../../../src/remediation/guardrails/target.js';
import { CATALOG } from './actions.js';

const find = (name: string) => CATALOG.find((entry) => entry.name === name) as RemediationFunction;
const call = (lambdaFunction: string, parameters: Record<string, string | number | boolean>) => ({
  lambdaFunction,
  parameters,
});

describe('the target of a call', () => {
  it.each([
    ['pod-restart', { name: 'shop-0', namespace: 'shop', type: 'pod' }, 'shop/pod/shop-0'],
    ['pod-restart', { name: 'shop', namespace: 'shop', type: 'deployment' }, 'shop/deployment/shop'],
    ['scale-deployment', { name: 'shop', namespace: 'shop', replicas: 3 }, 'shop/deployment/shop'],
    ['flux-reconcile-helmrelease', { name: 'web', namespace: 'flux-system' }, 'flux-system/helmrelease/web'],
    ['pod-check-status', { namespace: 'shop', selector: 'app=shop' }, 'shop/app=shop'],
    ['check-pvc-status', { namespace: 'shop' }, 'shop'],
  ])('%s %j is %s', (name, parameters, expected) => {
    expect(describeTarget(find(name), call(name, parameters))).toBe(expected);
  });

  it('leaves numbers, switches and choices out', () => {
    expect(
      targetOf(find('scale-deployment'), call('scale-deployment', { name: 'a', namespace: 'b', replicas: 9 })),
    ).toEqual({ namespace: 'b', kind: 'deployment', names: ['a'] });
  });

  it('is the function itself where there is none', () => {
    const page: RemediationFunction = {
      name: 'page-owner',
      description: '',
      parameters: { type: 'object', properties: { urgent: { type: 'boolean' } } },
      risk: 'mutating',
    };
    expect(describeTarget(page, call('page-owner', { urgent: true }))).toBe('page-owner');
    expect(targetIdentity(page, call('page-owner', { urgent: true }))).toEqual(['change', 'page-owner']);
  });

  it('is the same for a Deployment and its pods, whatever function is called', () => {
    const identity = (name: string, parameters: Record<string, string | number>) =>
      JSON.stringify(targetIdentity(find(name), call(name, parameters)));
    const deployment = identity('scale-deployment', { name: 'shop', namespace: 'shop', replicas: 2 });
    expect(identity('pod-restart', { name: 'shop', namespace: 'shop', type: 'deployment' })).toBe(deployment);
    expect(identity('pod-restart', { name: 'shop-7d9f8b6c5-x2x4z', namespace: 'shop', type: 'pod' })).toBe(deployment);
    expect(identity('pod-restart', { name: 'shop-7d9f8b6c5-x2x4z', namespace: 'web', type: 'pod' })).not.toBe(
      deployment,
    );
    expect(identity('pod-restart', { name: 'shop-0', namespace: 'shop', type: 'pod' })).not.toBe(deployment);
  });

  it('is told apart by all parameters for a function that nobody knows', () => {
    const unknown = (parameters: Record<string, string>) => describeTarget(undefined, call('x', parameters));
    expect(unknown({ a: '1', b: '2' })).toBe(unknown({ b: '2', a: '1' }));
    expect(unknown({ a: '1' })).not.toBe(unknown({ a: '2' }));
  });
});
