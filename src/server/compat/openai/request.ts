import { z } from 'zod';
import { expectedMessage } from '../../../domain/alert/alert-schema.js';
import { parseWith } from '../../../domain/alert/parse-alerts.js';
import type { Question, Turn } from '../question.js';
import { flag, number, object, text, tokensOf, tools } from '../read-fields.js';

const ROLES = ['developer', 'system', 'user', 'assistant', 'tool', 'function'] as const;

/** The range of OpenAI's protocol. */
const temperature = number.min(0).max(2, { error: expectedMessage('a number from 0 to 2') });

const part = z.object(
  { type: z.literal('text', { error: expectedMessage('"text"; other parts are not read') }), text },
  { error: expectedMessage('a part with a type') },
);

const message = z.object(
  {
    role: z.enum(ROLES, { error: expectedMessage(`one of ${ROLES.join(', ')}`) }),
    content: z.union([text, z.array(part)], { error: expectedMessage('a text or parts of type "text"') }).nullish(),
    tool_calls: z
      .array(
        z.object({ function: z.object({ name: text, arguments: text }, { error: expectedMessage('a function') }) }),
        { error: expectedMessage('an array of calls') },
      )
      .nullish(),
  },
  { error: expectedMessage('a message with a role and content') },
);

const responseFormat = z.union(
  [
    z.object({ type: z.literal(['text', 'json_object']) }),
    z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: object }) }),
  ],
  { error: expectedMessage('{type: "text"}, {type: "json_object"} or {type: "json_schema", json_schema: {schema}}') },
);

const toolChoice = z.union(
  [
    z.literal(['auto', 'none', 'required']),
    z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
  ],
  { error: expectedMessage('"auto", "none", "required" or {type: "function", function: {name}}') },
);

export const completionRequestSchema = z.object(
  {
    model: text.nullish().describe('Any name; the answer says which model it is from.'),
    messages: z.array(message, { error: expectedMessage('an array of messages') }).min(1, {
      error: 'expected at least one message',
    }),
    tools: tools.nullish().describe('The functions to choose from; left out, those of the prompt or the service.'),
    tool_choice: toolChoice
      .nullish()
      .describe('`required` is no reason to call a function of which the service is not sure enough.'),
    response_format: responseFormat.nullish(),
    stream: flag.nullish(),
    stream_options: z.object({ include_usage: flag.nullish() }, { error: expectedMessage('an object') }).nullish(),
    n: z.literal(1, { error: expectedMessage('1; there is one answer to an alert') }).nullish(),
    temperature: temperature.nullish().describe('For the fallback alone; this model samples nothing.'),
    max_tokens: number.nullish(),
    max_completion_tokens: number.nullish(),
  },
  { error: expectedMessage('a request in JSON') },
);

/** A request that was read. */
export interface CompletionRequest {
  readonly model: string | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly question: Question;
}

/** Reads the body of /v1/chat/completions. Throws InvalidInputError that names the field. */
export function readCompletionRequest(body: unknown): CompletionRequest {
  const request = parseWith(completionRequestSchema, body, []);
  const { tool_choice: choice, response_format: format } = request;
  return {
    model: request.model ?? undefined,
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
    question: {
      turns: request.messages.map(turnOf),
      tools: request.tools ?? [],
      toolChoice: typeof choice === 'object' && choice ? choice.function : choice === 'none' ? 'none' : 'auto',
      format:
        format?.type === 'json_schema'
          ? format.json_schema.schema
          : format?.type === 'json_object'
            ? 'json'
            : undefined,
      temperature: request.temperature ?? undefined,
      maxTokens: tokensOf(request.max_completion_tokens ?? request.max_tokens),
    },
  };
}

const TURNS = {
  developer: 'system',
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
} as const satisfies Record<(typeof ROLES)[number], Turn['role']>;

function turnOf({ role, content, tool_calls: made }: z.infer<typeof message>): Turn {
  const said = Array.isArray(content) ? content.map((entry) => entry.text).join('\n') : (content ?? '');
  const calls = (made ?? []).map(({ function: { name, arguments: given } }) => ({
    name,
    arguments: readArguments(given),
  }));
  return { role: TURNS[role], text: said, calls };
}

/** What a model gave as arguments may be no JSON; it is told as it is then. */
function readArguments(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}
