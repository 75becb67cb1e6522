import { throwIfAborted } from '../../core/deadline.js';
import { DisposeGuard } from '../../core/dispose-guard.js';
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
import { resolveCall } from '../call/index.js';
import { createRunbookIndex, type RunbookHit, type RunbookIndex } from '../retrieval/index.js';
import { askForFunction, type FunctionAnswer } from './choice/ask-for-function.js';
import { checkNumber } from './choice/check-number.js';
import { checkEvidenceMap, confidenceOf } from './choice/evidence-map.js';
import { excerpt } from './choice/excerpt.js';
import { agreementOf, providerEvidence } from './choice/provider-evidence.js';
import { DEFAULT_RAG_CALIBRATION, type RagCalibration, type RagEvidence, ragEvidence } from './rag/rag-confidence.js';
import { type RankedFunctions, type RunbookCandidate, rankFunctions } from './rag/rank-functions.js';
import { parametersOf } from './rag/section-call.js';

export { DEFAULT_RAG_CALIBRATION, type RagCalibration, type RagEvidence } from './rag/rag-confidence.js';

export interface RagSelectorOptions {
  /** Markdown files, and folders of them (see `parseSections` for what they may say and how), or an index of them, which stays the caller's. */
  readonly runbooks: string | readonly string[] | RunbookIndex;
  /** File in which the index is kept. Default: it is built anew in every process. */
  readonly indexPath?: string | undefined;
  /** Adds vectors to the words. */
  readonly embedder?: Embedder | undefined;
  /** Chooses among the functions of the sections that were found. It stays the caller's: `dispose()` leaves it alone. */
  readonly provider?: TextProvider | undefined;
  /** Sections that are looked at, 1 to 50. Default 5. */
  readonly topK?: number | undefined;
  /** Default: `DEFAULT_RAG_CALIBRATION`, a prior that is fitted to nothing. */
  readonly calibration?: RagCalibration | undefined;
  /** Milliseconds for which the files count as unchanged, 0 or more. Default 5 000. */
  readonly refreshMs?: number | undefined;
  /** Milliseconds for the provider's answer. Default 10 000. */
  readonly providerTimeoutMs?: number | undefined;
  /** Tokens that the provider's prompt and answer share, 1 024 or more. Default 2 048. */
  readonly contextTokens?: number | undefined;
  /** Called with what could not be read or stored, once for each text. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /** Called with what spoke for each call, for fitting a calibration. */
  readonly onEvidence?: ((lambdaFunction: string, evidence: RagEvidence) => void) | undefined;
}

const INSTRUCTION =
  'You choose the function that remedies an alert, as the sections of a runbook say. Go by the section that is about ' +
  'this alert.';

/** Sections that share fewer of the words of the alert's name say nothing about it, unless vectors found them. */
const LEAST_COVERAGE = 0.3;
/** Functions that a model chooses from. */
const MOST_CHOICES = 16;
/** Sections that evidence names. */
const MOST_EVIDENCE = 3;

/**
 * The phase that goes by runbooks: it finds the sections that fit the alert by words (BM25) and, with an embedder, by
 * vectors, and takes the function that they lead to; with a provider a model chooses among the functions of these
 * sections. Runbooks are not trusted: they can name functions of the catalog only, and parameters go through
 * `resolveCall`, so no target comes from a runbook.
 *
 * It abstains with `no-evidence` (no section fits, or names a function), `contradiction` (the sections name several
 * functions alike), `none-applies` (the model says so) and the reasons of `resolveCall`.
 *
 * @throws ConfigurationError for options that cannot be used, by `doSelect` when a path of `runbooks` is not there
 */
