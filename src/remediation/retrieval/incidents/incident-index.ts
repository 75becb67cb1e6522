import type { Alert } from '../../../domain/index.js';
import { alertProse, searchTerms } from '../search-terms.js';
import type { Incident } from './incident.js';
import type { NearIncident } from './incident-store.js';

/** What a word of the alert's name counts against one of its annotations. */
const NAME_WEIGHT = 3;

type TermCounts = ReadonlyMap<string, number>;

/**
 * Incidents by the words of their alerts. Likeness is the cosine of the words' weights, each with the inverse document
 * frequency of BM25, so it is 1 for the same words and needs no corpus to be compared with.
 */
export class IncidentIndex {
  readonly #incidents = new Map<string, Incident>();
  readonly #terms = new Map<string, TermCounts>();
  readonly #holders = new Map<string, Set<string>>();

  get size(): number {
    return this.#incidents.size;
  }

  has(id: string): boolean {
    return this.#incidents.has(id);
  }

  all(): Incident[] {
    return [...this.#incidents.values()];
  }

  put(incident: Incident): void {
    const { id } = incident;
    for (const term of this.#terms.get(id)?.keys() ?? []) this.#holders.get(term)?.delete(id);
    const terms = termsOf(incident.alert);
    this.#incidents.set(id, incident);
    this.#terms.set(id, terms);
    for (const term of terms.keys()) {
      const holders = this.#holders.get(term) ?? new Set();
      holders.add(id);
      this.#holders.set(term, holders);
    }
  }

  clear(): void {
    this.#incidents.clear();
    this.#terms.clear();
    this.#holders.clear();
  }

  nearest(alert: Pick<Alert, 'labels' | 'annotations' | 'metrics'>, k: number): NearIncident[] {
    const query = termsOf(alert);
    const dots = new Map<string, number>();
    const known = new Map<string, number>();
    const idfOf = (term: string): number => {
      const idf = known.get(term) ?? this.#idf(term);
      known.set(term, idf);
      return idf;
    };
    for (const [term, weight] of query) {
      const idf = idfOf(term);
      for (const id of this.#holders.get(term) ?? []) {
        const other = this.#terms.get(id)?.get(term) ?? 0;
        dots.set(id, (dots.get(id) ?? 0) + weight * other * idf * idf);
      }
    }
    const length = lengthOf(query, idfOf);
    return [...dots]
      .map(
        ([id, dot]): NearIncident => ({
          incident: this.#incidents.get(id) as Incident,
          similarity: Math.min(1, dot / (length * lengthOf(this.#terms.get(id) as TermCounts, idfOf))),
        }),
      )
      .sort((left, right) => right.similarity - left.similarity || timeOf(right.incident) - timeOf(left.incident))
      .slice(0, k);
  }

  #idf(term: string): number {
    const holders = this.#holders.get(term)?.size ?? 0;
    return Math.log(1 + (this.#incidents.size - holders + 0.5) / (holders + 0.5));
  }
}

function lengthOf(terms: TermCounts, idfOf: (term: string) => number): number {
  let sum = 0;
  for (const [term, weight] of terms) sum += (weight * idfOf(term)) ** 2;
  return Math.sqrt(sum);
}

/** When an incident was, in milliseconds since 1970. */
export function timeOf({ at }: Incident): number {
  return Date.parse(at);
}

/** Words with their weights, those of the name first; repetition counts less and less. */
function termsOf(alert: Pick<Alert, 'labels' | 'annotations' | 'metrics'>): TermCounts {
  const counts = new Map<string, number>();
  const prose = alertProse({ ...alert, status: 'firing' });
  for (const term of searchTerms(prose)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const weights = new Map([...counts].map(([term, count]) => [term, 1 + Math.log(count)]));
  for (const term of searchTerms(alert.labels.alertname ?? ''))
    weights.set(term, (weights.get(term) ?? 0) + NAME_WEIGHT);
  return weights;
}
