import type { z } from 'zod';
import { parseWith } from '../../../domain/alert/parse-alerts.js';
import type { ServiceContext } from '../../http/context.js';
import type { ServiceKernel, ServiceRoute } from '../../service-route.js';
import { answerQuestion } from '../answer-question.js';
import { answeringName } from '../model-names.js';
import { streamAnswer } from '../stream.js';
import {
  chatRequestSchema,
  generateRequestSchema,
  type OllamaRequest,
  readChat,
  readGenerate,
  showRequestSchema,
} from './request.js';
import {
  chatAnswerSchema,
  generateAnswerSchema,
  ollamaForm,
  ollamaProblem,
  ollamaShow,
  ollamaTags,
  showAnswerSchema,
  tagsSchema,
  versionAnswerSchema,
} from './response.js';

/** The release of Ollama whose wire format this is. Clients ask for it to learn what they may send. */
const OLLAMA_VERSION = '0.13.5';

const NANOSECONDS = 1e6;

/**
 * What agents ask an Ollama server: POST /api/chat, /api/generate and /api/show, GET /api/tags and /api/version. Problems
 * are `{error}` with the status that they have everywhere.
 *
 * @param since when the service started, RFC 3339
 */
export function ollamaRoutes(kernel: ServiceKernel, since: string): readonly ServiceRoute[] {
  const shared = { scope: 'reason', problemToJson: ollamaProblem } as const;
  return [
    {
      ...shared,
      method: 'POST',
      path: '/api/chat',
      operation: answers('ollamaChat', 'Chat as with an Ollama server', chatRequestSchema, chatAnswerSchema),
      handle: async (context) => answer(kernel, context, 'chat', readChat),
    },
    {
      ...shared,
      method: 'POST',
      path: '/api/generate',
      operation: answers('ollamaGenerate', 'Ask as an Ollama server', generateRequestSchema, generateAnswerSchema),
      handle: async (context) => answer(kernel, context, 'generate', readGenerate),
    },
    {
      ...shared,
      method: 'POST',
      path: '/api/show',
      operation: {
        id: 'ollamaShow',
        summary: 'The model, as an Ollama server shows one',
        request: { schema: showRequestSchema },
        responses: { 200: { description: 'Details.', schema: showAnswerSchema } },
      },
      async handle(context) {
        parseWith(showRequestSchema, await kernel.readJson(context, { anyMediaType: true }), []);
        return context.json(ollamaShow(kernel.model(), since));
      },
    },
    {
      ...shared,
      method: 'GET',
      path: '/api/tags',
      operation: {
        id: 'ollamaTags',
        summary: 'The models, as an Ollama server lists them',
        responses: { 200: { description: 'The one model, by its names.', schema: tagsSchema } },
      },
      handle: (context) => context.json(ollamaTags(kernel.model(), since)),
    },
    {
      ...shared,
      method: 'GET',
      path: '/api/version',
      operation: {
        id: 'ollamaVersion',
        summary: 'The release of Ollama whose wire format this is',
        responses: { 200: { description: 'The release.', schema: versionAnswerSchema } },
      },
      handle: (context) => context.json({ version: OLLAMA_VERSION }),
    },
  ];
}

function answers(id: string, summary: string, request: z.ZodType, schema: z.ZodType): ServiceRoute['operation'] {
  return {
    id,
    summary,
    description:
      'An alert in the last message of the user is answered by what the service decides: a tool call where tools were ' +
      'given and a function was accepted, else JSON {lambda_function, parameters, reasoning, confidence} or the shape of ' +
      '`format`. Anything else goes to the fallback of the service, or is refused with 422. Streamed as NDJSON unless ' +
      '`stream` is false. Errors are {error}.',
    request: { schema: request },
    responses: { 200: { description: 'The answer.', schema } },
  };
}

async function answer(
  kernel: ServiceKernel,
  context: ServiceContext,
  endpoint: 'chat' | 'generate',
  read: (body: unknown) => OllamaRequest,
): Promise<Response> {
  const start = performance.now();
  const { model, stream, question } = read(await kernel.readJson(context, { anyMediaType: true }));
  const form = ollamaForm({
    endpoint,
    model: answeringName(model),
    elapsed: () => Math.round((performance.now() - start) * NANOSECONDS),
  });
  if (!question) return context.json(form.loaded());
  const options = { formatField: 'format' };
  if (!stream) return context.json(form.whole(await answerQuestion(kernel, context, question, options)));
  return streamAnswer(kernel, context, form.stream, (onDelta) =>
    answerQuestion(kernel, context, question, { ...options, onDelta }),
  );
}
