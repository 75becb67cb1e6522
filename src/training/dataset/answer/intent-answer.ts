import type { ParameterOrigin } from '../../../domain/index.js';
import type { PresentedFunction } from '../catalog/function-form.js';
import { topIntents } from '../catalog/random-catalog.js';
import { type Situation, STRONG_CAUSES } from '../situation/situation.js';
import { defaultParameters, deploymentOrigins, originsOf, type ParameterOrigins } from './default-answer.js';

/** A function that is right in a presented catalog. */
export interface Candidate {
  readonly function: PresentedFunction;
  readonly parameters: ParameterOrigins;
  /** False when it only looks around or tells someone, so that doing nothing is as good. */
  readonly remedies: boolean;
}

/** Intents of functions that help a person to find out more. */
const LOOKING: ReadonlySet<string> = new Set(['notify-owner', 'collect-diagnostics']);

/**
 * The right functions of a random catalog, best first: those that serve one of the situation's first two intents and
 * whose required parameters the labels name; after them checks and notifications whose intent is listed further down.
 */
export function intentCandidates(catalog: readonly PresentedFunction[], situation: Situation): Candidate[] {
  const top = topIntents(situation);
  const rank = ({ fact }: PresentedFunction): number => {
    const ranks = fact.intents.map((intent) => situation.intents.indexOf(intent)).filter((index) => index >= 0);
    return ranks.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...ranks);
  };
  const remedies = ({ fact }: PresentedFunction): boolean =>
    fact.intents.some(
      (intent) =>
        top.includes(intent) &&
        !LOOKING.has(intent) &&
        (intent !== 'check-pod-status' || STRONG_CAUSES.has(situation.cause)),
    );
  return catalog
    .map((presented) => ({ presented, rank: rank(presented) }))
    .filter(({ presented, rank: at }) => at < top.length || (Number.isFinite(at) && presented.fact.risk === 'read'))
    .sort((left, right) => left.rank - right.rank)
    .flatMap(({ presented }): Candidate[] => {
      const parameters = fillByRole(presented, situation);
      return parameters === undefined ? [] : [{ function: presented, parameters, remedies: remedies(presented) }];
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
