import type { IncidentStore } from '../retrieval/incidents/index.js';
import { incidentDemonstration, type RunbookIndex, sectionDemonstration } from '../retrieval/index.js';
import type { DemonstrationSource } from './trm-phase.js';

/** Incidents and sections that are looked at; the model is shown the likest of what they teach. */
const LOOKED_AT = 8;

/** Past incidents whose calls were effective. */
export function fromIncidents(store: Pick<IncidentStore, 'nearest'>): DemonstrationSource {
  return async ({ alert, signal }) => {
    const near = await store.nearest(alert, LOOKED_AT, { signal });
    return near.flatMap(({ incident }) => incidentDemonstration(incident) ?? []);
  };
}

/** Sections of runbooks that are about the alert and spell out one call. */
export function fromRunbooks(index: Pick<RunbookIndex, 'search'>): DemonstrationSource {
  return async ({ alert, catalog, signal }) => {
    const hits = await index.search(alert, LOOKED_AT, signal);
    return hits.flatMap((hit) => sectionDemonstration(hit, alert, catalog) ?? []);
  };
}
