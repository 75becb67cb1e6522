import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What is used of @fugood/llama.node, whose own declarations are sources that our compiler settings refuse. */
interface Engine {
  getFormattedChat(messages: readonly unknown[]): { prompt: string };
  completion(options: Record<string, unknown>, onToken: (token: Token) => void): Promise<Completion>;
  stopCompletion(): void;
  clearCache(clearData: boolean): void;
}

interface Drawn {
  readonly content: string;
  readonly probs: readonly { tok_str: string; prob: number }[];
}

interface Token {
  readonly token: string;
  readonly completion_probabilities?: readonly Drawn[];
}

interface Completion {
  readonly completion_probabilities?: readonly Drawn[];
  readonly tokens_evaluated: number;
  readonly tokens_predicted: number;
  /** Whether the model ended its answer by itself. */
  readonly stopped_eos: boolean;
}

interface Llama {
  loadModel(options: Record<string, unknown>): Promise<Engine>;
  toggleNativeLog(enabled: boolean): Promise<void>;
}

interface ChatRequest {
  readonly messages: readonly unknown[];
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly schema: unknown;
  readonly logprobs: boolean;
}

interface Reply {
  readonly contentType: string;
  piece(text: string, logprob: number | undefined): string;
  end(reason: 'stop' | 'length', tokens: { prompt: number; answer: number }): string;
}

const MODEL = 'tiny';
const SEED = 1;

/**
 * A server of a real llama.cpp, in a process of its own: `tsx serve.ts FILE.gguf CONTEXT`. It speaks Ollama's chat
 * protocol and that of chat completions, prints its port, and after every completion how many tokens the engine made.
 */
const [file, context] = process.argv.slice(2);
const { loadModel, toggleNativeLog } = (await import('@fugood/llama.node' as string)) as Llama;
await toggleNativeLog(true);
const load = (): Promise<Engine> => loadModel({ model: file, n_ctx: Number(context), n_threads: 1, n_gpu_layers: 0 });
let engine = await load();
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: String(error) }));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
report({ port: (server.address() as AddressInfo).port });

function report(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse((await text(request)) || '{}') as Record<string, unknown>;
  if (request.url === '/api/tags') return sendJson(response, { models: [{ name: `${MODEL}:latest` }] });
  if (request.url === '/v1/models') return sendJson(response, { object: 'list', data: [{ id: MODEL }] });
  if (request.url === '/api/chat') return complete(response, readOllama(body), ollamaReply());
  if (request.url !== '/v1/chat/completions') {
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'not found' }));
    return;
  }
  const chat = readCompletions(body);
  return complete(response, chat, body['stream'] === true ? streamedReply() : wholeReply());
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** The engine has one context, so requests wait for each other. */
let idle: Promise<unknown> = Promise.resolve();

function complete(response: ServerResponse, chat: ChatRequest, reply: Reply): Promise<void> {
  const turn = idle.then(() => run(response, chat, reply));
  idle = turn.catch(() => undefined);
  return turn;
}

/** Tokens of earlier requests, which the engine lists in every result before those of the request. */
let earlier = 0;

async function run(response: ServerResponse, chat: ChatRequest, reply: Reply): Promise<void> {
  response.setHeader('content-type', reply.contentType);
  let made = 0;
  let ended = false;
  engine.clearCache(true);
  const pass = (token: string, drawn: Drawn | undefined): void => {
    if (token === '') return;
    made++;
    response.write(reply.piece(token, chat.logprobs ? logprobOf(token, drawn) : undefined));
  };
  const leave = (): void => engine.stopCompletion();
  response.once('close', leave);
  const result = await completion(
    {
      prompt: engine.getFormattedChat(chat.messages).prompt,
      seed: SEED,
      n_probs: 1,
      n_predict: chat.maxTokens ?? 256,
      ...(chat.temperature !== undefined && { temperature: chat.temperature }),
      ...(chat.schema !== undefined && {
        response_format: { type: 'json_schema', json_schema: { schema: chat.schema } },
      }),
    },
    ({ token, completion_probabilities }) => {
      if (!ended) pass(token, completion_probabilities?.[0]);
    },
  );
  // Tokens and the result come from the engine's thread on ways of their own, and the result may be first.
  ended = true;
  const all = result.completion_probabilities ?? [];
  for (const drawn of all.slice(earlier + made)) pass(drawn.content, drawn);
  earlier = all.length;
  response.off('close', leave);
  report({ completed: made });
  const tokens = { prompt: result.tokens_evaluated - result.tokens_predicted, answer: made };
  response.end(reply.end(result.stopped_eos ? 'stop' : 'length', tokens));
}

