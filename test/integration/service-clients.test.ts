import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, type GenerateCall, type TextProvider, TRMClient } from '../../src/index.js';
import { createOllamaProvider, createOpenAICompatibleProvider } from '../../src/providers/index.js';
import { createRemediationChain } from '../../src/remediation/chain/index.js';
import {
  createMemoryRateLimiter,
  createService,
  createToken,
  createTokenAuthenticator,
  hashToken,
  type Scope,
  type Service,
  type ServiceOptions,
} from '../../src/server/index.js';
import { writeTinyModel } from '../fixtures/tiny-model.js';
import { fakeModel } from '../unit/server/fake-service.js';

const ALERT = {
  labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'checkout-7d4b9c6f5d-x2x4z', container: 'app' },
  annotations: { description: 'Pod shop/checkout-7d4b9c6f5d-x2x4z is in waiting state (reason: "CrashLoopBackOff").' },
};
const PROMPT = `Which function remedies this alert?\n${JSON.stringify(ALERT)}`;
const CALL = { lambda_function: 'pod-restart', parameters: { name: ALERT.labels.pod, namespace: 'shop' } };

const TOOLS = DEFAULT_CATALOG.map(({ name, description, parameters }) => ({
  type: 'function' as const,
  function: { name, description, parameters: parameters as unknown as Record<string, unknown> },
}));
const SCHEMA = {
  type: 'object',
  properties: {
    function: { type: 'string', enum: [...DEFAULT_CATALOG.map(({ name }) => name), 'none'] },
    arguments: { type: 'object' },
  },
  required: ['function', 'arguments'],
  additionalProperties: false,
};

/** Says a word at a time, and goes on until it is told to stop. */
function endlessProvider(): { readonly provider: TextProvider; readonly stopped: Promise<void> } {
  let tellStopped = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    tellStopped = resolve;
  });
  return {
    stopped,
    provider: {
      specificationVersion: 'v1',
      name: 'endless',
      modelId: 'endless-1',
      capabilities: { recursion: 'none', toolCalls: false, jsonSchema: false, logprobs: false },
      doGenerate: ({ onDelta, signal }: GenerateCall) =>
        new Promise((_, reject) => {
          const timer = setInterval(() => onDelta?.('word '), 5);
          signal.addEventListener('abort', () => {
            clearInterval(timer);
            tellStopped();
            reject(signal.reason);
          });
        }),
      doHealth: async () => ({ healthy: true, detail: '' }),
    },
  };
}

const words: TextProvider = {
  specificationVersion: 'v1',
  name: 'words',
  modelId: 'words-1',
  capabilities: { recursion: 'none', toolCalls: false, jsonSchema: false, logprobs: false },
  async doGenerate({ messages, onDelta }) {
    const pieces = ['You ', 'asked: ', messages.at(-1)?.content ?? ''];
    for (const piece of pieces) onDelta?.(piece);
    const usage = { inputTokens: 5, outputTokens: 3 };
    return { text: pieces.join(''), finishReason: 'stop', modelId: 'words-1', usage, warnings: [] };
  },
  doHealth: async () => ({ healthy: true, detail: '' }),
};

const open: Service[] = [];

/** A service whose model restarts the pod of every alert: what is asked here is how it is told. */
async function serve(options: ServiceOptions = {}): Promise<string> {
  const service = await createService({
    ...(options.authenticator === undefined && { insecure: true }),
    model: async () => fakeModel(),
    chain: { phases: ['trm'] },
    ...options,
  });
  open.push(service);
  return (await service.listen({ port: 0 })).url;
}

let origin: string;
let ollama: Ollama;
let openai: OpenAI;
beforeAll(async () => {
  origin = await serve({ fallback: words });
  ollama = new Ollama({ host: origin });
  openai = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'unused', maxRetries: 0 });
});
const own: Service[] = [];
afterEach(async () => {
  // The first one is for all tests.
  own.push(...open.splice(1));
  for (const service of own.splice(0)) await service.close();
});
afterAll(async () => {
  for (const service of open) await service.close();
});

