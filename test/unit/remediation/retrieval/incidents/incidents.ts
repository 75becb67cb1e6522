import type { Incident } from '../../../../../src/remediation/retrieval/incidents/index.js';

/** An incident in which a pod's restart helped, with changes. */
export function incidentOf(
  changes: Partial<Incident> & { readonly alertname?: string; readonly labels?: Record<string, string> } = {},
): Incident {
  const { alertname = 'PodCrashLooping', labels = {}, ...rest } = changes;
  return {
    id: 'incident-1',
    alert: { labels: { alertname, pod: 'shop-0', namespace: 'shop', ...labels }, annotations: {}, metrics: {} },
    call: { lambdaFunction: 'pod-restart', parameters: { name: 'shop-0', namespace: 'shop' } },
    outcome: 'effective',
    at: '2026-01-31T08:00:00Z',
    ...rest,
  };
}
