import { type Alert, type Catalog, DEFAULT_CATALOG } from '../../../domain/index.js';
import { type PresentedFunction, presentDefault } from '../catalog/function-form.js';
import type { Example } from '../example.js';
import type { Facts } from '../facts/schema.js';
import type { Situation } from '../situation/situation.js';
import { defaultParameters, type ParameterOrigins } from './default-answer.js';
import { fillByRole, intentCandidates } from './intent-answer.js';
import { createReach, type Reach } from './reach.js';

/** What is right for one alert with one catalog. */
export type Answer = Pick<Example, 'functions' | 'noneAcceptable' | 'parameters'>;

/** A catalog with what the generator knows about its functions. */
export interface Presented {
  readonly catalog: Catalog;
  readonly functions: readonly PresentedFunction[];
}

const defaults = new WeakMap<Facts, Presented>();

/** The default catalog. */
export function presentedDefault(facts: Facts): Presented {
  let presented = defaults.get(facts);
  if (presented === undefined) {
    presented = { catalog: DEFAULT_CATALOG, functions: facts.functions.flatMap((fact) => presentDefault(fact) ?? []) };
    defaults.set(facts, presented);
  }
  return presented;
}

/** A catalog that was drawn. */
export function presentedRandom(functions: readonly PresentedFunction[]): Presented {
  return { catalog: functions.map(({ definition }) => definition), functions };
}

/** The right functions for a situation, and how the alert fills them. */
export function answerOf(situation: Situation, alert: Alert, presented: Presented): Answer {
  return presented.catalog === DEFAULT_CATALOG
    ? defaultAnswer(situation, createReach(alert))
    : randomAnswer(situation, createReach(alert), presented);
}

/** How the alert of a situation fills one function, whether it is right or not; undefined when it cannot. */
export function fillingOf(
  presented: PresentedFunction,
  situation: Situation,
  alert: Alert,
): ParameterOrigins | undefined {
  const wanted = fillByRole(presented, situation);
  return wanted && createReach(alert).reachable(presented.definition, wanted);
}

function defaultAnswer(situation: Situation, reach: Reach): Answer {
  const parameters: Record<string, ParameterOrigins> = {};
  for (const name of situation.defaultFunctions) {
    const definition = DEFAULT_CATALOG.find((candidate) => candidate.name === name);
    const wanted = defaultParameters(name, situation);
    if (definition === undefined || wanted === undefined) continue;
    const reached = reach.reachable(definition, wanted);
    if (reached !== undefined) parameters[name] = reached;
  }
  const functions = Object.keys(parameters);
  return { functions, noneAcceptable: situation.noneAcceptable || functions.length === 0, parameters };
}

function randomAnswer(situation: Situation, reach: Reach, presented: Presented): Answer {
  const parameters: Record<string, ParameterOrigins> = {};
  let remedied = false;
  for (const candidate of intentCandidates(presented.functions, situation)) {
    const { definition } = candidate.function;
    const reached = reach.reachable(definition, candidate.parameters);
    if (reached === undefined) continue;
    parameters[definition.name] = reached;
    remedied ||= candidate.remedies;
  }
  return { functions: Object.keys(parameters), noneAcceptable: !remedied, parameters };
}
