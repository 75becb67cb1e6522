import { z } from 'zod';
import { ConfigurationError, type ProviderFailure } from '../core/errors.js';
import type { FinishReason, GenerateCall, GenerateResult, Health, TextProvider } from '../domain/text/index.js';
import type { BreakerState } from '../http/breaker.js';
import { createHttpClient, type HttpClient } from '../http/client.js';
import type { HttpOptions } from '../http/options.js';
import { checkHealth } from './protocol/health.js';
import { readLogprobs } from './protocol/logprobs.js';
import { readWire } from './protocol/read-wire.js';
import { requireText } from './protocol/require-text.js';
import { collectToolCalls, type WireToolCall, wireToolCall, wireTools } from './protocol/tool-calls.js';

export interface OllamaProviderOptions {
  /** Such as `http://localhost:11434`. */
  readonly baseUrl: string;
  /** Such as `gemma3:1b`; without a tag it is the one called `latest`. */
  readonly model: string;
  /** Tokens of prompt and answer together, 1 or more. Default 2048. */
  readonly numCtx?: number | undefined;
  /** How long the model stays in memory: seconds, or a text such as `10m`; negative for ever. Default: the server's. */
  readonly keepAlive?: string | number | undefined;
  readonly http?: HttpOptions | undefined;
  /** Told of every change of the circuit breaker, which is closed at first. */
  readonly onBreaker?: ((state: BreakerState) => void) | undefined;
}

const NAME = 'ollama';
const DEFAULT_NUM_CTX = 2048;

/** One line of an answer of /api/chat; the last has `done`. */
const chatLine = z.object({
  model: z.string().optional(),
  message: z.object({ content: z.string().optional(), tool_calls: z.array(wireToolCall).nullish() }).optional(),
  logprobs: z
    .array(z.object({ logprob: z.unknown().optional() }))
    .nullish()
    .catch(undefined),
  done: z.boolean().optional(),
  done_reason: z.string().optional(),
  prompt_eval_count: z.number().nonnegative().optional(),
  eval_count: z.number().nonnegative().optional(),
  error: z.string().optional(),
});

const tags = z.object({ models: z.array(z.object({ name: z.string() })) });

/**
 * A provider for an Ollama server, over its own protocol.
 *
 * @throws ConfigurationError for an option that cannot be used
 */
export function createOllamaProvider(options: OllamaProviderOptions): TextProvider {
  const { baseUrl, numCtx = DEFAULT_NUM_CTX, keepAlive } = options;
  const model = requireText('model', options.model, 'name a model that was pulled, such as gemma3:1b');
  if (!Number.isSafeInteger(numCtx) || numCtx < 1) {
    throw new ConfigurationError(`numCtx: expected a whole number of 1 or more, received ${String(numCtx)}`);
  }
  const advise = (failure: ProviderFailure): string | undefined =>
    failure === 'model-missing' ? `run \`ollama pull ${model}\`` : undefined;
  const http = createHttpClient({ provider: NAME, baseUrl, http: options.http, onBreaker: options.onBreaker, advise });
  return {
    specificationVersion: 'v1',
    name: NAME,
    modelId: model,
    capabilities: { recursion: 'none', toolCalls: true, jsonSchema: true, logprobs: true },
    doGenerate: (call) => generate(http, { model, numCtx, keepAlive }, call),
    doHealth: (signal) => checkHealth(() => findModel(http, model, signal)),
    dispose: () => http.dispose(),
  };
}

interface Settings {
  readonly model: string;
  readonly numCtx: number;
  readonly keepAlive: string | number | undefined;
}