export function createRagSelector(options: RagSelectorOptions): Selector {
  const { embedder, provider } = options;
  const topK = checkNumber('topK', options.topK ?? 5, { minimum: 1, maximum: 50 });
  const timeoutMs = checkNumber('providerTimeoutMs', options.providerTimeoutMs ?? 10_000, {
    minimum: 1,
    maximum: 600_000,
  });
  const contextTokens = checkNumber('contextTokens', options.contextTokens ?? 2_048, {
    minimum: 1_024,
    maximum: 1_000_000,
  });
  const calibration = checkEvidenceMap(options.calibration ?? DEFAULT_RAG_CALIBRATION, DEFAULT_RAG_CALIBRATION);
  const refreshMs = checkNumber('refreshMs', options.refreshMs ?? 5_000, { minimum: 0, maximum: 86_400_000 });
  const { runbooks } = options;
  const own = isIndex(runbooks) ? undefined : createRunbookIndex({ ...options, runbooks, refreshMs });
  const index = isIndex(runbooks) ? runbooks : (own as RunbookIndex);
  const guard = new DisposeGuard('the rag selector');

  const select = async (request: SelectRequest): Promise<SelectorOutcome> => {
    const { alert, catalog, signal } = request;
    throwIfAborted(signal);
    const found = await index.search(alert, topK, signal);
    const hits = found.filter(
      ({ exact, coverage }) => exact > 0 || coverage >= LEAST_COVERAGE || embedder !== undefined,
    );
    if (hits.length === 0) return abstained('no-evidence', 'no section of the runbooks fits the alert', []);
    const ranked = rankFunctions(hits, catalog);
    if (ranked.candidates.length === 0) {
      const detail = `${hits[0]?.source} fits the alert, but names no function of the catalog`;
      return abstained('no-evidence', detail, evidenceOf(hits));
    }

    const answer = provider && (await ask(request, ranked, provider));
    const said = providerEvidence(provider, answer);
    if (answer?.kind === 'none') {
      return abstained('none-applies', 'the model finds no function that fits', [...evidenceOf(hits), ...said]);
    }
    const chosen = chosenOf(ranked, answer);
    if (!chosen) {
      const names = ranked.candidates.slice(0, 4).map(({ lambdaFunction }) => lambdaFunction);
      const detail = `the runbooks name ${names.join(' and ')}, and none of them leads`;
      return abstained('contradiction', detail, [...evidenceOf(hits), ...said]);
    }
    return propose(request, { chosen, ranked, hits, answer, said });
  };

  const ask = (request: SelectRequest, ranked: RankedFunctions, asked: TextProvider): Promise<FunctionAnswer> => {
    const candidates = ranked.candidates.slice(0, MOST_CHOICES);
    const sections = [...new Set(candidates.flatMap(({ hits }) => hits))];
    return askForFunction({
      provider: asked,
      instruction: INSTRUCTION,
      alert: request.alert,
      functions: candidates.map(({ lambdaFunction }) => definitionOf(lambdaFunction, request)),
      sources: sections.map(({ source, section }) => ({
        title: source,
        text: [...section.headings.slice(-2), section.text].join(': '),
      })),
      contextTokens,
      timeoutMs,
      signal: request.signal,
    });
  };

  const propose = (
    request: SelectRequest,
    found: {
      readonly chosen: RunbookCandidate;
      readonly ranked: RankedFunctions;
      readonly hits: readonly RunbookHit[];
      readonly answer: FunctionAnswer | undefined;
      readonly said: readonly Evidence[];
    },
  ): SelectorOutcome => {
    const { alert, catalog } = request;
    const { chosen, ranked, hits, answer, said } = found;
    const { lambdaFunction } = chosen;
    const best = chosen.hits[0] as RunbookHit;
    const evidence = [...evidenceOf(chosen.hits), ...said];
    const parameters = parametersOf(best, definitionOf(lambdaFunction, request), alert);
    const call = resolveCall({ alert, catalog }, { lambdaFunction, parameters, by: 'rag' });
    if (call.kind === 'refused') return abstained(call.reason, `${best.source}: ${call.detail}`, evidence);
    const model = agreementOf(answer, ranked.leader?.lambdaFunction);
    const values = ragEvidence(chosen, ranked, { hits, catalog, model, guessed: call.guessed.length > 0 });
    options.onEvidence?.(lambdaFunction, values);
    return {
      kind: 'selected',
      lambdaFunction,
      parameters: call.parameters,
      parameterOrigins: call.parameterOrigins,
      confidence: confidenceOf(values, calibration),
      reasoning: excerpt(`${best.source} names ${lambdaFunction} for ${alert.labels.alertname ?? 'the alert'}.`),
      evidence,
    };
  };

  return {
    specificationVersion: 'v1',
    name: 'rag',
    doSelect: (request) => guard.run(() => select(request)),
    dispose: () => guard.dispose(async () => own?.dispose()),
  };
}

function isIndex(runbooks: RagSelectorOptions['runbooks']): runbooks is RunbookIndex {
  return typeof runbooks === 'object' && 'search' in runbooks;
}

/** What the model chose, else what the sections lead to. */
function chosenOf(ranked: RankedFunctions, answer: FunctionAnswer | undefined): RunbookCandidate | undefined {
  if (answer?.kind !== 'chosen') return ranked.leader;
  return ranked.candidates.find(({ lambdaFunction }) => lambdaFunction === answer.lambdaFunction);
}

function evidenceOf(hits: readonly RunbookHit[]): Evidence[] {
  return hits.slice(0, MOST_EVIDENCE).map(({ source, section, score }) => ({
    kind: 'runbook',
    source,
    text: excerpt([...section.headings.slice(-1), section.text].join(': ')),
    score,
  }));
}

function definitionOf(name: string, { catalog }: SelectRequest): RemediationFunction {
  return catalog.find((definition) => definition.name === name) as RemediationFunction;
}

function abstained(reason: Abstention['reason'], detail: string, evidence: readonly Evidence[]): Abstention {
  return { kind: 'abstained', reason, detail: excerpt(detail), evidence };
}
