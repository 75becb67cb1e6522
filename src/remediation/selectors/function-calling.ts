import { meanTokenProbability } from '../../core/confidence/token-probability.js';
import { throwIfAborted } from '../../core/deadline.js';
import { ConfigurationError, ProviderError } from '../../core/errors.js';
import { quote } from '../../domain/describe.js';
import type { Evidence, Selector, SelectorOutcome, SelectRequest } from '../../domain/selection/index.js';
import type { GenerateResult, TextProvider } from '../../domain/text/index.js';
import { cleanText } from './function-calling/alert-text.js';
import { askProvider } from './function-calling/ask-provider.js';
import {
  type CallConfidenceMap,
  type CallFeatures,
  callConfidence,
  checkCallConfidenceMap,
  DEFAULT_CALL_CONFIDENCE_MAP,
} from './function-calling/call-confidence.js';
import { type Dialect, dialectsFor } from './function-calling/dialect.js';
import { makeOffer, type Offer } from './function-calling/offer.js';
import { buildPrompt, type PromptParts } from './function-calling/prompt.js';
import { type JudgedAnswer, judgeAnswer, saidIn } from './function-calling/read-answer.js';

export { type CallConfidenceMap, DEFAULT_CALL_CONFIDENCE_MAP } from './function-calling/call-confidence.js';
export type { Dialect } from './function-calling/dialect.js';

export interface FunctionCallingOptions {
  /** The language model. It stays its caller's: the selector does not dispose it. */
  readonly provider: TextProvider;
  /** Default `auto`: what the provider does best, see `dialectsFor`. */
  readonly dialect?: Dialect | 'auto' | undefined;
  /** Tokens of an answer at most, 16 or more; a model that thinks first needs more. Default 256. */
  readonly maxTokens?: number | undefined;
  /** Tokens that prompt and answer share, 512 or more. Default 2048, which is Ollama's `numCtx` here. */
  readonly contextTokens?: number | undefined;
  /** Follow-ups to an answer that is refused. Default 1. */
  readonly repairs?: 0 | 1 | undefined;
  /** With 2 every answer is asked for once more at temperature 0.7, and agreement counts. Default 1. */
  readonly samples?: 1 | 2 | undefined;
  /** From features of an answer to the probability that it is right. Default: a prior that is fitted to no data. */
  readonly calibration?: CallConfidenceMap | undefined;
  /** Default `function-calling`. */
  readonly name?: string | undefined;
}

/** Temperature of the second sample; at that of the first it would say the same. */
const SECOND_SAMPLE_TEMPERATURE = 0.7;

/** Most characters of an answer among the evidence. */
const LONGEST_EVIDENCE = 500;

/**
 * The phase that lets a language model call one of the catalog's functions. What it calls is a proposal: it is resolved
 * against the alert, so a function that is not in the catalog, an argument that is not declared and a target that is no
 * label of the alert are refused, whatever stands in the alert's text. A refused answer is asked for again once, with a
 * message that says what was wrong. The confidence comes from what can be observed of the answer, never from what the
 * model says about itself.
 *
 * `doSelect` throws what the provider throws (ProviderError), AbortedError and DeadlineExceededError. With the dialect
 * `auto` a server that does not support one is asked in the next, now and from then on.
 *
 * @throws ConfigurationError for an option that cannot be used, and for a dialect that the provider does not have
 */
export function createFunctionCallingSelector(options: FunctionCallingOptions): Selector {
  const settings = readOptions(options);
  const offers = new WeakMap<SelectRequest['catalog'], Offer>();
  let dialects = dialectsFor(settings.provider, settings.dialect);

  const answer = async (request: SelectRequest, offer: Offer): Promise<SelectorOutcome> => {
    const [dialect, next, ...later] = dialects;
    try {
      return await select({ ...settings, dialect }, request, offer);
    } catch (error) {
      if (next === undefined || !ProviderError.isInstance(error) || error.reason !== 'unsupported') throw error;
      // Another request may have found the same out meanwhile.
      if (dialects[0] === dialect) dialects = [next, ...later];
      return answer(request, offer);
    }
  };

  return {
    specificationVersion: 'v1',
    name: settings.name,
    async doSelect(request) {
      throwIfAborted(request.signal);
      let offer = offers.get(request.catalog);
      if (!offer) {
        offer = makeOffer(request.catalog);
        offers.set(request.catalog, offer);
      }
      return answer(request, offer);
    },
  };
}

type Settings = { readonly [K in keyof FunctionCallingOptions]-?: NonNullable<FunctionCallingOptions[K]> };
type RunSettings = Settings & { readonly dialect: Dialect };

