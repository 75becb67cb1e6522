import { throwIfAborted } from '../../core/deadline.js';
import { DisposeGuard } from '../../core/dispose-guard.js';
import { untilAborted } from '../../core/until-aborted.js';
import type {
  Abstention,
  Embedder,
  Evidence,
  RemediationFunction,
  Selector,
  SelectorOutcome,
  SelectRequest,
  TextProvider,
} from '../../domain/index.js';
import { type RefusedCall, type ResolvedCall, resolveCall } from '../call/index.js';
import type { IncidentStore, NearIncident } from '../retrieval/incidents/index.js';
import { askForFunction, type FunctionAnswer } from './choice/ask-for-function.js';
import { checkNumber } from './choice/check-number.js';
import { checkEvidenceMap, confidenceOf } from './choice/evidence-map.js';
import { excerpt } from './choice/excerpt.js';
import { agreementOf, providerEvidence } from './choice/provider-evidence.js';
import {
  DEFAULT_FEW_SHOT_CALIBRATION,
  type FewShotCalibration,
  type FewShotEvidence,
  fewShotEvidence,
  marginOf,
} from './few-shot/few-shot-confidence.js';
import { hintParameters } from './few-shot/hint-parameters.js';
import { incidentFinder } from './few-shot/nearest-incidents.js';
import { countVotes, scoreOf, type Vote } from './few-shot/votes.js';

export {
  DEFAULT_FEW_SHOT_CALIBRATION,
  type FewShotCalibration,
  type FewShotEvidence,
} from './few-shot/few-shot-confidence.js';

export interface FewShotSelectorOptions {
  /** Past incidents. It stays the caller's: `dispose()` leaves it alone. */
  readonly store: IncidentStore;
  /** Chooses among the functions of the nearest incidents, which become its examples. It stays the caller's. */
  readonly provider?: TextProvider | undefined;
  /** Adds vectors to the words. */
  readonly embedder?: Embedder | undefined;
  /** Incidents that vote, 1 to 100. Default 8. */
  readonly k?: number | undefined;
  /** Likeness below which an incident says nothing, 0 to 1. Default 0.35. */
  readonly minSimilarity?: number | undefined;
  /** Days after which an incident counts half, over 0. Default 90. */
  readonly halfLifeDays?: number | undefined;
  /** Default: `DEFAULT_FEW_SHOT_CALIBRATION`, a prior that is fitted to nothing. */
  readonly calibration?: FewShotCalibration | undefined;
  /** Milliseconds for the provider's answer. Default 10 000. */
  readonly providerTimeoutMs?: number | undefined;
  /** Tokens that the provider's prompt and answer share, 1 024 or more. Default 2 048. */
  readonly contextTokens?: number | undefined;
  /** Milliseconds since 1970. Default: the clock of the machine. */
  readonly now?: (() => number) | undefined;
  /** Called with what went wrong and was done without. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /** Called with what spoke for each call, for fitting a calibration; `null` stands for "do nothing". */
  readonly onEvidence?: ((lambdaFunction: string | null, evidence: FewShotEvidence) => void) | undefined;
}

const INSTRUCTION =
  'You choose the function that remedies an alert. The examples are past incidents: what was called, and whether it ' +
  'helped. Prefer what helped with an alert like this one, and leave what did not help.';

/** Votes that are closer than this are a tie. */
const LEAST_MARGIN = 0.2;
/** Functions that a model chooses from. */
const MOST_CHOICES = 16;
/** Incidents that evidence names. */
const MOST_EVIDENCE = 3;

/** What was found for one alert. */
interface Found {
  readonly near: readonly NearIncident[];
  readonly votes: readonly Vote[];
  /** The vote that the others do not come near. */
  readonly leader: Vote | undefined;
}

