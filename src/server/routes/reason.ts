import { z } from 'zod';
import { InvalidInputError } from '../../core/errors.js';
import { expectedMessage } from '../../domain/alert/alert-schema.js';
import { parseWith } from '../../domain/alert/parse-alerts.js';
import { alertFingerprint, DEFAULT_CATALOG } from '../../domain/index.js';
import { readProblem } from '../../providers/local-trm/index.js';
import type { ServiceContext } from '../http/context.js';
import { Problem } from '../http/problem.js';
import type { ReasonCall } from '../model/service-model.js';
import { problemAnswerSchema, promptAnswerSchema, reasonRequestSchema } from '../openapi/schemas.js';
import type { ServiceKernel, ServiceRoute } from '../service-route.js';
import type { Reasoned } from '../work/decider.js';

/** The JSON that the model's text holds. */
const answerSchema = z.object({
  lambda_function: z.string().nullable(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  reasoning: z.string(),
});

const text = z.string({ error: expectedMessage('a text') });
const object = z.record(z.string(), z.unknown(), { error: expectedMessage('an object') });
const steps = z
  .int({ error: expectedMessage('a whole number from 1 to 1000') })
  .min(1)
  .max(1_000);
const share = z
  .number({ error: expectedMessage('a number from 0 to 1') })
  .min(0)
  .max(1);

/** The form of TRMClient's remote provider. */
const promptForm = z.object({
  prompt: text,
  context: object.nullish(),
  max_steps: steps.nullish(),
  stop_confidence: share.nullish(),
});

/** The form of agents that ask by themselves. */
const problemForm = z.object({
  problem: z.union([text, object], { error: expectedMessage('a text or an object') }),
  context: object.nullish(),
  catalog: z.unknown().optional(),
  max_iterations: steps.nullish(),
});

/** POST /reason: the model alone, with its answer after every supervision step. */
export function reasonRoute(kernel: ServiceKernel): ServiceRoute {
  return {
    method: 'POST',
    path: '/reason',
    scope: 'reason',
    operation: {
      id: 'reason',
      summary: 'Ask the model about one alert, and see its answer after every supervision step',
      description:
        'Two forms: {prompt, context} as TRMClient sends it, answered by {answer, confidence, steps, model}; and ' +
        '{problem, context, catalog, max_iterations}, answered by {result, answer, confidence, iterations, trace, ' +
        'model}. The alert stands in the context or in the text. The model stops where it is sure, and at max_iterations ' +
        'at the latest; max_steps without stop_confidence takes all of them.',
      request: { schema: reasonRequestSchema },
      responses: {
        200: { description: 'The answer.', schema: z.union([problemAnswerSchema, promptAnswerSchema]) },
      },
    },
    async handle(context) {
      const body = await kernel.readJson(context);
      const fields = parseWith(object, body, []);
      return Object.hasOwn(fields, 'prompt')
        ? answerPrompt(kernel, context, parseWith(promptForm, fields, []))
        : answerProblem(kernel, context, readProblemForm(fields));
    },
  };
}

function readProblemForm(fields: Record<string, unknown>): z.infer<typeof problemForm> {
  if (Object.hasOwn(fields, 'problem')) return parseWith(problemForm, fields, []);
  throw new InvalidInputError('problem', 'expected a problem (or a prompt), received nothing');
}

async function answerPrompt(
  kernel: ServiceKernel,
  context: ServiceContext,
  { prompt, context: given, max_steps: maxSteps, stop_confidence: stopConfidence }: z.infer<typeof promptForm>,
): Promise<Response> {
  const recursion =
    maxSteps || stopConfidence !== undefined
      ? { maxSteps: maxSteps ?? MOST_STEPS, stopConfidence: stopConfidence ?? undefined }
      : undefined;
  const reasoned = await ask(kernel, context, {
    text: prompt,
    context: given ?? undefined,
    catalog: undefined,
    recursion,
  });
  const { text: answer, confidence } = lastOf(reasoned);
  return context.json({
    answer,
    confidence,
    steps: reasoned.steps.map((step) => ({ answer: step.text, confidence: step.confidence })),
    model: reasoned.model.id,
  } satisfies z.infer<typeof promptAnswerSchema>);
}

async function answerProblem(
  kernel: ServiceKernel,
  context: ServiceContext,
  { problem, context: given, catalog, max_iterations: maxSteps }: z.infer<typeof problemForm>,
): Promise<Response> {
  // An alert as an object is looked for like one in the context, and goes before it.
  const asked =
    typeof problem === 'string' ? { text: problem, context: given ?? undefined } : { text: '', context: problem };
  const recursion = maxSteps ? { maxSteps, haltByHead: true } : undefined;
  const reasoned = await ask(kernel, context, { ...asked, catalog, recursion });
  const { text: result, confidence } = lastOf(reasoned);
  return context.json({
    result,
    answer: answerSchema.parse(JSON.parse(result)),
    confidence,
    iterations: reasoned.steps.length,
    trace: reasoned.steps.map((step, index) => ({
      step: index + 1,
      answer: answerSchema.parse(JSON.parse(step.text)),
      confidence: step.confidence,
    })),
    model: reasoned.model.id,
  } satisfies z.infer<typeof problemAnswerSchema>);
}

/** No model of this package takes more. */
const MOST_STEPS = 1_000;

async function ask(
  kernel: ServiceKernel,
  context: ServiceContext,
  asked: {
    readonly text: string;
    readonly context: Readonly<Record<string, unknown>> | undefined;
    readonly catalog: unknown;
    readonly recursion: ReasonCall['recursion'];
  },
): Promise<Reasoned> {
  const found = readProblem(asked.text, asked.context);
  if (!found) {
    throw new Problem('out-of-domain', {
      detail:
        'the request holds no alert; this model chooses a remediation function for one (give it as context.alert)',
    });
  }
  const { alert } = found;
  // Where the problem brought none, the service's own stands in for that of the package.
  const within = found.catalog === DEFAULT_CATALOG ? undefined : found.catalog;
  const catalog = kernel.readCatalog(asked.catalog ?? within);
  const { recursion } = asked;
  const reasoned = await kernel.reason({ alert, catalog }, { recursion, signal: context.get('state').signal });
  const { text: last, confidence } = lastOf(reasoned);
  const lambdaFunction = answerSchema.parse(JSON.parse(last)).lambda_function;
  kernel.audit(context, {
    action: 'reason',
    alertFingerprint: alertFingerprint(alert),
    decision: { lambdaFunction, accepted: false, confidence },
    model: reasoned.model.id,
  });
  return reasoned;
}

function lastOf({ steps: all }: Reasoned): { readonly text: string; readonly confidence: number } {
  const last = all.at(-1);
  if (!last) throw new Error('the model gave no answer at all');
  return last;
}
