import type { Random } from '../../../core/random.js';
import type { TaggedLabel } from './situation.js';
import { address, createValues } from './values.js';

/** Exporters that report about other things than themselves. */
export const EXPORTERS = [
  'kube-state-metrics',
  'node-exporter',
  'blackbox-exporter',
  'postgres-exporter',
  'redis-exporter',
  'snmp-exporter',
  'cadvisor',
  'kubelet',
  'pushgateway',
  'statsd-exporter',
  'json-exporter',
  'x509-certificate-exporter',
] as const;

/**
 * Labels that Prometheus adds for the scraped exporter, for those of `allowed` whose keys are free. Each is there with
 * a probability of 45 %.
 */
export function exporterLabels(
  random: Random,
  exporter: string | undefined,
  allowed: readonly string[],
  taken: ReadonlySet<string>,
): TaggedLabel[] {
  const name = exporter ?? random.pick(EXPORTERS);
  const values = createValues(random, name);
  const made: Record<string, () => string> = {
    job: () => (random.chance(0.8) ? name : `monitoring/${name}`),
    instance: () => `${address(random)}:${random.pick([8080, 8443, 9100, 9187, 9115])}`,
    pod: () => values.pod(random.chance(0.6) ? 'deployment' : 'daemonset'),
    namespace: () => random.pick(['monitoring', 'observability', 'kube-system', 'prometheus']),
    container: () => name,
    service: () => name,
    endpoint: () => random.pick(['http', 'metrics', 'http-metrics', 'https-metrics', 'web']),
    uid: () => `${random.integer(1e9).toString(16)}-${random.integer(1e9).toString(16)}`,
    node: () => `worker-${random.integer(12)}`,
    id: () => `/kubepods/burstable/pod${random.integer(1e9).toString(16)}`,
  };
  return allowed.flatMap((key) => {
    const make = made[key];
    if (make === undefined || taken.has(key) || !random.chance(0.45)) return [];
    return [{ key, value: make(), owner: 'exporter' as const }];
  });
}
