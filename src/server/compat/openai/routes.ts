import type { ServiceContext } from '../../http/context.js';
import type { ServiceKernel, ServiceRoute } from '../../service-route.js';
import { answerQuestion } from '../answer-question.js';
import { answeringName } from '../model-names.js';
import { streamAnswer } from '../stream.js';
import { completionRequestSchema, readCompletionRequest } from './request.js';
import {
  completionForm,
  completionSchema,
  modelListSchema,
  openAiModel,
  openAiModelSchema,
  openAiModels,
  openAiProblem,
} from './response.js';

/**
 * What agents ask a server of OpenAI's protocol: POST /v1/chat/completions, GET /v1/models and /v1/models/:id. Problems
 * are `{error: {message, type, param, code}}` with the status that they have everywhere.
 *
 * @param created when the service started, seconds since 1970
 */
export function openAiRoutes(kernel: ServiceKernel, created: number): readonly ServiceRoute[] {
  const shared = { scope: 'reason', problemToJson: openAiProblem } as const;
  return [
    {
      ...shared,
      method: 'POST',
      path: '/v1/chat/completions',
      operation: {
        id: 'chatCompletions',
        summary: "Chat as with a server of OpenAI's protocol",
        description:
          'An alert in the last message of the user is answered by what the service decides: a tool call where tools ' +
          'were given and a function was accepted, else JSON {lambda_function, parameters, reasoning, confidence} or ' +
          'the shape of `response_format`. Anything else goes to the fallback of the service, or is refused with 422. ' +
          'Streamed as events where `stream` is true. Errors are {error: {message, type, param, code}}.',
        request: { schema: completionRequestSchema },
        responses: { 200: { description: 'The answer.', schema: completionSchema } },
      },
      handle: (context) => complete(kernel, context),
    },
    {
      ...shared,
      method: 'GET',
      path: '/v1/models',
      operation: {
        id: 'listModels',
        summary: "The models, as a server of OpenAI's protocol lists them",
        responses: { 200: { description: 'The one model, by its names.', schema: modelListSchema } },
      },
      handle: (context) => context.json(openAiModels(created)),
    },
    {
      ...shared,
      method: 'GET',
      path: '/v1/models/:id',
      operation: {
        id: 'getModel',
        summary: 'The model that answers to a name, which is the same for all names',
        responses: { 200: { description: 'The model.', schema: openAiModelSchema } },
      },
      handle: (context) => context.json(openAiModel(answeringName(context.req.param('id')), created)),
    },
  ];
}

async function complete(kernel: ServiceKernel, context: ServiceContext): Promise<Response> {
  const { model, stream, includeUsage, question } = readCompletionRequest(
    await kernel.readJson(context, { anyMediaType: true }),
  );
  const form = completionForm({ model: answeringName(model), fingerprint: kernel.model().id, includeUsage });
  const options = { formatField: 'response_format.json_schema.schema' };
  if (!stream) return context.json(form.whole(await answerQuestion(kernel, context, question, options)));
  return streamAnswer(kernel, context, form.stream, (onDelta) =>
    answerQuestion(kernel, context, question, { ...options, onDelta }),
  );
}