function readOptions(options: FunctionCallingOptions): Settings {
  const {
    provider,
    dialect = 'auto',
    maxTokens = 256,
    contextTokens = 2_048,
    repairs = 1,
    samples = 1,
    calibration = DEFAULT_CALL_CONFIDENCE_MAP,
    name = 'function-calling',
  } = options;
  checkWhole('maxTokens', maxTokens, 16, 1_000_000);
  checkWhole('contextTokens', contextTokens, 512, 10_000_000);
  checkWhole('repairs', repairs, 0, 1);
  checkWhole('samples', samples, 1, 2);
  checkCallConfidenceMap(calibration);
  return { provider, dialect, maxTokens, contextTokens, repairs, samples, calibration, name };
}

function checkWhole(option: string, value: number, minimum: number, maximum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return;
  throw new ConfigurationError(
    `${option}: expected a whole number from ${minimum} to ${maximum}, received ${String(value)}`,
  );
}

interface Answer {
  readonly result: GenerateResult;
  readonly judged: JudgedAnswer;
}

async function select(settings: RunSettings, request: SelectRequest, offer: Offer): Promise<SelectorOutcome> {
  const { provider, repairs, samples, calibration } = settings;
  let answer = await ask(settings, request, offer, {});
  let repaired = false;
  if (answer.judged.kind === 'refused' && answer.judged.repairable && repairs > 0) {
    const refused = { answer: saidIn(answer.result), problem: answer.judged.detail };
    answer = await ask(settings, request, offer, { refused });
    repaired = true;
  }
  const { judged, result } = answer;
  const evidence = evidenceOf(provider, result);
  if (judged.kind === 'refused') {
    const again = repaired ? ', also when asked again' : '';
    return { kind: 'abstained', reason: judged.reason, detail: `${judged.detail}${again}`, evidence: [evidence] };
  }

  const second = samples > 1 ? await sampleAgain(settings, request, offer) : undefined;
  const features: CallFeatures = {
    tokenProbability: meanTokenProbability(result.logprobs),
    agreement: second && proposalOf(second) === proposalOf(judged),
    repaired,
    loose: judged.loose,
    fromAlert: judged.kind === 'none' || isFromAlert(judged.call),
  };
  const confidence = callConfidence(features, calibration);
  const who = `${provider.name} (${result.modelId})`;
  const alertName = quote(request.alert.labels['alertname'] ?? '');
  if (judged.kind === 'none') {
    const detail = `${who} finds no function of the catalog that fits ${alertName}`;
    return { kind: 'abstained', reason: 'none-applies', confidence, detail, evidence: [evidence] };
  }
  const { lambdaFunction, parameters, parameterOrigins } = judged.call;
  return {
    kind: 'selected',
    lambdaFunction,
    parameters,
    parameterOrigins,
    confidence,
    reasoning: `${who} calls ${lambdaFunction} for ${alertName}${repaired ? ' after one correction' : ''}.`,
    evidence: [evidence],
  };
}

async function ask(
  { provider, dialect, maxTokens, contextTokens, name }: RunSettings,
  request: SelectRequest,
  offer: Offer,
  changes: Pick<PromptParts, 'refused'> & { readonly temperature?: number },
): Promise<Answer> {
  const { toolCalls: takesTools, logprobs } = provider.capabilities;
  const { temperature = 0, refused } = changes;
  const tokens = contextTokens - Math.min(maxTokens, Math.floor(contextTokens / 2));
  const prompt = buildPrompt({ alert: request.alert, offer, dialect, takesTools, tokens, refused });
  const result = await askProvider(provider, {
    ...prompt,
    temperature,
    maxTokens,
    ...(logprobs && { logprobs }),
    signal: request.signal,
  });
  return { result, judged: judgeAnswer(result, request, offer, name) };
}

/** A second answer; one that fails says nothing about the first. */
async function sampleAgain(
  settings: RunSettings,
  request: SelectRequest,
  offer: Offer,
): Promise<JudgedAnswer | undefined> {
  try {
    return (await ask(settings, request, offer, { temperature: SECOND_SAMPLE_TEMPERATURE })).judged;
  } catch (error) {
    if (ProviderError.isInstance(error)) return undefined;
    throw error;
  }
}

/** What an answer comes to as a text, equal for equal calls; parameters stand in the order of the schema. */
function proposalOf(judged: JudgedAnswer): string {
  if (judged.kind !== 'call') return judged.kind;
  return JSON.stringify([judged.call.lambdaFunction, judged.call.parameters]);
}

function isFromAlert({ parameterOrigins, guessed }: Extract<JudgedAnswer, { kind: 'call' }>['call']): boolean {
  return guessed.length === 0 && Object.values(parameterOrigins).every(({ kind }) => kind !== 'proposal');
}

function evidenceOf(provider: TextProvider, result: GenerateResult): Evidence {
  const text = cleanText(saidIn(result)).slice(0, LONGEST_EVIDENCE);
  return { kind: 'llm', source: `${provider.name}/${result.modelId}`, ...(text !== '' && { text }) };
}
