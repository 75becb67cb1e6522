/** An alert to start from, by the name that the page shows. */
export interface SampleAlert {
  readonly name: string;
  readonly alert: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly metrics?: Readonly<Record<string, number | string>>;
  };
}

const sample = (
  name: string,
  labels: Readonly<Record<string, string>>,
  summary: string,
  metrics?: Readonly<Record<string, number | string>>,
): SampleAlert => ({
  name,
  alert: { labels: { alertname: name, ...labels }, annotations: { summary }, ...(metrics && { metrics }) },
});

/** The alerts of the runbook, and one that no function of the default catalog is for. */
export const SAMPLE_ALERTS: readonly SampleAlert[] = [
  sample(
    'PodCrashLoopBackOff',
    { severity: 'critical', namespace: 'shop', pod: 'checkout-7d9f8b6c5-x2x4z', container: 'checkout' },
    'Container checkout starts and dies over and over.',
  ),
  sample(
    'FluxReconciliationFailure',
    { severity: 'warning', kind: 'Kustomization', name: 'homepage', namespace: 'flux-system' },
    'Kustomization homepage could not be applied.',
  ),
  sample(
    'FluxGitRepositoryOutOfSync',
    { severity: 'warning', name: 'fleet', namespace: 'flux-system' },
    'The Git source fleet is stale.',
  ),
  sample(
    'FluxHelmReleaseFailing',
    { severity: 'critical', name: 'loki', namespace: 'monitoring' },
    'HelmRelease loki is not ready.',
  ),
  sample(
    'PrometheusServiceDown',
    { severity: 'critical', job: 'prometheus', namespace: 'monitoring', instance: '10.42.0.7:9090' },
    'Prometheus does not answer.',
  ),
  sample(
    'PersistentVolumeFillingUpCritical',
    { severity: 'critical', persistentvolumeclaim: 'data-postgres-0', namespace: 'shop' },
    'The volume is almost full.',
  ),
  sample(
    'PodCPUHigh',
    { severity: 'warning', deployment: 'checkout', namespace: 'shop' },
    'The CPU of checkout has been busy for ten minutes.',
    { cpu_percent: 93, memory: 'normal', request_rate: 'high' },
  ),
  sample(
    'CertificateExpiresSoon',
    { severity: 'info', host: 'shop.example.org' },
    'A certificate of an appliance outside of the cluster ends in a week.',
  ),
];