/**
 * The phase that goes by past incidents: those whose alerts are most alike vote for what helped and against what did
 * not, the alike and recent ones most; with a provider they become its examples, and it chooses. Parameters are not
 * copied: an incident only hints from which label each came, and `resolveCall` fills them from this alert.
 *
 * It abstains with `no-evidence` (nothing is alike enough, or nothing is known to have helped), `contradiction` (several
 * functions helped alike), `none-applies` (doing nothing was right, or the model says so) and the reasons of `resolveCall`.
 *
 * @throws ConfigurationError for options that cannot be used
 */
export function createFewShotSelector(options: FewShotSelectorOptions): Selector {
  const { store, provider, embedder, onWarning, now = Date.now } = options;
  const k = checkNumber('k', options.k ?? 8, { minimum: 1, maximum: 100 });
  const minSimilarity = checkNumber('minSimilarity', options.minSimilarity ?? 0.35, {
    minimum: 0,
    maximum: 1,
    whole: false,
  });
  const halfLifeDays = checkNumber('halfLifeDays', options.halfLifeDays ?? 90, {
    minimum: 0.01,
    maximum: 36_500,
    whole: false,
  });
  const timeoutMs = checkNumber('providerTimeoutMs', options.providerTimeoutMs ?? 10_000, {
    minimum: 1,
    maximum: 600_000,
  });
  const contextTokens = checkNumber('contextTokens', options.contextTokens ?? 2_048, {
    minimum: 1_024,
    maximum: 1_000_000,
  });
  const calibration = checkEvidenceMap(
    options.calibration ?? DEFAULT_FEW_SHOT_CALIBRATION,
    DEFAULT_FEW_SHOT_CALIBRATION,
  );
  const guard = new DisposeGuard('the few-shot selector');
  const find = incidentFinder(store, embedder, (warning) => onWarning?.(warning));

  const select = async (request: SelectRequest): Promise<SelectorOutcome> => {
    const { alert, catalog, signal } = request;
    throwIfAborted(signal);
    const alike = await untilAborted(() => find(alert, k, signal), signal);
    const near = alike.filter(({ similarity }) => similarity >= minSimilarity);
    if (near.length === 0) return abstained('no-evidence', 'no past incident is like this one', []);
    const votes = countVotes(near, catalog, { nowMs: now(), halfLifeDays });
    const [best] = votes;
    const leads = best !== undefined && scoreOf(best) > 0 && marginOf(best, votes) >= LEAST_MARGIN;
    const found: Found = { near, votes, leader: leads ? best : undefined };

    const answer = provider && (await ask(request, found, provider));
    const said = providerEvidence(provider, answer);
    if (answer?.kind === 'none') {
      return abstained('none-applies', 'the model finds no function that fits', [...evidenceOf(near), ...said]);
    }
    const chosen = answer?.kind === 'chosen' ? voteFor(answer.lambdaFunction, votes) : found.leader;
    if (chosen) return propose(request, found, { chosen, answer, said });
    const tied = best !== undefined && scoreOf(best) > 0;
    const reason = tied ? 'contradiction' : 'no-evidence';
    const detail = tied ? 'past incidents speak for several functions alike' : 'nothing is known to have helped before';
    return abstained(reason, detail, [...evidenceOf(near), ...said]);
  };

  /** Asks for one of the functions that were called; undefined when there is none to choose. */
  const ask = async (
    request: SelectRequest,
    { near }: Found,
    asked: TextProvider,
  ): Promise<FunctionAnswer | undefined> => {
    const called = new Set(near.map(({ incident }) => incident.call?.lambdaFunction));
    const functions = request.catalog.filter(({ name }) => called.has(name)).slice(0, MOST_CHOICES);
    if (functions.length === 0) return undefined;
    return askForFunction({
      provider: asked,
      instruction: INSTRUCTION,
      alert: request.alert,
      functions,
      sources: near.map((entry) => ({ title: 'Example', text: describeIncident(entry) })),
      contextTokens,
      timeoutMs,
      signal: request.signal,
    });
  };

  const propose = (
    request: SelectRequest,
    { votes, leader, near }: Found,
    choice: { readonly chosen: Vote; readonly answer: FunctionAnswer | undefined; readonly said: readonly Evidence[] },
  ): SelectorOutcome => {
    const { chosen, answer, said } = choice;
    const { lambdaFunction } = chosen;
    const evidence = [...evidenceOf(chosen.incidents.length > 0 ? chosen.incidents : near), ...said];
    const confidence = (guessed: boolean): number => {
      const model = agreementOf(answer, leader && (leader.lambdaFunction ?? ''));
      const values = fewShotEvidence(chosen, votes, { model, guessed });
      options.onEvidence?.(lambdaFunction, values);
      return confidenceOf(values, calibration);
    };
    if (lambdaFunction === null) {
      const detail = 'with past incidents like this one, doing nothing was right';
      return { ...abstained('none-applies', detail, evidence), confidence: confidence(false) };
    }
    const call = resolveHinted(request, lambdaFunction, chosen);
    if (call.kind === 'refused') return abstained(call.reason, call.detail, evidence);
    return {
      kind: 'selected',
      lambdaFunction,
      parameters: call.parameters,
      parameterOrigins: call.parameterOrigins,
      confidence: confidence(call.guessed.length > 0),
      reasoning: excerpt(reasoningOf(chosen, lambdaFunction)),
      evidence,
    };
  };

  return {
    specificationVersion: 'v1',
    name: 'few-shot',
    doSelect: (request) => guard.run(() => select(request)),
    dispose: () => guard.dispose(async () => undefined),
  };
}

