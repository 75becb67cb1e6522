import { type Alert, cosine, type Embedder } from '../../../domain/index.js';
import type { IncidentStore, NearIncident } from '../../retrieval/incidents/index.js';
import { alertText } from '../../retrieval/index.js';

/** Incidents that are compared by vectors, as a multiple of those that are wanted. */
const WIDER = 4;
/** Vectors that are kept. */
const MOST_VECTORS = 2_048;

/** Finds incidents that are alike, by words alone or by words and vectors. */
export type FindIncidents = (alert: Alert, k: number, signal: AbortSignal) => Promise<readonly NearIncident[]>;

/**
 * With an embedder, the incidents nearest by words are ranked again by the mean of that similarity and the cosine of
 * their vectors. When it fails, that is a warning, and words decide.
 */
export function incidentFinder(
  store: IncidentStore,
  embedder: Embedder | undefined,
  warn: (warning: string) => void,
): FindIncidents {
  const known = new Map<string, Float32Array>();
  const vectorsOf = async (texts: readonly string[], embed: Embedder): Promise<(Float32Array | undefined)[]> => {
    const missing = [...new Set(texts)].filter((text) => !known.has(text));
    const made = missing.length > 0 ? await embed(missing) : [];
    if (known.size + made.length > MOST_VECTORS) known.clear();
    const fresh = new Map(missing.map((text, index) => [text, made[index]]));
    for (const [text, vector] of fresh) if (vector) known.set(text, vector);
    return texts.map((text) => fresh.get(text) ?? known.get(text));
  };
  return async (alert, k, signal) => {
    if (!embedder) return store.nearest(alert, k, { signal });
    const near = await store.nearest(alert, k * WIDER, { signal });
    if (near.length === 0) return near;
    try {
      const texts = near.map(({ incident }) => alertText({ ...incident.alert, status: 'firing' }));
      const [query, ...vectors] = await vectorsOf([alertText(alert), ...texts], embedder);
      const ranked = near.map((entry, index): NearIncident => {
        const vector = vectors[index];
        const alike = query && vector ? cosine(query, vector) : undefined;
        return alike === undefined ? entry : { ...entry, similarity: (entry.similarity + alike) / 2 };
      });
      return ranked.sort((left, right) => right.similarity - left.similarity).slice(0, k);
    } catch (error) {
      warn(`the embedder failed (${error instanceof Error ? error.message : String(error)}); words decide alone`);
      return near.slice(0, k);
    }
  };
}
