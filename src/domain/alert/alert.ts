/** One Prometheus alert as this package sees it, whatever envelope it came in. */
export interface Alert {
  /** Label names and values; `alertname` is required and not empty. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Readings that the sender attached, numbers or words such as "high". */
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly status: 'firing' | 'resolved';
  /** RFC 3339, where the sender gave one. */
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
  /** Alertmanager's fingerprint, where the sender gave one. */
  readonly fingerprint?: string;
}
