import { describe, expect, it } from 'vitest';
import { subjectOf } from '../../../../src/cloudevents/trigger/subject.js';

describe('subjectOf', () => {
  it.each<[Record<string, string>, Record<string, string | number>, string | undefined]>([
    [{}, { namespace: 'shop', name: 'web-0', kind: 'Pod' }, 'shop/pod/web-0'],
    [{}, { namespace: 'shop', name: 'web', type: 'Deployment' }, 'shop/deployment/web'],
    [{}, { namespace: 'shop', name: 'web', type: 'blue-green' }, 'shop/-/web'],
    [{ namespace: 'shop', pod: 'web-0' }, {}, 'shop/pod/web-0'],
    [{ namespace: 'monitoring', exported_namespace: 'shop', pod: 'web-0' }, {}, 'shop/pod/web-0'],
    [{ namespace: 'shop', pod: 'web-0', deployment: 'web' }, { name: 'web' }, 'shop/deployment/web'],
    [
      { customresource_kind: 'Kustomization' },
      { name: 'apps', namespace: 'flux-system' },
      'flux-system/kustomization/apps',
    ],
    [{ job_name: 'backup-1' }, {}, '-/job/backup-1'],
    [{ node: 'worker-1' }, {}, '-/node/worker-1'],
    [{ namespace: 'shop' }, {}, 'shop/-/-'],
    [{}, { name: 'web' }, '-/-/web'],
    [{}, { name: 'a/b c\r\nx"%é', namespace: '../..' }, '.._../-/a_b_c__x___'],
    [{}, { name: '-' }, undefined],
    [{ alertname: 'X' }, { replicas: 3 }, undefined],
    [{ namespace: '' }, {}, undefined],
  ])('of labels %j and parameters %j is %s', (labels, parameters, subject) => {
    expect(subjectOf({ labels }, parameters)).toBe(subject);
  });

  it('is bounded', () => {
    expect(subjectOf({ labels: {} }, { name: 'x'.repeat(5_000) })).toHaveLength(4 + 253);
  });
});
