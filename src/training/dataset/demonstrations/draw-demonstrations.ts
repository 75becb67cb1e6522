import type { Random } from '../../../core/random.js';
import type { Alert, Demonstration } from '../../../domain/index.js';
import { MAX_DEMONSTRATIONS } from '../../../encoding/index.js';
import { type Answer, answerOf, fillingOf, type Presented } from '../answer/answer.js';
import type { ParameterOrigins } from '../answer/default-answer.js';
import type { PresentedFunction } from '../catalog/function-form.js';
import type { Situation } from '../situation/situation.js';

/** An alert with all that the generator knows about it. */
export interface DressedSituation {
  readonly situation: Situation;
  readonly alert: Alert;
}

export interface DemonstrationSources {
  /** Another alert of the query's kind: other values, another spelling of its name. */
  same(): DressedSituation;
  /** An alert of any other kind. */
  other(): DressedSituation;
}

/** What a query is shown, and what is right for it then. */
export interface Shown {
  readonly demonstrations: readonly Demonstration[];
  readonly answer: Answer;
}

/** Share of demonstrated queries whose demonstration says something else than the facts do. */
const TAUGHT = 0.5;
/** Share of them whose demonstration says the same. The rest sees other alerts only. */
const CONFIRMED = 0.25;

/**
 * Draws demonstrations for a query. One about an alert of the same kind decides what is right, whatever the facts say:
 * so a runbook entry or an incident that was added later is followed. Those about other alerts change nothing.
 */
export function drawDemonstrations(
  query: DressedSituation,
  usual: Answer,
  presented: Presented,
  sources: DemonstrationSources,
  random: Random,
): Shown {
  const share = random.next();
  const close =
    share < TAUGHT
      ? teachOften(query, usual, presented, sources, random)
      : share < TAUGHT + CONFIRMED
        ? confirm(sources.same(), presented, usual)
        : undefined;
  const others = Array.from({ length: random.integer(MAX_DEMONSTRATIONS - (close ? 1 : 0)) + (close ? 0 : 1) }, () =>
    otherDemonstration(sources.other(), presented, random),
  );
  return {
    demonstrations: random.shuffle([...(close ? [close.demonstration] : []), ...others]),
    answer: close?.answer ?? usual,
  };
}

/** A query beside one alert of its kind that says something else than the facts; just the query where none can. */
export function teachQuery(
  query: DressedSituation,
  usual: Answer,
  presented: Presented,
  sources: Pick<DemonstrationSources, 'same'>,
  random: Random,
): Shown | undefined {
  const taught = teachOften(query, usual, presented, sources, random);
  return taught && { demonstrations: [taught.demonstration], answer: taught.answer };
}

/** Alerts of one kind carry different labels, and not each pair of them can fill another function. */
function teachOften(
  query: DressedSituation,
  usual: Answer,
  presented: Presented,
  sources: Pick<DemonstrationSources, 'same'>,
  random: Random,
): Close | undefined {
  for (let attempt = 0; attempt < 4; attempt++) {
    const taught = teach(query, usual, presented, sources.same(), random);
    if (taught) return taught;
  }
  return undefined;
}

interface Close {
  readonly demonstration: Demonstration;
  readonly answer: Answer;
}

/** An alert of the same kind with an answer of someone else's making. */
function teach(
  query: DressedSituation,
  usual: Answer,
  presented: Presented,
  taught: DressedSituation,
  random: Random,
): Close | undefined {
  if (!usual.noneAcceptable && random.chance(0.2)) {
    return {
      demonstration: { alert: taught.alert, lambdaFunction: null, parameterOrigins: {} },
      answer: { functions: [], noneAcceptable: true, parameters: {} },
    };
  }
  for (const candidate of random.shuffle(presented.functions).slice(0, 6)) {
    const { name } = candidate.definition;
    if (usual.functions.includes(name)) continue;
    const wanted = fillingOf(candidate, query.situation, query.alert);
    const shown = wanted && fillingOf(candidate, taught.situation, taught.alert);
    if (wanted === undefined || shown === undefined) continue;
    return {
      demonstration: demonstrate(taught.alert, name, shown),
      answer: { functions: [name], noneAcceptable: false, parameters: { [name]: wanted } },
    };
  }
  return undefined;
}

/** An alert of the same kind with the usual answer; undefined where its labels allow another than the query's. */
function confirm(same: DressedSituation, presented: Presented, usual: Answer): Close | undefined {
  const answer = answerOf(same.situation, same.alert, presented);
  const [first = null] = answer.functions;
  if (first !== (usual.functions[0] ?? null)) return undefined;
  return {
    demonstration: demonstrate(same.alert, first, first === null ? {} : answer.parameters[first]),
    answer: usual,
  };
}

function otherDemonstration(
  { situation, alert }: DressedSituation,
  presented: Presented,
  random: Random,
): Demonstration {
  if (random.chance(0.5)) {
    const candidate = random.pick<PresentedFunction>(presented.functions);
    const filling = fillingOf(candidate, situation, alert);
    if (filling !== undefined) return demonstrate(alert, candidate.definition.name, filling);
  }
  const answer = answerOf(situation, alert, presented);
  const [first = null] = answer.functions;
  return demonstrate(alert, first, first === null ? {} : answer.parameters[first]);
}

function demonstrate(alert: Alert, name: string | null, filling: ParameterOrigins = {}): Demonstration {
  const parameterOrigins = Object.fromEntries(
    Object.entries(filling).flatMap(([parameter, [origin]]) =>
      origin === undefined || origin.kind === 'default' ? [] : [[parameter, origin] as const],
    ),
  );
  return { alert, lambdaFunction: name, parameterOrigins };
}
