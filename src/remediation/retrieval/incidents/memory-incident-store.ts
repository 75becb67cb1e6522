import { throwIfAborted } from '../../../core/deadline.js';
import { DisposeGuard } from '../../../core/dispose-guard.js';
import { ConfigurationError } from '../../../core/errors.js';
import { parseIncident } from './incident.js';
import { IncidentIndex } from './incident-index.js';
import type { IncidentStore } from './incident-store.js';

export interface MemoryIncidentStoreOptions {
  /** Incidents at most, 1 or more. Default 10 000. */
  readonly maxIncidents?: number | undefined;
}

/** Incidents that last as long as the process. */
export function createMemoryIncidentStore(options: MemoryIncidentStoreOptions = {}): IncidentStore {
  const { maxIncidents = 10_000 } = options;
  const guard = new DisposeGuard('the incident store');
  const index = new IncidentIndex();
  return {
    async add(incident, { signal } = {}) {
      guard.check();
      throwIfAborted(signal);
      const parsed = parseIncident(incident);
      if (index.size >= maxIncidents && !index.has(parsed.id)) {
        throw new ConfigurationError(
          `the incident store holds ${index.size} incidents and takes no more; raise maxIncidents or use a file`,
        );
      }
      index.put(parsed);
    },
    async nearest(alert, k, { signal } = {}) {
      guard.check();
      throwIfAborted(signal);
      return index.nearest(alert, k);
    },
    async all({ signal } = {}) {
      guard.check();
      throwIfAborted(signal);
      return index.all();
    },
    dispose: () => guard.dispose(async () => index.clear()),
  };
}
