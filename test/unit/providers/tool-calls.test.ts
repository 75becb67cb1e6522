import { afterEach, describe, expect, it } from 'vitest';
import { callProvider } from '../../../src/client/attempts/call-provider.js';
import { ProviderError } from '../../../src/core/errors.js';
import type { GenerateCall, TextProvider, ToolDefinition } from '../../../src/domain/text/index.js';
import { createOllamaProvider, createOpenAICompatibleProvider, withFallback } from '../../../src/providers/index.js';
import { collectToolCalls, type WireToolCall } from '../../../src/providers/protocol/tool-calls.js';
import {
  ANSWER_TOKENS,
  chatCompletionsProtocol,
  createFakeTextProvider,
  type FixtureProtocol,
  type FixtureServer,
  ollamaProtocol,
  startFixtureServer,
  TOOL_ARGUMENTS,
} from '../../../src/testing/index.js';

const http = { connectTimeoutMs: 60_000, headersTimeoutMs: 60_000, bodyTimeoutMs: 60_000, maxAttempts: 1 };
const schema = { type: 'object', properties: { name: { type: 'string' } } };
const tool: ToolDefinition = { name: 'pod-restart', description: 'Restart one pod.', parameters: schema };
const wireTool = { type: 'function', function: tool };
const called = [{ name: 'pod-restart', arguments: TOOL_ARGUMENTS }];

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
  messages: [{ role: 'user', content: 'What now?' }],
  signal: new AbortController().signal,
  ...changes,
});
const ollama = (baseUrl: string): TextProvider => createOllamaProvider({ baseUrl, model: 'qwen3:4b', http });
const openai = (origin: string): TextProvider =>
  createOpenAICompatibleProvider({ baseUrl: `${origin}/v1`, model: 'qwen3-4b', http });

describe('tools', () => {
  it('go to chat completions, whose calls come whole or in fragments', async () => {
    const { server, provider } = await start(chatCompletionsProtocol('qwen3-4b'), openai);
    const whole = await provider.doGenerate(call({ tools: [tool] }));
    const streamed = await provider.doGenerate(call({ tools: [tool], onDelta: () => undefined }));
    expect(server.requests.map(({ body }) => body)).toEqual([
      expect.objectContaining({ tools: [wireTool] }),
      expect.objectContaining({ tools: [wireTool], stream: true }),
    ]);
    expect(whole).toEqual(streamed);
    expect(whole).toMatchObject({ text: '', toolCalls: called, finishReason: 'stop', usage: { inputTokens: 26 } });
  });

  it('go to Ollama, never together with a format', async () => {
    const { server, provider } = await start(ollamaProtocol('qwen3:4b'), ollama);
    const plain = await provider.doGenerate(call({ tools: [tool] }));
    expect(plain).toMatchObject({ text: '', toolCalls: called, finishReason: 'stop', warnings: [] });
    const both = await provider.doGenerate(call({ tools: [tool], jsonSchema: schema }));
    expect(both.toolCalls).toEqual(called);
    expect(both.warnings).toEqual([expect.stringContaining('JSON Schema')]);
    for (const { body } of server.requests) {
      expect(body).toMatchObject({ tools: [wireTool] });
      expect(body).not.toHaveProperty('format');
    }
    const neither = await provider.doGenerate(call({ tools: [], jsonSchema: schema }));
    expect(neither).toMatchObject({ text: ANSWER_TOKENS.join('') });
    expect(neither).not.toHaveProperty('toolCalls');
    expect(server.requests[2]?.body).toMatchObject({ format: schema });
    expect(server.requests[2]?.body).not.toHaveProperty('tools');
  });

  it.each([
    ['ollama', ollamaProtocol('qwen3:4b'), ollama],
    ['chat completions', chatCompletionsProtocol('qwen3-4b'), openai],
  ])('that a model does not support are an error of that kind: %s', async (_, protocol, create) => {
    const { server, provider } = await start(protocol, create);
    await server.inject('unsupported-option');
    const error: unknown = await provider.doGenerate(call({ tools: [tool] })).catch((thrown: unknown) => thrown);
    expect(ProviderError.isInstance(error) && error.reason).toBe('unsupported');
  });

  it('are left out, with a word, for a provider that cannot call them', async () => {
    const provider = createFakeTextProvider(['words']);
    const { result } = await withFallback([provider])(call({ tools: [tool] }));
    expect(provider.calls[0]).not.toHaveProperty('tools');
    expect(result.warnings).toEqual([expect.stringContaining('cannot call tools')]);
    const able = createFakeTextProvider([{ toolCalls: called }], { capabilities: { toolCalls: true } });
    expect((await withFallback([able])(call({ tools: [tool] }))).result).toMatchObject({ text: '', toolCalls: called });
  });

  it('may be answered without a word by who was offered some, and by nobody else', async () => {
    const answer = { toolCalls: called };
    expect(await callProvider(createFakeTextProvider([answer]), call({ tools: [tool] }))).toMatchObject(answer);
    for (const [reply, tools] of [
      [answer, undefined],
      [answer, []],
      [{ toolCalls: [], text: '' }, [tool]],
      [{ text: ' ' }, [tool]],
    ] as const) {
      await expect(callProvider(createFakeTextProvider([reply]), call({ tools }))).rejects.toThrow('empty answer');
    }
    const broken = createFakeTextProvider([{ toolCalls: [{ name: 5 as never, arguments: {} }] }]);
    await expect(callProvider(broken, call({ tools: [tool] }))).rejects.toThrow('breaks its contract at toolCalls');
  });
});

describe('collectToolCalls', () => {
  const collect = (...pieces: WireToolCall[]) => {
    const collector = collectToolCalls();
    for (const piece of pieces) collector.add(piece);
    return collector.calls();
  };

  it('puts fragments together by index, in whatever order they come', () => {
    const calls = collect(
      { index: 0, id: 'a', function: { name: 'first', arguments: '' } },
      { index: 1, id: 'b', function: { name: 'second', arguments: '{"x"' } },
      { index: 0, function: { arguments: '{"y": 2}' } },
      { index: 1, function: { arguments: ': 1}' } },
    );
    expect(calls).toEqual([
      { name: 'first', arguments: { y: 2 } },
      { name: 'second', arguments: { x: 1 } },
    ]);
  });

  it('begins a call with every name where there is no index', () => {
    const calls = collect(
      { function: { name: 'first', arguments: '{' } },
      { function: { arguments: '}' } },
      { function: { name: 'second', arguments: { x: 1 } } },
    );
    expect(calls).toEqual([
      { name: 'first', arguments: {} },
      { name: 'second', arguments: { x: 1 } },
    ]);
  });

  it('keeps what is no JSON, and leaves out what has no name', () => {
    expect(collect({ index: 0, function: { name: 'f', arguments: '{"x": ' } })).toEqual([
      { name: 'f', arguments: '{"x": ' },
    ]);
    expect(collect({ index: 0, function: { name: 'f', arguments: null } })).toEqual([{ name: 'f', arguments: {} }]);
    expect(collect({ index: 0, function: { arguments: '{}' } }, { index: 1, function: null })).toEqual([]);
  });
});
