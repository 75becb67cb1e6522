import type { Catalog } from '../../../domain/index.js';
import type { RunbookHit } from '../../retrieval/index.js';

/** A function that the runbooks lead to. */
export interface RunbookCandidate {
  readonly lambdaFunction: string;
  /** How strongly the deciding sections name it, over 0; 0 for one that only other sections name. */
  readonly weight: number;
  /** Sections that name it, best first. */
  readonly hits: readonly RunbookHit[];
}

export interface RankedFunctions {
  /** Best first. */
  readonly candidates: readonly RunbookCandidate[];
  /** The function that the deciding sections lead to; undefined when they name several alike, or none. */
  readonly leader: RunbookCandidate | undefined;
  /** The sections that decide: those about this very alert, else the best one that names a function. */
  readonly deciding: readonly RunbookHit[];
}

/** A function leads when it is named this many times as strongly as the next. */
const CLEAR_LEAD = 2;
/** What one section says for a function at most, however often it repeats it. */
const MOST_WEIGHT = 6;

/**
 * What sections say about the functions of a catalog. Sections about an alert of this name decide together, since a
 * runbook spreads one alert over several headings; without any the best section that names a function decides alone.
 * Names that are not in the catalog count for nothing.
 */
export function rankFunctions(hits: readonly RunbookHit[], catalog: Catalog): RankedFunctions {
  const weightsOf = new Map(hits.map((hit) => [hit, functionWeights(hit, catalog)]));
  const naming = hits.filter((hit) => (weightsOf.get(hit)?.size ?? 0) > 0);
  const exact = hits.filter((hit) => hit.exact === 1);
  const deciding = exact.length > 0 ? exact.filter((hit) => naming.includes(hit)) : naming.slice(0, 1);

  const totals = new Map<string, number>();
  for (const hit of deciding) {
    for (const [name, weight] of weightsOf.get(hit) ?? []) totals.set(name, (totals.get(name) ?? 0) + weight);
  }
  const eligible = exact.length > 0 ? deciding : naming;
  const order = [...new Set(eligible.flatMap((hit) => [...(weightsOf.get(hit)?.keys() ?? [])]))];
  const candidates = order
    .map(
      (lambdaFunction): RunbookCandidate => ({
        lambdaFunction,
        weight: totals.get(lambdaFunction) ?? 0,
        hits: supporters(lambdaFunction, deciding, naming, weightsOf),
      }),
    )
    .sort((left, right) => right.weight - left.weight);
  const [first, second] = candidates;
  const leads = first !== undefined && first.weight > 0 && first.weight >= CLEAR_LEAD * (second?.weight ?? 0);
  return { candidates, leader: leads ? first : undefined, deciding };
}

/** The sections that name a function, the deciding ones first. */
function supporters(
  name: string,
  deciding: readonly RunbookHit[],
  naming: readonly RunbookHit[],
  weightsOf: ReadonlyMap<RunbookHit, ReadonlyMap<string, number>>,
): RunbookHit[] {
  const names = (hit: RunbookHit): boolean => weightsOf.get(hit)?.has(name) === true;
  return [...deciding.filter(names), ...naming.filter((hit) => names(hit) && !deciding.includes(hit))];
}

/** How strongly a section names each function of the catalog; repetition counts up to a point. */
export function functionWeights({ section }: RunbookHit, catalog: Catalog): Map<string, number> {
  const known = new Set(catalog.map(({ name }) => name));
  return new Map(
    section.names
      .filter(({ name }) => known.has(name))
      .map(({ name, weight }) => [name, Math.min(weight, MOST_WEIGHT)]),
  );
}