/**
 * The binding (1.7.15) hands a completion to its thread before it notes how to learn of its end. One that ends before,
 * on a busy machine, leaves the engine taking itself for busy for ever, so the model is loaded anew; requests wait for
 * each other, so nothing can really be in progress. The old engine is not released: that would reach for what is gone.
 */
async function completion(options: Record<string, unknown>, onToken: (token: Token) => void): Promise<Completion> {
  try {
    return await engine.completion(options, onToken);
  } catch (error) {
    if (!String(error).includes('Another completion is in progress')) throw error;
    engine = await load();
    earlier = 0;
    return engine.completion(options, onToken);
  }
}

/** Natural logarithm of the probability of the token that was drawn. */
function logprobOf(token: string, drawn: Drawn | undefined): number {
  const { prob = 0 } = drawn?.probs.find(({ tok_str }) => tok_str === token) ?? {};
  return Math.log(Math.max(prob, 1e-9));
}

function readOllama(body: Record<string, unknown>): ChatRequest {
  const options = (body['options'] ?? {}) as { temperature?: number; num_predict?: number };
  return {
    messages: body['messages'] as unknown[],
    temperature: options.temperature,
    maxTokens: options.num_predict,
    schema: body['format'],
    logprobs: body['logprobs'] === true,
  };
}

function readCompletions(body: Record<string, unknown>): ChatRequest {
  const format = body['response_format'] as { json_schema?: { schema?: unknown } } | undefined;
  return {
    messages: body['messages'] as unknown[],
    temperature: body['temperature'] as number | undefined,
    maxTokens: body['max_tokens'] as number | undefined,
    schema: format?.json_schema?.schema,
    logprobs: body['logprobs'] === true,
  };
}

function ollamaReply(): Reply {
  const head = { model: `${MODEL}:latest`, created_at: new Date().toISOString() };
  const line = (value: object): string => `${JSON.stringify({ ...head, ...value })}\n`;
  return {
    contentType: 'application/x-ndjson',
    piece: (token, logprob) =>
      line({
        message: { role: 'assistant', content: token },
        done: false,
        ...(logprob !== undefined && { logprobs: [{ token, logprob }] }),
      }),
    end: (reason, tokens) =>
      line({
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: reason,
        prompt_eval_count: tokens.prompt,
        eval_count: tokens.answer,
      }),
  };
}

const usageOf = ({ prompt, answer }: { prompt: number; answer: number }): object => ({
  prompt_tokens: prompt,
  completion_tokens: answer,
  total_tokens: prompt + answer,
});

function streamedReply(): Reply {
  const event = (value: object): string =>
    `data: ${JSON.stringify({ object: 'chat.completion.chunk', model: MODEL, ...value })}\n\n`;
  return {
    contentType: 'text/event-stream',
    piece: (token, logprob) =>
      event({
        choices: [
          {
            index: 0,
            delta: { content: token },
            ...(logprob !== undefined && { logprobs: { content: [{ token, logprob }] } }),
          },
        ],
      }),
    end: (reason, tokens) =>
      event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }) +
      event({ choices: [], usage: usageOf(tokens) }) +
      'data: [DONE]\n\n',
  };
}

function wholeReply(): Reply {
  const texts: string[] = [];
  const content: object[] = [];
  return {
    contentType: 'application/json',
    piece(token, logprob) {
      texts.push(token);
      if (logprob !== undefined) content.push({ token, logprob });
      return '';
    },
    end: (reason, tokens) =>
      JSON.stringify({
        object: 'chat.completion',
        model: MODEL,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: texts.join('') },
            logprobs: content.length > 0 ? { content } : null,
            finish_reason: reason,
          },
        ],
        usage: usageOf(tokens),
      }),
  };
}
