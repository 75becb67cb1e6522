import { z } from 'zod';
import { parseWith } from '../domain/alert/parse-alerts.js';
import { describeValue } from '../domain/describe.js';
import type { ChatMessage } from '../domain/index.js';

/** Limits of one request; what is over them is an InvalidInputError that names the field. */
export const REQUEST_LIMITS = {
  /** Characters of the prompt. */
  promptLength: 8_192,
  /** Characters of the context, written as JSON. */
  contextLength: 262_144,
  /** Reflections of one answer. */
  reflectionSteps: 10,
  /** Tokens of one answer. */
  maxTokens: 8_192,
  temperature: 2,
  /** Messages of the history. */
  historyMessages: 100,
  /** Characters of one message of the history. */
  messageLength: 32_768,
  /** Characters of the conversation's identifier. */
  conversationIdLength: 256,
} as const;

/** When an answer is reflected on. */
export const ReflectionMode = {
  /** Until the confidence is over the threshold or a reflection brings nothing. */
  AUTO: 'auto',
  /** All steps, whatever they bring. */
  ALWAYS: 'always',
  /** The first answer stands. */
  NEVER: 'never',
} as const;
export type ReflectionMode = (typeof ReflectionMode)[keyof typeof ReflectionMode];

/** A question to a TRMClient. */
export interface TRMRequest {
  /** The question, 1 to 8,192 characters that are not all blank. */
  readonly prompt: string;
  /**
   * Facts that the answer may use, as a JSON object of at most 262,144 characters. It reaches the model delimited, as
   * data that is not to be obeyed. What does not fit the model's window is cut, with a warning in the response.
   */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Reflections at most, 1 to 10. Default 3. */
  readonly maxReflectionSteps?: number | undefined;
  /** Default `auto`. */
  readonly reflectionMode?: ReflectionMode | undefined;
  /** 0 to 2. Default: the provider's. */
  readonly temperature?: number | undefined;
  /** Tokens of one answer at most, 1 to 8,192. Default: the provider's. */
  readonly maxTokens?: number | undefined;
  /** Names the conversation in response and events, 1 to 256 characters. Default: a random UUID. */
  readonly conversationId?: string | undefined;
  /**
   * Earlier messages of the conversation, oldest first, at most 100 of at most 32,768 characters. The client keeps no
   * history of its own. When the model's window is too small, the oldest are left out, with a warning.
   */
  readonly history?: readonly ChatMessage[] | undefined;
  /** Ends the request with AbortedError; a signal of `AbortSignal.timeout` counts as a deadline instead. */
  readonly signal?: AbortSignal | undefined;
}

/** A request that was checked, with its defaults filled in. */
export interface ParsedRequest {
  readonly prompt: string;
  readonly context: Readonly<Record<string, unknown>> | undefined;
  readonly maxReflectionSteps: number;
  readonly reflectionMode: ReflectionMode;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly conversationId: string | undefined;
  readonly history: readonly ChatMessage[];
  readonly signal: AbortSignal | undefined;
}

const expected = (what: string) => ({
  error: (issue: { readonly input?: unknown }) => `expected ${what}, received ${describeValue(issue.input)}`,
});

/** Text of 1 to `maximum` characters; a message that is too long is not repeated. */
const text = (maximum: number) =>
  z
    .string(expected('text'))
    .refine((value) => value.trim() !== '', { error: 'expected text, received only blanks or nothing' })
    .refine((value) => value.length <= maximum, {
      error: (issue) => `expected at most ${maximum} characters, received ${String(issue.input).length}`,
    });

const whole = (minimum: number, maximum: number) => {
  const message = expected(`a whole number from ${minimum} to ${maximum}`);
  return z.int(message).min(minimum, message).max(maximum, message);
};

/** A plain object that JSON can carry, as JSON carries it: a copy that later changes by the caller do not reach. */
const context = z.unknown().transform((value, refinement): Record<string, unknown> | undefined => {
  if (value === undefined || value === null) return undefined;
  const fail = (message: string): undefined => {
    refinement.addIssue({ code: 'custom', message });
    return undefined;
  };
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    return fail(`expected a JSON object, received ${describeValue(value)}`);
  }
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    return fail(`expected a JSON object, but it cannot be written as JSON (${(error as Error).name})`);
  }
  if (!json?.startsWith('{')) return fail('expected a JSON object, but its toJSON gives something else');
  if (json.length > REQUEST_LIMITS.contextLength) {
    return fail(`expected at most ${REQUEST_LIMITS.contextLength} characters of JSON, received ${json.length}`);
  }
  return JSON.parse(json) as Record<string, unknown>;
});

const message = z.object(
  {
    role: z.enum(['system', 'user', 'assistant'], expected('"system", "user" or "assistant"')),
    content: text(REQUEST_LIMITS.messageLength),
  },
  expected('a message with role and content'),
);

const temperatureMessage = expected(`a number from 0 to ${REQUEST_LIMITS.temperature}`);

/** Schema of a request; unknown fields are left out. Error messages name no more than 40 characters of the input. */
export const trmRequestSchema = z.object(
  {
    prompt: text(REQUEST_LIMITS.promptLength),
    context: context.optional(),
    maxReflectionSteps: whole(1, REQUEST_LIMITS.reflectionSteps).default(3),
    reflectionMode: z.enum(ReflectionMode, expected('"auto", "always" or "never"')).default(ReflectionMode.AUTO),
    temperature: z
      .number(temperatureMessage)
      .min(0, temperatureMessage)
      .max(REQUEST_LIMITS.temperature, temperatureMessage)
      .optional(),
    maxTokens: whole(1, REQUEST_LIMITS.maxTokens).optional(),
    conversationId: text(REQUEST_LIMITS.conversationIdLength).optional(),
    history: z
      .array(message, expected('an array of messages'))
      .max(REQUEST_LIMITS.historyMessages, expected(`at most ${REQUEST_LIMITS.historyMessages} messages`))
      .default([]),
    signal: z.custom<AbortSignal>(isSignal, { error: 'expected an AbortSignal' }).optional(),
  },
  expected('a request with a prompt'),
);

/** Checks a request. Throws InvalidInputError whose `path` names the first faulty field, such as `history[2].role`. */
export function parseRequest(request: unknown): ParsedRequest {
  const parsed = parseWith(trmRequestSchema, request, []);
  return {
    prompt: parsed.prompt,
    context: parsed.context,
    maxReflectionSteps: parsed.maxReflectionSteps,
    reflectionMode: parsed.reflectionMode,
    temperature: parsed.temperature,
    maxTokens: parsed.maxTokens,
    conversationId: parsed.conversationId,
    history: parsed.history,
    signal: parsed.signal,
  };
}

function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const signal = value as Partial<AbortSignal>;
  return typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function';
}
