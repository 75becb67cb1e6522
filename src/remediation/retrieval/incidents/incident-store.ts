import type { Alert } from '../../../domain/index.js';
import type { Incident } from './incident.js';

/** An incident of the past with how much its alert is like the one asked for. */
export interface NearIncident {
  readonly incident: Incident;
  /** 0 (no word in common) to 1 (the same words). */
  readonly similarity: number;
}

/** Something that waits may be given up. */
export interface StoreCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * What an agent remembers of its incidents. Every implementation passes `incidentStoreSuite` of `agent-trm/testing`.
 * All methods reject with AbortedError or DeadlineExceededError when the signal fires, and with DisposedError after
 * `dispose()`.
 */
export interface IncidentStore {
  /**
   * Keeps an incident. One with a known id takes its place: that is how an outcome is reported later.
   *
   * @throws InvalidInputError for what is no incident, ConfigurationError when the store is full
   */
  add(incident: Incident, options?: StoreCallOptions): Promise<void>;
  /** The `k` incidents whose alerts are most like this one and share a word with it, best first, then the newest. */
  nearest(alert: Alert, k: number, options?: StoreCallOptions): Promise<readonly NearIncident[]>;
  /** Every incident, in the order in which their ids came first. */
  all(options?: StoreCallOptions): Promise<readonly Incident[]>;
  dispose(): Promise<void>;
}
