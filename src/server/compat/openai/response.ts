import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { FinishReason, ToolCall } from '../../../domain/index.js';
import type { Problem, ProblemName } from '../../http/problem.js';
import { MODEL_NAMES } from '../model-names.js';
import type { Reply } from '../question.js';
import type { StreamForm } from '../stream.js';

const wireCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string().describe('JSON.') }),
});

const usage = z
  .object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0), total_tokens: z.int().min(0) })
  .describe('0 for the TRM, which reads and writes no tokens of text; left out where the fallback does not count.');

export const completionSchema = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  system_fingerprint: z.string().describe('The model that was loaded, such as remediation-v1.').optional(),
  choices: z.array(
    z.object({
      index: z.literal(0),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        refusal: z.null(),
        tool_calls: z.array(wireCall).optional(),
      }),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'tool_calls', 'length', 'content_filter']),
    }),
  ),
  usage: usage.optional(),
});

const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});

export { modelSchema as openAiModelSchema };
export const modelListSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) });

export interface CompletionFormOptions {
  /** Name of the service's model in the answer. */
  readonly model: string;
  /** What is loaded under it. */
  readonly fingerprint: string;
  /** Whether the end of a stream has the usage. */
  readonly includeUsage: boolean;
}

/** Writes the answers of /v1/chat/completions. */
export interface CompletionForm {
  whole(reply: Reply): z.infer<typeof completionSchema>;
  readonly stream: StreamForm;
}

/** One answer, whole or as the chunks of a stream of events. */
export function completionForm({ model, fingerprint, includeUsage }: CompletionFormOptions): CompletionForm {
  const id = `chatcmpl-${randomBytes(12).toString('hex')}`;
  const created = Math.floor(Date.now() / 1_000);
  const head = ({ by }: Pick<Reply, 'by'>) => ({
    created,
    model: by ?? model,
    ...(by === undefined && { system_fingerprint: fingerprint }),
  });
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (by: string | undefined, choices: readonly unknown[], counted: unknown = null): string =>
    event({
      id,
      object: 'chat.completion.chunk',
      ...head({ by }),
      choices,
      ...(includeUsage && { usage: counted }),
    });
  const delta = (by: string | undefined, said: unknown, finish: string | null = null): string =>
    chunk(by, [{ index: 0, delta: said, logprobs: null, finish_reason: finish }]);
  return {
    whole(reply) {
      const calls = reply.calls.map(toWire);
      const counted = usageOf(reply);
      return {
        id,
        object: 'chat.completion',
        ...head(reply),
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: calls.length > 0 && reply.text === '' ? null : reply.text,
              refusal: null,
              ...(calls.length > 0 && { tool_calls: calls }),
            },
            logprobs: null,
            finish_reason: finishOf(reply),
          },
        ],
        ...(counted && { usage: counted }),
      };
    },
    stream: {
      contentType: 'text/event-stream; charset=utf-8',
      opening: (by) => delta(by, { role: 'assistant', content: '' }),
      piece: (text, by) => delta(by, { content: text }),
      end(reply) {
        const { by, calls } = reply;
        const called = calls.map((call, index) => delta(by, { tool_calls: [{ index, ...toWire(call) }] })).join('');
        const counted = usageOf(reply);
        const last = includeUsage && counted ? chunk(by, [], counted) : '';
        return `${called}${delta(by, {}, finishOf(reply))}${last}data: [DONE]\n\n`;
      },
      failure: (problem) => event(openAiProblem(problem)),
    },
  };
}

function toWire({ name, arguments: given }: ToolCall): z.infer<typeof wireCall> {
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {});
  return { id: `call_${randomBytes(12).toString('hex')}`, type: 'function', function: { name, arguments: text } };
}

const FINISHES = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  other: 'stop',
} as const satisfies Record<FinishReason, string>;

function finishOf({ finish, calls }: Reply): 'stop' | 'tool_calls' | 'length' | 'content_filter' {
  return calls.length > 0 ? 'tool_calls' : FINISHES[finish];
}

function usageOf({ usage: { inputTokens, outputTokens } }: Reply): z.infer<typeof usage> | undefined {
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

const CODES: Readonly<Partial<Record<ProblemName, string>>> = {
  unauthenticated: 'invalid_api_key',
  'rate-limited': 'rate_limit_exceeded',
};

/** A problem as OpenAI's API tells one; `code` is the name of the problem where that has none of its own for it. */
export function openAiProblem({ problem, status, message, options }: Problem): Record<string, unknown> {
  return {
    error: {
      message,
      type: typeOf(status),
      param: options.path === undefined || options.path === '' ? null : options.path,
      code: CODES[problem] ?? problem.replaceAll('-', '_'),
    },
  };
}

function typeOf(status: number): string {
  if (status >= 500) return 'server_error';
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  return status === 429 ? 'rate_limit_error' : 'invalid_request_error';
}

/** A model as it is listed. `created` is when the service started, seconds since 1970. */
export function openAiModel(id: string, created: number): z.infer<typeof modelSchema> {
  return { id, object: 'model', created, owned_by: 'agent-trm' };
}

export function openAiModels(created: number): z.infer<typeof modelListSchema> {
  return { object: 'list', data: MODEL_NAMES.map((id) => openAiModel(id, created)) };
}
