import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.js';
import type { GenerateCall, TextProvider } from '../../../src/domain/text/index.js';
import {
  createHuggingFaceProvider,
  createOllamaProvider,
  createOpenAICompatibleProvider,
  createRemoteProvider,
} from '../../../src/providers/index.js';
import {
  ANSWER_LOGPROBS,
  ANSWER_TOKENS,
  chatCompletionsProtocol,
  type FixtureProtocol,
  type FixtureServer,
  ollamaProtocol,
  reasonProtocol,
  startFixtureServer,
} from '../../../src/testing/index.js';

const http = { connectTimeoutMs: 60_000, headersTimeoutMs: 60_000, bodyTimeoutMs: 60_000, maxAttempts: 1 };
const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'What now?' },
] as const;

const open: { server: FixtureServer; provider: TextProvider }[] = [];
afterEach(async () => {
  for (const { server, provider } of open.splice(0)) {
    await provider.dispose?.();
    await server.close();
  }
});

async function start(protocol: FixtureProtocol, create: (origin: string) => TextProvider) {
  const server = await startFixtureServer(protocol);
  const provider = create(server.origin);
  open.push({ server, provider });
  return { server, provider };
}

const call = (changes: Partial<GenerateCall> = {}): GenerateCall => ({
  messages,
  signal: new AbortController().signal,
  ...changes,
});
const everything = { temperature: 0, maxTokens: 64, jsonSchema: schema, logprobs: true } as const;

describe('ollama', () => {
  const create = (baseUrl: string): TextProvider =>
    createOllamaProvider({ baseUrl, model: 'gemma3:1b', keepAlive: '10m', http });

  it('asks /api/chat for a stream, with the context size and the schema as format', async () => {
    const { server, provider } = await start(ollamaProtocol(), create);
    const result = await provider.doGenerate(call(everything));
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/chat' });
    expect(server.requests[0]?.body).toEqual({
      model: 'gemma3:1b',
      messages,
      stream: true,
      format: schema,
      options: { num_ctx: 2048, num_predict: 64, temperature: 0 },
      logprobs: true,
      keep_alive: '10m',
    });
    expect(result).toEqual({
      text: ANSWER_TOKENS.join(''),
      finishReason: 'stop',
      modelId: 'gemma3:1b',
      usage: { inputTokens: 26, outputTokens: 4 },
      logprobs: ANSWER_LOGPROBS,
      warnings: [],
    });
  });

  it('leaves out what was not asked for, and warns of a context that is full', async () => {
    const { server, provider } = await start(ollamaProtocol(), (baseUrl) =>
      createOllamaProvider({ baseUrl, model: 'gemma3:1b', numCtx: 30, http }),
    );
    const { warnings } = await provider.doGenerate(call());
    expect(server.requests[0]?.body).toEqual({ model: 'gemma3:1b', messages, stream: true, options: { num_ctx: 30 } });
    expect(warnings).toEqual([expect.stringContaining('raise numCtx')]);
  });

  it('says how to get a model that is missing', async () => {
    const { server, provider } = await start(ollamaProtocol('gemma3:1b'), create);
    await server.inject('model-missing');
    await expect(provider.doGenerate(call())).rejects.toThrow(
      "answered 404: model 'gemma3:1b' not found; run `ollama pull gemma3:1b`",
    );
    const other = await start(ollamaProtocol('llama3.2:latest'), create);
    expect(await other.provider.doHealth(call().signal)).toMatchObject({
      healthy: false,
      detail: expect.stringContaining('ollama pull gemma3:1b'),
    });
    const untagged = await start(ollamaProtocol('llama3.2:latest'), (baseUrl) =>
      createOllamaProvider({ baseUrl, model: 'llama3.2', http }),
    );
    expect((await untagged.provider.doHealth(call().signal)).healthy).toBe(true);
  });
});

describe('chat completions', () => {
  it('are asked for with the schema as response_format, and streamed with their usage', async () => {
    const { server, provider } = await start(chatCompletionsProtocol('qwen3-4b'), (origin) =>
      createOpenAICompatibleProvider({ baseUrl: `${origin}/v1/`, model: 'qwen3-4b', name: 'vllm', http }),
    );
    expect(provider.name).toBe('vllm');
    const expected = {
      model: 'qwen3-4b',
      messages,
      temperature: 0,
      max_tokens: 64,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
      logprobs: true,
    };
    const whole = await provider.doGenerate(call(everything));
    const streamed = await provider.doGenerate(call({ ...everything, onDelta: () => undefined }));
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(server.requests.map(({ body }) => body)).toEqual([
      expected,
      { ...expected, stream: true, stream_options: { include_usage: true } },
    ]);
    expect(streamed).toEqual(whole);
    expect(whole).toEqual({
      text: ANSWER_TOKENS.join(''),
      finishReason: 'stop',
      modelId: 'qwen3-4b',
      usage: { inputTokens: 26, outputTokens: 4 },
      logprobs: ANSWER_LOGPROBS,
      warnings: [],
    });
  });

  it('of Hugging Face carry the token, and name it when it is missing', async () => {
    const model = 'google/gemma-3-27b-it:fastest';
    const { server, provider } = await start(chatCompletionsProtocol('google/gemma-3-27b-it'), (origin) =>
      createHuggingFaceProvider({ baseUrl: `${origin}/v1`, model, token: 'hf_notARealToken0123', http }),
    );
    expect((await provider.doHealth(call().signal)).healthy).toBe(true);
    await provider.doGenerate(call());
    expect(server.requests[1]?.headers['authorization']).toBe('Bearer hf_notARealToken0123');
    expect(server.requests[1]?.body).toMatchObject({ model });
    for (const token of ['', ' ', undefined as unknown as string]) {
      expect(() => createHuggingFaceProvider({ model, token })).toThrow(/HF_API_TOKEN/);
      expect(() => createHuggingFaceProvider({ model, token })).toThrow(ConfigurationError);
    }
  });

  it('list what there is when the model is not there', async () => {
    const { provider } = await start(chatCompletionsProtocol('a-model'), (origin) =>
      createOpenAICompatibleProvider({ baseUrl: `${origin}/v1`, model: 'another', http }),
    );
    const { healthy, detail } = await provider.doHealth(call().signal);
    expect([healthy, detail.replace(/^\S+ /, '')]).toEqual([false, 'does not serve another; it serves a-model']);
  });
});

describe('remote', () => {
  it('sends the prompt, the context and the limits of the recursion', async () => {
    const { server, provider } = await start(reasonProtocol(), (baseUrl) => createRemoteProvider({ baseUrl, http }));
    const deltas: string[] = [];
    const result = await provider.doGenerate(
      call({
        context: { labels: { pod: 'shop-0' } },
        recursion: { maxSteps: 2, stopConfidence: 0.9 },
        temperature: 1,
        onDelta: (text) => deltas.push(text),
      }),
    );
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/reason' });
    expect(server.requests[0]?.body).toEqual({
      prompt: 'system: Be brief.\n\nuser: What now?',
      context: { labels: { pod: 'shop-0' } },
      max_steps: 2,
      stop_confidence: 0.9,
    });
    expect(result.steps?.map(({ confidence }) => confidence)).toEqual([0.5, 0.625]);
    expect(result.warnings).toEqual([expect.stringContaining('temperature')]);
    expect([deltas.join(''), result.modelId]).toEqual([result.text, 'trm-remediation-v1']);
    await provider.doGenerate(call({ messages: [{ role: 'user', content: 'Hello' }] }));
    expect(server.requests[1]?.body).toEqual({ prompt: 'Hello', context: {} });
  });
});