async function generate(http: HttpClient, settings: Settings, call: GenerateCall): Promise<GenerateResult> {
  const texts: string[] = [];
  const logprobs: unknown[] = [];
  const tools = collectToolCalls();
  let last = undefined as z.infer<typeof chatLine> | undefined;
  const body = requestBody(settings, call);
  await http.lines({ method: 'POST', path: '/api/chat', body, signal: call.signal }, (value) => {
    const line = readWire(http, 'a line', chatLine, value);
    if (line.error !== undefined) throw http.reportedFailure(line.error);
    const text = line.message?.content ?? '';
    for (const token of line.logprobs ?? []) logprobs.push(token.logprob);
    for (const called of line.message?.tool_calls ?? []) tools.add(wholeCall(called));
    if (text !== '') {
      texts.push(text);
      call.onDelta?.(text);
    }
    if (line.done) last = line;
    return line.done === true;
  });
  if (!last) throw http.failure('bad-response', `${http.origin} ended its answer before it was complete`);
  const { warning, logprobs: numbers } = readLogprobs(logprobs, call.logprobs === true);
  const toolCalls = tools.calls();
  return {
    text: texts.join(''),
    ...(toolCalls.length > 0 && { toolCalls }),
    finishReason: finishReasonOf(last.done_reason),
    modelId: last.model ?? settings.model,
    usage: { inputTokens: last.prompt_eval_count, outputTokens: last.eval_count },
    ...(numbers && { logprobs: numbers }),
    warnings: [warning, formatWarning(call), contextWarning(last, settings.numCtx)].filter(
      (text) => text !== undefined,
    ),
  };
}

function requestBody({ model, numCtx, keepAlive }: Settings, call: GenerateCall): Record<string, unknown> {
  return {
    model,
    messages: call.messages,
    // Streamed even when nobody reads along: a server that hangs is told from one that is slow by what has arrived.
    stream: true,
    ...(offersTools(call) ? { tools: wireTools(call.tools ?? []) } : call.jsonSchema && { format: call.jsonSchema }),
    options: {
      num_ctx: numCtx,
      ...(call.maxTokens !== undefined && { num_predict: call.maxTokens }),
      ...(call.temperature !== undefined && { temperature: call.temperature }),
    },
    ...(call.logprobs && { logprobs: true }),
    ...(keepAlive !== undefined && { keep_alive: keepAlive }),
  };
}

const offersTools = ({ tools = [] }: GenerateCall): boolean => tools.length > 0;

/** With a format the server answers in that format and calls no tool, so the two are never sent together. */
function formatWarning(call: GenerateCall): string | undefined {
  if (!call.jsonSchema || !offersTools(call)) return undefined;
  return 'a JSON Schema keeps Ollama from calling tools, so the answer was not held to it';
}

/** Every call arrives whole, and parallel calls may carry one and the same index. */
function wholeCall({ id, function: called }: WireToolCall): WireToolCall {
  return { id, function: called };
}

function finishReasonOf(doneReason: string | undefined): FinishReason {
  return doneReason === 'stop' || doneReason === 'length' ? doneReason : 'other';
}

/** The server cuts a prompt that is too long without a word, so a full context is worth one. */
function contextWarning(last: z.infer<typeof chatLine>, numCtx: number): string | undefined {
  const tokens = (last.prompt_eval_count ?? 0) + (last.eval_count ?? 0);
  if (tokens < numCtx) return undefined;
  return `prompt and answer fill the context of ${numCtx} tokens, so the prompt may have been cut; raise numCtx`;
}

async function findModel(http: HttpClient, model: string, signal: AbortSignal): Promise<Health> {
  const list = readWire(http, 'a list of models', tags, await http.json({ method: 'GET', path: '/api/tags', signal }));
  if (list.models.some(({ name }) => withTag(name) === withTag(model))) {
    return { healthy: true, detail: `${http.origin} has ${model}` };
  }
  return { healthy: false, detail: `${http.origin} does not have ${model}; run \`ollama pull ${model}\`` };
}

/** A registry's host may have a port, so only a colon behind the last slash begins a tag. */
function withTag(model: string): string {
  return /:[^/]*$/.test(model) ? model : `${model}:latest`;
}
