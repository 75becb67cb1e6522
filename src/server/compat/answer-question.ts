import { type Alert, alertFingerprint, DEFAULT_CATALOG } from '../../domain/index.js';
import { readProblem } from '../../providers/local-trm/index.js';
import type { ServiceContext } from '../http/context.js';
import { Problem } from '../http/problem.js';
import type { ServiceKernel } from '../service-route.js';
import type { Decided } from '../work/decider.js';
import { readBelow } from '../work/read-below.js';
import { askFallback } from './fallback.js';
import { namesFunction, namesIn } from './format/fit-format.js';
import { type Format, readFormat } from './format/read-format.js';
import { readTools, type ToolOffer } from './offer.js';
import type { Question, Reply } from './question.js';
import { sayDecision } from './say-decision.js';

/** What the wire format brings to a question. */
export interface AskOptions {
  /** Field that holds the schema of the answer, for messages about it. */
  readonly formatField: string;
  /** Told of the pieces of a language model's answer; the TRM's comes as a whole. */
  readonly onDelta?: ((text: string) => void) | undefined;
}

/**
 * Answers a request of either wire format: an alert by what the service's chain decides, in its queue; anything else by
 * the fallback, where the service has one. Writes the audit line.
 *
 * @throws Problem `out-of-domain` without a fallback; InvalidInputError for a faulty alert, tool or schema; what the
 *   chain and the fallback reject with
 */
export async function answerQuestion(
  kernel: ServiceKernel,
  context: ServiceContext,
  question: Question,
  options: AskOptions,
): Promise<Reply> {
  const { turns, tools, toolChoice } = question;
  const only = typeof toolChoice === 'object' ? toolChoice.name : undefined;
  const offer = tools.length > 0 ? readTools(kernel, tools, only) : undefined;
  const passOn = (detail: string): Promise<Reply> => {
    if (kernel.fallback) return askFallback(kernel, kernel.fallback, context, question, options.onDelta);
    throw new Problem('out-of-domain', { detail });
  };

  const asked = turns.findLastIndex(({ role }) => role === 'user');
  const found = readProblem(turns[asked]?.text ?? '');
  if (!found) return passOn(NO_ALERT);
  // Only now: a language model may take schemas that this reader does not.
  const format = readQuestionFormat(question, options.formatField);
  if (typeof format === 'object' && !namesFunction(format.schema)) return passOn(OTHER_FORMAT);
  if (turns.slice(asked + 1).some(({ role }) => role === 'tool')) {
    return kernel.fallback ? passOn('') : { ...OF_MODEL, text: NOTHING_TO_ADD, calls: [] };
  }

  const catalog = offer?.catalog ?? catalogOf(kernel, found.catalog, format);
  const { signal } = context.get('state');
  const decided = await kernel.decide(found.alert, { catalog, signal });
  const said = sayDecision(decided.decision, {
    callable: offer !== undefined && toolChoice !== 'none',
    none: offer?.none,
    format,
  });
  if (!said) return passOn(NO_FIT);
  auditAnswer(kernel, context, found.alert, decided);
  return { ...OF_MODEL, ...said };
}

const OF_MODEL = { by: undefined, finish: 'stop', usage: { inputTokens: 0, outputTokens: 0 } } as const;

const NO_ALERT =
  'the last message of the user holds no alert; this model chooses a remediation function for one (give it as JSON, or ' +
  'as "Alert Name: ... Labels: ...")';
const OTHER_FORMAT =
  'the format has no field for the name of a function (such as lambda_function), which is all that this model chooses';
const NO_FIT = 'the answer does not fit the format; leave the format out to see it';
const NOTHING_TO_ADD =
  'The function that this model chose for the alert was called, and its result is part of the conversation. The model ' +
  'chooses one function for an alert and has nothing to add.';

function readQuestionFormat({ format }: Question, field: string): 'json' | Format | undefined {
  return typeof format === 'object' ? readBelow(field, () => readFormat(format)) : format;
}

/** The functions of the prompt; else those that the format lists; else those of the service. */
function catalogOf(
  kernel: ServiceKernel,
  given: ToolOffer['catalog']['catalog'],
  format: 'json' | Format | undefined,
): ToolOffer['catalog'] {
  if (given !== DEFAULT_CATALOG) return kernel.readCatalog(given);
  const own = kernel.readCatalog(undefined);
  const names = typeof format === 'object' ? namesIn(format.schema) : [];
  const listed = own.catalog.filter(({ name }) => names.includes(name));
  return listed.length === 0 || listed.length === own.catalog.length ? own : kernel.readCatalog(listed);
}

function auditAnswer(kernel: ServiceKernel, context: ServiceContext, alert: Alert, { decision, model }: Decided): void {
  const { lambdaFunction, confidence, outcome, attempts } = decision;
  kernel.audit(context, {
    action: 'reason',
    alertFingerprint: alertFingerprint(alert),
    decision: { lambdaFunction, accepted: outcome === 'selected', confidence },
    model: model.id,
    attempts: attempts.map((attempt) => ({ phase: attempt.phase, outcome: attempt.outcome })),
    outcome,
  });
}
