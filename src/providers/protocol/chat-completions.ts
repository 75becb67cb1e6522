import { z } from 'zod';
import type { FinishReason, GenerateCall, GenerateResult, Health, TextProvider } from '../../domain/text/index.js';
import type { HttpClient } from '../../http/client.js';
import { errorText } from '../../http/server-text.js';
import { checkHealth } from './health.js';
import { readLogprobs } from './logprobs.js';
import { readWire } from './read-wire.js';
import { collectToolCalls, wireToolCall, wireTools } from './tool-calls.js';

const tokenCount = z.number().nonnegative().nullish().catch(undefined);

/** A text, or the parts of one, of which those that are no text (thoughts, references) are left out. */
const content = z.union([
  z.string(),
  z
    .array(z.object({ text: z.string().optional() }))
    .transform((parts) => parts.map((part) => part.text ?? '').join('')),
]);

const said = { content: content.nullish(), tool_calls: z.array(wireToolCall).nullish() };

const choice = z.object({
  index: z.number().nullish(),
  message: z.object(said).nullish(),
  delta: z.object(said).nullish(),
  finish_reason: z.string().nullish(),
  logprobs: z
    .object({ content: z.array(z.object({ logprob: z.unknown().optional() })).nullish() })
    .nullish()
    .catch(undefined),
});

/** A whole completion, or one piece of a streamed one. */
const completion = z.object({
  model: z.string().nullish(),
  choices: z.array(choice).nullish(),
  usage: z.object({ prompt_tokens: tokenCount, completion_tokens: tokenCount }).nullish().catch(undefined),
  error: z.unknown().optional(),
});

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

export interface ChatCompletionsOptions {
  readonly name: string;
  readonly model: string;
  readonly http: HttpClient;
  /** The model's name in the server's list of models. Default: `model`. */
  readonly listedAs?: string | undefined;
}

/** A provider that speaks the chat completions protocol below the base URL of its HTTP client. */
export function createChatCompletionsProvider(options: ChatCompletionsOptions): TextProvider {
  const { name, model, http, listedAs = model } = options;
  return {
    specificationVersion: 'v1',
    name,
    modelId: model,
    capabilities: { recursion: 'none', toolCalls: true, jsonSchema: true, logprobs: true },
    doGenerate: (call) => generate(http, model, call),
    doHealth: (signal) => checkHealth(() => findModel(http, listedAs, signal)),
    dispose: () => http.dispose(),
  };
}

async function generate(http: HttpClient, model: string, call: GenerateCall): Promise<GenerateResult> {
  const streamed = call.onDelta !== undefined;
  const request = {
    method: 'POST',
    path: '/chat/completions',
    body: requestBody(model, call, streamed),
    signal: call.signal,
  } as const;
  const answer = createAnswer(http, model, call);
  if (!streamed) {
    answer.add(await http.json(request));
    return answer.result(true);
  }
  const done = await http.events(request, (value) => {
    answer.add(value);
    return false;
  });
  return answer.result(done);
}

function requestBody(model: string, call: GenerateCall, stream: boolean): Record<string, unknown> {
  return {
    model,
    messages: call.messages,
    ...(call.temperature !== undefined && { temperature: call.temperature }),
    ...(call.maxTokens !== undefined && { max_tokens: call.maxTokens }),
    ...(call.jsonSchema && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: call.jsonSchema } },
    }),
    ...(call.tools && call.tools.length > 0 && { tools: wireTools(call.tools) }),
    ...(call.logprobs && { logprobs: true }),
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  };
}

interface Answer {
  /** Takes a completion or a piece of one, and hands its text on. */
  add(value: unknown): void;
  /** @param ended whether the server said that nothing more comes */
  result(ended: boolean): GenerateResult;
}

function createAnswer(http: HttpClient, model: string, call: GenerateCall): Answer {
  const texts: string[] = [];
  const logprobs: unknown[] = [];
  const tools = collectToolCalls();
  let chosen = false;
  let whole = false;
  let finish: string | undefined;
  let modelId = model;
  let usage: GenerateResult['usage'] = {};

  return {
    add(value) {
      const piece = readWire(http, 'a completion', completion, value);
      if (piece.error !== undefined && piece.error !== null) {
        throw http.reportedFailure(errorText(value) ?? 'an error that it does not explain');
      }
      if (piece.model) modelId = piece.model;
      if (piece.usage) usage = readUsage(piece.usage);
      for (const { index, message, delta, finish_reason, logprobs: tokens } of piece.choices ?? []) {
        if ((index ?? 0) !== 0) continue;
        chosen = true;
        if (message) whole = true;
        if (finish_reason) finish = finish_reason;
        for (const token of tokens?.content ?? []) logprobs.push(token.logprob);
        for (const called of delta?.tool_calls ?? message?.tool_calls ?? []) tools.add(called);
        const text = delta?.content ?? message?.content ?? '';
        if (text === '') continue;
        texts.push(text);
        call.onDelta?.(text);
      }
    },
    result(ended) {
      if (!chosen) throw http.failure('bad-response', `${http.origin} answered without any choice (empty choices)`);
      if (!ended && !whole && finish === undefined) {
        throw http.failure('bad-response', `${http.origin} ended its answer before it was complete`);
      }
      const { warning, logprobs: numbers } = readLogprobs(logprobs, call.logprobs === true);
      const toolCalls = tools.calls();
      return {
        text: texts.join(''),
        ...(toolCalls.length > 0 && { toolCalls }),
        finishReason: finishReasonOf(finish),
        modelId,
        usage,
        ...(numbers && { logprobs: numbers }),
        warnings: warning === undefined ? [] : [warning],
      };
    },
  };
}

function readUsage(usage: {
  prompt_tokens?: number | null | undefined;
  completion_tokens?: number | null | undefined;
}): GenerateResult['usage'] {
  return { inputTokens: usage.prompt_tokens ?? undefined, outputTokens: usage.completion_tokens ?? undefined };
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos_token: 'stop',
  stop_sequence: 'stop',
  tool_calls: 'stop',
  function_call: 'stop',
  length: 'length',
  content_filter: 'content-filter',
};

function finishReasonOf(finish: string | undefined): FinishReason {
  return finish !== undefined && Object.hasOwn(FINISH_REASONS, finish) ? FINISH_REASONS[finish]! : 'other';
}

/** Models that a message lists, so that a typing error shows. */
const LISTED_MODELS = 5;

async function findModel(http: HttpClient, model: string, signal: AbortSignal): Promise<Health> {
  const list = readWire(
    http,
    'a list of models',
    modelList,
    await http.json({ method: 'GET', path: '/models', signal }),
  );
  const ids = list.data.map(({ id }) => id);
  if (ids.includes(model)) return { healthy: true, detail: `${http.origin} serves ${model}` };
  const some = ids.slice(0, LISTED_MODELS).join(', ') + (ids.length > LISTED_MODELS ? ', …' : '');
  return { healthy: false, detail: `${http.origin} does not serve ${model}; it serves ${some || 'no model'}` };
}
