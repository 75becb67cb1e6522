import type { Random } from '../../../core/random.js';
import { invented, uuid } from '../situation/values.js';
import { CLUSTERS, ENVIRONMENTS, REGIONS, TEAMS } from '../situation/word-lists.js';

type Make = (random: Random) => string;

/** Labels as collectors, rulers and routers add them to any alert. */
const PIPELINE: readonly (readonly [string, Make])[] = [
  ['prometheus_replica', (random) => `prometheus-k8s-${random.integer(3)}`],
  ['thanos_ruler_replica', (random) => `ruler-${random.integer(2)}`],
  ['monitor', (random) => random.pick(['main', 'codelab', 'federation', 'edge'])],
  ['rule_group', (random) => `${random.pick(['general', 'slo', 'platform'])}.rules.${random.integer(9)}`],
  ['alertgroup', (random) => random.pick(['general.rules', 'recording', 'team rules', 'defaults'])],
  ['receiver', (random) => `${random.pick(TEAMS)}-${random.pick(['slack', 'mail', 'pager'])}`],
  ['metrics_path', (random) => random.pick(['/metrics', '/federate', '/actuator/prometheus'])],
  ['scheme', (random) => random.pick(['http', 'https'])],
  ['endpoint', (random) => random.pick(['metrics', 'http-metrics', 'web', 'https'])],
  ['uid', uuid],
  ['container_id', (random) => `containerd://${uuid(random).replaceAll('-', '')}`],
  ['image_id', (random) => `sha256:${uuid(random).replaceAll('-', '')}`],
  ['generator', (random) => random.pick(['vmalert', 'ruler', 'grafana'])],
  ['runbook', (random) => `https://wiki.example.com/${invented(random)}`],
  ['priority', (random) => random.pick(['P1', 'P2', 'P3', 'P4'])],
  ['cluster', (random) => random.pick(CLUSTERS)],
  ['region', (random) => random.pick(REGIONS)],
  ['availability_zone', (random) => `${random.pick(REGIONS)}${random.pick(['a', 'b', 'c'])}`],
  ['env', (random) => random.pick(ENVIRONMENTS)],
  ['stage', (random) => random.pick(ENVIRONMENTS)],
  ['team', (random) => random.pick(TEAMS)],
  ['tier', (random) => random.pick(['1', '2', 'gold', 'silver'])],
  ['channel', (random) => `#${random.pick(TEAMS)}-alerts`],
  ['customer', invented],
  ['account', (random) => String(100_000_000_000 + random.integer(900_000) * 1_000_003)],
  ['cloud', (random) => random.pick(['onprem', 'public', 'hybrid'])],
  ['helm_sh_chart', (random) => `${invented(random)}-${random.integer(9)}.${random.integer(30)}.0`],
  ['beta_kubernetes_io_arch', (random) => random.pick(['amd64', 'arm64'])],
  ['grafana_folder', (random) => random.pick(['Platform / Alerts', 'General Alerting', 'Team Folder'])],
  ['cost_center', (random) => String(1000 + random.integer(9000))],
  ['dashboard', (random) => `/d/${invented(random)}/${invented(random)}`],
  ['sla', (random) => random.pick(['99.9%', '99.95%', 'best effort'])],
  ['business_hours', (random) => random.pick(['Mon-Fri 08:00-18:00', '24 / 7', 'weekdays only'])],
  ['ticket_queue', (random) => `${random.pick(TEAMS).toUpperCase()} / on call`],
];

/** Values of labels whose keys nobody knows: names, numbers, paths, dates, phrases. */
const VALUES: readonly Make[] = [
  invented,
  (random) => `${invented(random)}-${random.integer(100)}`,
  (random) => String(random.integer(100_000)),
  (random) => `${invented(random)}/${invented(random)}`,
  (random) => `${invented(random)} ${invented(random)}`,
  (random) => `${invented(random).toUpperCase()}_${random.integer(100)}`,
  (random) => `${random.integer(100)}%`,
  (random) => `<${invented(random)}>`,
  (random) => `${invented(random)}@example.com`,
  (random) => random.pick(['true', 'false', 'yes', 'n/a', 'unset', '-']),
  uuid,
];

/** Draws a label that says nothing about the fault: two of three known from pipelines, the others invented. */
export function noiseLabel(random: Random): readonly [key: string, value: string] {
  if (random.chance(0.65)) {
    const [key, make] = random.pick(PIPELINE);
    return [key, make(random)];
  }
  const key = random.chance(0.5) ? invented(random) : `${invented(random)}_${invented(random)}`;
  return [key, random.pick(VALUES)(random)];
}

/** Readings of the monitoring about itself. `up` is only drawn where no alert is about what is down. */
const METRICS: readonly (readonly [string, (random: Random) => number])[] = [
  ['up', () => 1],
  ['scrape_duration_seconds', (random) => Math.round(random.next() * 2000) / 10_000],
  ['scrape_samples_scraped', (random) => 100 + random.integer(9000)],
  ['scrape_series_added', (random) => random.integer(50)],
  ['rule_evaluation_seconds', (random) => Math.round(random.next() * 900) / 10_000],
  ['ALERTS_FOR_STATE', (random) => 1_767_225_600 + random.integer(28_000_000)],
  ['prometheus_build_info', () => 1],
  ['process_start_time_seconds', (random) => 1_760_000_000 + random.integer(7_000_000)],
];
const ABOUT_SCRAPES =
  /up|down|absent|missing|unreachable|unavailable|target|scrape|prometheus|rule|restart|uptime|reboot/i;

/** Draws a reading that says nothing about the fault of the alert `name`; undefined where it might. */
export function noiseMetric(
  name: string,
  random: Random,
): readonly [key: string, reading: number | string] | undefined {
  const [key, make] = random.pick(METRICS);
  const reading = make(random);
  if (ABOUT_SCRAPES.test(name)) return undefined;
  return [key, random.chance(0.3) ? String(reading) : reading];
}
