import type { ParameterOrigin } from '../../../domain/index.js';
import type { PresentedFunction } from '../catalog/function-form.js';
import { TOP_INTENTS } from '../catalog/random-catalog.js';
import type { Situation } from '../situation/situation.js';
import { defaultParameters, deploymentOrigins, originsOf, type ParameterOrigins } from './default-answer.js';

/** A function that is right in a presented catalog. */
export interface Candidate {
  readonly function: PresentedFunction;
  readonly parameters: ParameterOrigins;
  /** True when it only looks or tells, and its intent is not among the first two. */
  readonly secondary: boolean;
}

/**
 * The right functions of a random catalog, best first: those that serve one of the situation's first two intents and
 * whose required parameters the labels name; after them checks and notifications whose intent is listed further down.
 */
export function intentCandidates(catalog: readonly PresentedFunction[], situation: Situation): Candidate[] {
  const rank = ({ fact }: PresentedFunction): number => {
    const ranks = fact.intents.map((intent) => situation.intents.indexOf(intent)).filter((index) => index >= 0);
    return ranks.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...ranks);
  };
  return catalog
    .map((presented) => ({ presented, rank: rank(presented) }))
    .filter(({ presented, rank: at }) => at < TOP_INTENTS || (Number.isFinite(at) && presented.fact.risk === 'read'))
    .sort((left, right) => left.rank - right.rank)
    .flatMap(({ presented, rank: at }): Candidate[] => {
      const parameters = fillByRole(presented, situation);
      return parameters === undefined ? [] : [{ function: presented, parameters, secondary: at >= TOP_INTENTS }];
    });
}

/** Acceptable origins by the roles that each parameter takes; undefined when a required one has none. */
export function fillByRole(presented: PresentedFunction, situation: Situation): ParameterOrigins | undefined {
  const { definition, roles, fact } = presented;
  if (fact.defaultFunction === definition.name) return defaultParameters(definition.name, situation);
  const parameters: Record<string, readonly ParameterOrigin[]> = {};
  const required = new Set(definition.parameters.required ?? []);
  for (const [name, candidates] of Object.entries(roles)) {
    const found = candidates.map((role) => originsOf(situation, role)).find((origins) => origins.length > 0);
    const declared = definition.parameters.properties[name]?.['x-kind'] === 'deployment';
    const owned = declared ? deploymentOrigins(situation) : [];
    const origins = found ?? owned;
    if (origins.length > 0) parameters[name] = origins;
    else if (required.has(name)) return undefined;
    else parameters[name] = [{ kind: 'default' }];
  }
  return parameters;
}
