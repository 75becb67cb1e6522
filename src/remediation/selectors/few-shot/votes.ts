import type { Catalog } from '../../../domain/index.js';
import { type NearIncident, timeOf } from '../../retrieval/incidents/index.js';

/** What past incidents say for and against one function. */
export interface Vote {
  /** `null` stands for "nothing was done". */
  readonly lambdaFunction: string | null;
  /** Sum of the weights of those in which it helped, 0 or more. */
  readonly support: number;
  /** Sum of the weights of those in which it did not, or could not be done, 0 or more. */
  readonly against: number;
  /** The incidents that voted, those in which it helped first, then the most alike. */
  readonly incidents: readonly NearIncident[];
}

/** A vote's outcome: what helped less what did not. */
export function scoreOf({ support, against }: Vote): number {
  return support - against;
}

const MILLISECONDS_OF_DAY = 86_400_000;

/**
 * Counts votes, best first. An incident weighs its similarity, halved with every half-life of its age; it votes for its
 * function when that was effective, against it when it was ineffective or failed. What nobody knows the effect of does
 * not vote: an agent would else learn from its own unconfirmed answers. Functions outside the catalog are left out.
 */
export function countVotes(
  near: readonly NearIncident[],
  catalog: Catalog,
  time: { readonly nowMs: number; readonly halfLifeDays: number },
): readonly Vote[] {
  const known = new Set(catalog.map(({ name }) => name));
  const groups = new Map<string | null, NearIncident[]>();
  for (const entry of near) {
    const name = entry.incident.call?.lambdaFunction ?? null;
    if (entry.incident.outcome === 'unknown' || (name !== null && !known.has(name))) continue;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const votes = [...groups].map(([lambdaFunction, entries]): Vote => {
    const sum = (helped: boolean): number =>
      entries
        .filter(({ incident }) => (incident.outcome === 'effective') === helped)
        .reduce((total, entry) => total + weightOf(entry, time), 0);
    const incidents = [...entries].sort(
      (left, right) => rank(left) - rank(right) || right.similarity - left.similarity,
    );
    return { lambdaFunction, support: sum(true), against: sum(false), incidents };
  });
  return votes.sort((left, right) => scoreOf(right) - scoreOf(left));
}

function rank({ incident }: NearIncident): number {
  return incident.outcome === 'effective' ? 0 : 1;
}

/** Times to come, of clocks that go wrong, count as now. */
function weightOf(
  { incident, similarity }: NearIncident,
  { nowMs, halfLifeDays }: { readonly nowMs: number; readonly halfLifeDays: number },
): number {
  const days = Math.max(0, nowMs - timeOf(incident)) / MILLISECONDS_OF_DAY;
  return similarity * 0.5 ** (days / halfLifeDays);
}
