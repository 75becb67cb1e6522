import type { Random } from '../../../core/random.js';
import type { Pool } from './pools.js';

/** What is wrong with a service, by what has to be done about it. */
export const SYMPTOMS = [
  'out-of-memory',
  'crashing',
  'saturated',
  'disk-full',
  'credentials-expired',
  'certificate-expired',
  'configuration-invalid',
  'replication-broken',
] as const;
export type Symptom = (typeof SYMPTOMS)[number];

/** Least and greatest whole number of a reading; the encoding keeps its magnitude only. */
type Range = readonly [number, number];

/** A reading that shows a symptom: what its name says, and what it reads in a sick and in a well service. */
export interface Reading {
  readonly metric: string;
  readonly bad: Range;
  readonly good: Range;
}

const some: Range = [5, 49];
const zero: Range = [0, 0];
const full: Range = [95, 98];
const half: Range = [20, 49];
const counted = (...metrics: readonly string[]): Reading[] =>
  metrics.map((metric) => ({ metric, bad: some, good: zero }));
const used = (...metrics: readonly string[]): Reading[] => metrics.map((metric) => ({ metric, bad: full, good: half }));
const left = (...metrics: readonly string[]): Reading[] =>
  metrics.map((metric) => ({ metric, bad: zero, good: [50, 69] }));

/** Readings of a symptom by pool; the same wording stands in one pool only. */
export const READINGS: Readonly<Record<Symptom, Readonly<Record<Pool, readonly Reading[]>>>> = {
  'out-of-memory': {
    train: [...counted('oom_kills', 'oom_killed_total', 'out_of_memory_events'), ...used('memory_limit_used_percent')],
    tuning: counted('oom_events'),
    test: [...counted('oomkilled_containers'), ...used('memory_usage_of_limit')],
  },
  crashing: {
    train: counted('restarts', 'crash_loops', 'container_restarts_total', 'panics'),
    tuning: counted('crashes_total'),
    test: counted('crashloop_restarts', 'process_crashes'),
  },
  saturated: {
    train: [...used('cpu_percent', 'workers_busy_percent'), ...counted('queued_requests', 'throttled_periods')],
    tuning: used('cpu_usage'),
    test: [...used('cpu_saturation_percent'), ...counted('requests_waiting')],
  },
  'disk-full': {
    train: [...used('disk_used_percent', 'volume_used_percent'), ...left('disk_free_percent', 'volume_free_gigabytes')],
    tuning: used('volume_usage'),
    test: [...used('disk_usage_ratio_percent'), ...left('volume_space_left')],
  },
  'credentials-expired': {
    train: [
      ...counted('password_expired_logins', 'auth_failures'),
      ...left('credentials_days_left', 'token_days_left'),
    ],
    tuning: left('password_days_left'),
    test: [...counted('expired_credentials_rejected'), ...left('token_validity_days')],
  },
  'certificate-expired': {
    train: [
      ...left('certificate_days_left', 'tls_days_left'),
      ...counted('certificate_errors', 'tls_expired_handshakes'),
    ],
    tuning: left('cert_days_left'),
    test: [...left('certificate_validity_days'), ...counted('tls_certificate_rejected')],
  },
  'configuration-invalid': {
    train: counted('config_errors', 'config_reload_failures', 'invalid_settings', 'configuration_rejected'),
    tuning: counted('config_parse_errors'),
    test: counted('configuration_load_errors', 'settings_invalid_total'),
  },
  'replication-broken': {
    train: [
      ...counted('replication_errors', 'replicas_out_of_sync'),
      ...left('replicas_in_sync', 'replication_slots_ok'),
    ],
    tuning: counted('replica_divergence'),
    test: [...counted('replication_broken_streams'), ...left('replicas_synchronised')],
  },
};

/** Readings that say nothing about a fault, of well and of sick services alike. */
export const NEUTRAL_READINGS: readonly string[] = [
  'uptime_days',
  'requests_per_second',
  'connections_open',
  'threads',
];

/** Cause class of a symptom. */
export const CAUSE_OF: Readonly<Record<Symptom, string>> = {
  'out-of-memory': 'oom-killed',
  crashing: 'crash-loop',
  saturated: 'cpu-saturation',
  'disk-full': 'disk-full',
  'credentials-expired': 'credential-expiring',
  'certificate-expired': 'certificate-expiring',
  'configuration-invalid': 'config-invalid',
  'replication-broken': 'replication-broken',
};

/** A whole number of a range. */
export function readingIn([low, high]: Range, random: Random): number {
  return low + random.integer(high - low + 1);
}