/** The call with the labels that the nearest incident hints at; without its hints when they do not fit this alert. */
function resolveHinted(request: SelectRequest, lambdaFunction: string, vote: Vote): ResolvedCall | RefusedCall {
  const { alert, catalog } = request;
  const definition = catalog.find(({ name }) => name === lambdaFunction) as RemediationFunction;
  const incident = vote.incidents[0]?.incident;
  const parameters = incident ? hintParameters(incident, definition, alert) : {};
  const call = resolveCall({ alert, catalog }, { lambdaFunction, parameters, by: 'few-shot' });
  if (call.kind === 'call' || Object.keys(parameters).length === 0) return call;
  return resolveCall({ alert, catalog }, { lambdaFunction, by: 'few-shot' });
}

/** The vote for what a model chose; an empty one when no incident with a known effect called it. */
function voteFor(lambdaFunction: string, votes: readonly Vote[]): Vote {
  const vote = votes.find((entry) => entry.lambdaFunction === lambdaFunction);
  return vote ?? { lambdaFunction, support: 0, against: 0, incidents: [] };
}

function reasoningOf({ incidents }: Vote, lambdaFunction: string): string {
  const helped = incidents.filter(({ incident }) => incident.outcome === 'effective').length;
  return `${lambdaFunction} helped in ${helped} of ${incidents.length} past incidents like this one.`;
}

function describeIncident({ incident }: NearIncident): string {
  const { alert, call, outcome, at } = incident;
  const labels = Object.entries(alert.labels).map(([key, value]) => `${key}=${value}`);
  const prose = alert.annotations.summary ?? alert.annotations.description ?? '';
  const done = call ? `called ${call.lambdaFunction}` : 'nothing was called';
  return [`at ${at}`, labels.join(' '), prose, `${done}: ${outcome}`].filter((part) => part !== '').join('; ');
}

function evidenceOf(near: readonly NearIncident[]): Evidence[] {
  return near.slice(0, MOST_EVIDENCE).map((entry) => ({
    kind: 'incident',
    source: excerpt(entry.incident.id),
    text: excerpt(describeIncident(entry)),
    score: entry.similarity,
  }));
}

function abstained(reason: Abstention['reason'], detail: string, evidence: readonly Evidence[]): Abstention {
  return { kind: 'abstained', reason, detail: excerpt(detail), evidence };
}
