import { z } from 'zod';
import { InvalidInputError } from '../../../core/errors.js';
import { expectedMessage } from '../../../domain/alert/alert-schema.js';
import { parseWith } from '../../../domain/alert/parse-alerts.js';
import type { Question, Turn } from '../question.js';
import { flag, number, object, text, tokensOf, tools } from '../read-fields.js';

const ROLES = ['system', 'user', 'assistant', 'tool'] as const;

const calls = z.array(
  z.object({ function: z.object({ name: text, arguments: object.nullish() }, { error: expectedMessage('a call') }) }),
  { error: expectedMessage('an array of calls') },
);

const message = z.object(
  {
    role: z.enum(ROLES, { error: expectedMessage(`one of ${ROLES.join(', ')}`) }),
    content: text.nullish(),
    images: z.array(z.unknown()).nullish(),
    tool_calls: calls.nullish(),
  },
  { error: expectedMessage('a message with a role and content') },
);

/** Ollama knows no upper end; what is too much for the fallback is the fallback's to say. */
const temperature = number.min(0, { error: expectedMessage('a number of 0 or more') });

const format = z.union([z.literal(['json', '']), object], { error: expectedMessage('"json" or a JSON Schema') });

const shared = {
  model: text.nullish().describe('Any name; the answer says which model it is from.'),
  format: format.nullish().describe('"json", or a JSON Schema with a field for the name of a function.'),
  stream: flag.nullish().describe('Default true.'),
  options: z
    .looseObject(
      { temperature: temperature.nullish(), num_predict: number.nullish() },
      { error: expectedMessage('an object') },
    )
    .nullish()
    .describe('For the fallback alone; this model samples nothing.'),
};

const REQUEST = { error: expectedMessage('a request in JSON') };

export const chatRequestSchema = z.object(
  {
    ...shared,
    messages: z.array(message, { error: expectedMessage('an array of messages') }).nullish(),
    tools: tools.nullish().describe('The functions to choose from; left out, those of the prompt or the service.'),
  },
  REQUEST,
);

export const generateRequestSchema = z.object(
  { ...shared, prompt: text.nullish(), system: text.nullish(), images: z.array(z.unknown()).nullish() },
  REQUEST,
);

export const showRequestSchema = z.object({ model: text.nullish(), name: text.nullish() }, REQUEST);

/** A request that was read; without a question it only wants the model to be there. */
export interface OllamaRequest {
  readonly model: string | undefined;
  readonly stream: boolean;
  readonly question: Question | undefined;
}

/** Reads the body of /api/chat. Throws InvalidInputError that names the field. */
export function readChat(body: unknown): OllamaRequest {
  const { messages, tools: given, ...rest } = parseWith(chatRequestSchema, body, []);
  for (const [index, { images }] of (messages ?? []).entries()) refuseImages(images, `messages[${index}].images`);
  const turns = (messages ?? []).map(turnOf);
  return requestOf(rest, turns, given ?? []);
}

/** Reads the body of /api/generate. Throws InvalidInputError that names the field. */
export function readGenerate(body: unknown): OllamaRequest {
  const { prompt, system, images, ...rest } = parseWith(generateRequestSchema, body, []);
  refuseImages(images, 'images');
  if (!prompt) return requestOf(rest, [], []);
  const said = system ? [turn('system', system)] : [];
  return requestOf(rest, [...said, turn('user', prompt)], []);
}

function requestOf(
  {
    model,
    format: given,
    stream,
    options,
  }: Omit<z.infer<typeof generateRequestSchema>, 'prompt' | 'system' | 'images'>,
  turns: readonly Turn[],
  offered: readonly unknown[],
): OllamaRequest {
  const question: Question = {
    turns,
    tools: offered,
    toolChoice: 'auto',
    format: given || undefined,
    temperature: options?.temperature ?? undefined,
    maxTokens: tokensOf(options?.num_predict),
  };
  return { model: model ?? undefined, stream: stream ?? true, question: turns.length > 0 ? question : undefined };
}

function turnOf({ role, content, tool_calls: made }: z.infer<typeof message>): Turn {
  const calls = (made ?? []).map(({ function: called }) => ({ name: called.name, arguments: called.arguments ?? {} }));
  return { role, text: content ?? '', calls };
}

const turn = (role: Turn['role'], said: string): Turn => ({ role, text: said, calls: [] });

function refuseImages(images: readonly unknown[] | null | undefined, path: string): void {
  if (images && images.length > 0) throw new InvalidInputError(path, 'expected text alone; images are not read');
}
