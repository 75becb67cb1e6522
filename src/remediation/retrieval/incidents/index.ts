export {
  createFileIncidentStore,
  type FileIncidentStoreOptions,
  type SkippedLine,
} from './file-incident-store.js';
export { importIncidents, parseIncidents, type RefusedLine } from './import-incidents.js';
export { INCIDENT_LIMITS, INCIDENT_OUTCOMES, type Incident, type IncidentOutcome, parseIncident } from './incident.js';
export { timeOf } from './incident-index.js';
export type { IncidentStore, NearIncident, StoreCallOptions } from './incident-store.js';
export { createMemoryIncidentStore, type MemoryIncidentStoreOptions } from './memory-incident-store.js';