describe('the client of Ollama', () => {
  it('finds the model', async () => {
    const { models } = await ollama.list();
    expect(models.map(({ name }) => name)).toEqual(['agent-trm:latest', 'trm:latest']);
    expect(models[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    const shown = await ollama.show({ model: 'agent-trm' });
    expect(shown.capabilities).toEqual(['completion', 'tools']);
    expect(shown.details).toMatchObject({ family: 'trm', format: 'onnx' });
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('chats about an alert, in JSON, in a shape of its own and with tools', async () => {
    const messages = [{ role: 'user', content: PROMPT }];
    const plain = await ollama.chat({ model: 'gemma3:1b', messages });
    expect(plain).toMatchObject({ model: 'agent-trm', done: true, done_reason: 'stop', eval_count: 0 });
    expect(JSON.parse(plain.message.content)).toMatchObject(CALL);
    const shaped = await ollama.chat({ model: 'trm', messages, format: SCHEMA });
    expect(JSON.parse(shaped.message.content)).toEqual({ function: CALL.lambda_function, arguments: CALL.parameters });
    const called = await ollama.chat({ model: 'trm', messages, tools: TOOLS as never });
    expect(called.message).toMatchObject({
      content: '',
      tool_calls: [{ function: { name: CALL.lambda_function, arguments: CALL.parameters } }],
    });
    const generated = await ollama.generate({ model: 'trm', prompt: PROMPT, format: 'json' });
    expect(JSON.parse(generated.response ?? '')).toMatchObject(CALL);
  });

  it('reads streams', async () => {
    const messages = [{ role: 'user', content: PROMPT }];
    const calls: unknown[] = [];
    for await (const line of await ollama.chat({ model: 'trm', messages, tools: TOOLS as never, stream: true })) {
      calls.push(...(line.message.tool_calls ?? []).map((call) => call.function.name));
    }
    expect(calls).toEqual(['pod-restart']);
    let text = '';
    let last: string | undefined;
    for await (const line of await ollama.generate({ model: 'trm', prompt: 'What is Loki?', stream: true })) {
      text += line.response;
      if (line.done) last = `${line.model} ${line.prompt_eval_count} ${line.eval_count}`;
    }
    expect([text, last]).toEqual(['You asked: What is Loki?', 'words-1 5 3']);
  });

  it('stops a stream, and is told what is wrong', async () => {
    const { provider, stopped } = endlessProvider();
    const host = await serve({ fallback: provider });
    const endless = new Ollama({ host });
    const stream = await endless.generate({ model: 'trm', prompt: 'What is Loki?', stream: true });
    await expect(
      (async () => {
        for await (const line of stream) if (line.response !== '') endless.abort();
      })(),
    ).rejects.toThrow(/abort/i);
    await stopped;
    await expect.poll(() => open.at(-1)?.stats().inFlight).toBe(0);
    const strict = new Ollama({ host: await serve() });
    await expect(strict.generate({ model: 'trm', prompt: 'What is Loki?' })).rejects.toMatchObject({
      status_code: 422,
      error: expect.stringMatching(/holds no alert/),
    });
    await expect(strict.generate({ model: 'trm', prompt: '{"labels": {"alertname": ""}}' })).rejects.toMatchObject({
      status_code: 422,
      error: expect.stringMatching(/labels\.alertname/),
    });
  });
});

describe("OpenAI's client", () => {
  const messages = [{ role: 'user' as const, content: PROMPT }];

  it('finds the model', async () => {
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual(['agent-trm', 'trm']);
    expect(await openai.models.retrieve('trm')).toMatchObject({ id: 'trm', object: 'model', owned_by: 'agent-trm' });
  });

  it('chats about an alert, in JSON, in a shape of its own and with tools', async () => {
    const plain = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
    expect(JSON.parse(plain.choices[0]?.message.content ?? '')).toMatchObject(CALL);
    expect(plain).toMatchObject({ model: 'agent-trm', usage: { total_tokens: 0 } });
    expect(plain._request_id).toMatch(/^[0-9a-f-]{36}$/);
    const shaped = await openai.chat.completions.parse({
      ...{ model: 'trm', messages },
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA, strict: true } },
    });
    expect(JSON.parse(shaped.choices[0]?.message.content ?? '')).toEqual({
      function: CALL.lambda_function,
      arguments: CALL.parameters,
    });
    const called = await openai.chat.completions.create({ model: 'trm', messages, tools: TOOLS, tool_choice: 'auto' });
    const [choice] = called.choices;
    expect([choice?.finish_reason, choice?.message.content]).toEqual(['tool_calls', null]);
    const [call] = choice?.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('expected the call of a function');
    expect([call.function.name, JSON.parse(call.function.arguments)]).toEqual([CALL.lambda_function, CALL.parameters]);
  });

  it('runs tools to the end of the conversation', async () => {
    const restarted: unknown[] = [];
    const runner = openai.chat.completions.runTools({
      ...{ model: 'trm', messages },
      tools: TOOLS.map((tool) => ({
        type: 'function' as const,
        function: {
          ...tool.function,
          parse: JSON.parse,
          function: (given: object) => {
            restarted.push([tool.function.name, given]);
            return 'done';
          },
        },
      })),
    });
    expect(await runner.finalContent()).toMatch(/^You asked: Result of the call:\ndone/);
    expect(restarted).toEqual([[CALL.lambda_function, CALL.parameters]]);
  });

  it('reads streams', async () => {
    const stream = openai.chat.completions.stream({ model: 'trm', messages, tools: TOOLS });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: CALL.lambda_function } });
    const pieces: string[] = [];
    let total: number | undefined;
    for await (const chunk of await openai.chat.completions.create({
      ...{ model: 'trm', stream: true, stream_options: { include_usage: true } },
      messages: [{ role: 'user', content: 'What is Loki?' }],
    })) {
      pieces.push(chunk.choices[0]?.delta.content ?? '');
      total = chunk.usage?.total_tokens ?? total;
      expect(chunk.model).toBe('words-1');
    }
    expect([pieces.join(''), total]).toEqual(['You asked: What is Loki?', 8]);
  });

  it('stops a stream', async () => {
    const { provider, stopped } = endlessProvider();
    const endless = new OpenAI({
      baseURL: `${await serve({ fallback: provider })}/v1`,
      apiKey: 'unused',
      maxRetries: 0,
    });
    const stream = await endless.chat.completions.create({
      ...{ model: 'trm', stream: true },
      messages: [{ role: 'user', content: 'What is Loki?' }],
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await stopped;
    await expect.poll(() => open.at(-1)?.stats().inFlight).toBe(0);
  });

  it('is told who may ask, how often, and what is wrong', async () => {
    const [asker, reporter] = [createToken().reveal(), createToken().reveal()];
    const stored = (name: string, token: string, scope: Scope) => ({
      ...{ name, scopes: [scope] },
      sha256: hashToken(token).toString('hex'),
    });
    const baseURL = `${await serve({
      authenticator: createTokenAuthenticator({
        tokens: [stored('agent', asker, 'reason'), stored('reporter', reporter, 'feedback')],
      }),
      rateLimiter: { principal: createMemoryRateLimiter({ points: 2, windowSeconds: 60 }) },
    })}/v1`;
    const client = (apiKey: string) => new OpenAI({ baseURL, apiKey, maxRetries: 0 });
    const ask = (apiKey: string, content: string) =>
      client(apiKey).chat.completions.create({ model: 'trm', messages: [{ role: 'user', content }] });
    await expect(ask('wrong', PROMPT)).rejects.toMatchObject({
      ...{ status: 401, code: 'invalid_api_key', type: 'authentication_error' },
      message: expect.stringMatching(/credentials are not valid/),
    });
    await expect(ask(reporter, PROMPT)).rejects.toMatchObject({ status: 403, type: 'permission_error' });
    expect((await ask(asker, PROMPT)).choices).toHaveLength(1);
    await expect(ask(asker, 'What is Loki?')).rejects.toMatchObject({
      ...{ status: 422, code: 'out_of_domain', type: 'invalid_request_error' },
      message: expect.stringMatching(/holds no alert/),
    });
    await expect(ask(asker, PROMPT)).rejects.toMatchObject({
      ...{ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' },
    });
  });
});

describe('the providers of this package', () => {
  const signal = AbortSignal.timeout(60_000);
  const providers = (): readonly TextProvider[] => [
    createOllamaProvider({ baseUrl: origin, model: 'trm' }),
    createOpenAICompatibleProvider({ baseUrl: `${origin}/v1`, model: 'trm' }),
  ];
  const tools = DEFAULT_CATALOG.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters: parameters as unknown as Record<string, unknown>,
  }));

  it('ask it like any server of theirs', async () => {
    for (const provider of providers()) {
      expect(await provider.doHealth(signal)).toMatchObject({ healthy: true });
      const messages = [{ role: 'user', content: PROMPT }] as const;
      const called = await provider.doGenerate({ messages, tools, signal });
      expect(called).toMatchObject({
        modelId: 'trm',
        finishReason: 'stop',
        usage: { inputTokens: 0, outputTokens: 0 },
      });
      expect(called.toolCalls).toEqual([{ name: CALL.lambda_function, arguments: CALL.parameters }]);
      const deltas: string[] = [];
      const shaped = await provider.doGenerate({
        messages,
        jsonSchema: SCHEMA,
        onDelta: (text) => void deltas.push(text),
        signal,
      });
      expect(JSON.parse(shaped.text)).toEqual({ function: CALL.lambda_function, arguments: CALL.parameters });
      expect(deltas.join('')).toBe(shaped.text);
      const other = await provider.doGenerate({ messages: [{ role: 'user', content: 'What is Loki?' }], signal });
      expect(other).toMatchObject({ text: 'You asked: What is Loki?', modelId: 'words-1' });
      await provider.dispose?.();
    }
  });

  it('say that a question is refused', async () => {
    const baseUrl = await serve();
    const provider = createOllamaProvider({ baseUrl, model: 'trm' });
    await expect(
      provider.doGenerate({ messages: [{ role: 'user', content: 'What is Loki?' }], signal }),
    ).rejects.toMatchObject({ reason: 'bad-request', status: 422, message: expect.stringMatching(/holds no alert/) });
    await provider.dispose?.();
  });

  it('serve the client and the phase of function calling', async () => {
    for (const provider of providers()) {
      await using client = new TRMClient({ providers: [provider] });
      const { answer } = await client.generate({ prompt: PROMPT, reflectionMode: 'never' });
      expect(JSON.parse(answer)).toMatchObject(CALL);
      await using chain = await createRemediationChain({
        phases: ['function-calling'],
        provider,
        confidenceThreshold: 0.1,
      });
      const decision = await chain.decide(ALERT);
      expect(decision).toMatchObject({ lambdaFunction: CALL.lambda_function, parameters: CALL.parameters });
      await provider.dispose?.();
    }
  });
});

describe('a model that was loaded', () => {
  it('is asked by a hundred chats at once, and calls nothing that was not offered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agent-trm-clients-'));
    try {
      await writeTinyModel(folder);
      const baseURL = `${await serve({
        ...{ modelPath: folder, model: { executionProviders: ['cpu'], threads: 1 } },
        chain: { phases: ['trm'], thresholds: { trm: 0 } },
      })}/v1`;
      const client = new OpenAI({ baseURL, apiKey: 'unused', maxRetries: 0 });
      const tools = TOOLS.slice(0, 4);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, id) => {
          const labels = { ...ALERT.labels, pod: `shop-${id}` };
          const content = JSON.stringify({ ...ALERT, labels });
          return client.chat.completions.create({ model: 'trm', messages: [{ role: 'user', content }], tools });
        }),
      );
      for (const { choices, system_fingerprint: fingerprint } of answers) {
        expect(fingerprint).toBe('tiny-v1');
        const { content, tool_calls: calls = [] } = choices[0]?.message ?? {};
        if (calls.length === 0) expect(content).toMatch(/^No function is called: /);
        for (const call of calls) {
          expect(tools.map((tool) => tool.function.name)).toContain(call.type === 'function' && call.function.name);
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
