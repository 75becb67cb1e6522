import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.js';
import type { GenerateCall, TextProvider } from '../../../../src/domain/index.js';
import { closeServices, startService } from '../fake-service.js';
import { CHAT, PROMPT, saidIn, TOOLS, user } from './prompts.js';

afterEach(closeServices);

/** A language model that says one word, waits to be let go on, and then ends as it is told. */
function slowProvider(ending: 'whole' | Error): { provider: TextProvider; goOn: () => void; aborted: Promise<void> } {
  let goOn = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let tellAborted = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    tellAborted = resolve;
  });
  const provider: TextProvider = {
    specificationVersion: 'v1',
    name: 'slow',
    modelId: 'slow-1',
    capabilities: { recursion: 'none', toolCalls: false, jsonSchema: false, logprobs: false },
    async doGenerate({ onDelta, signal }: GenerateCall) {
      signal.addEventListener('abort', tellAborted);
      onDelta?.('one ');
      await waiting;
      if (ending !== 'whole') throw ending;
      onDelta?.('two');
      return { text: 'one two', finishReason: 'length', modelId: 'slow-1', usage: {}, warnings: [] };
    },
    doHealth: async () => ({ healthy: true, detail: '' }),
  };
  return { provider, goOn, aborted };
}

async function* piecesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) yield decoder.decode(piece);
}

const QUESTION = { stream: true, messages: [user('What is Loki?')] };

describe('a stream', () => {
  it('has the lines of Ollama', async () => {
    const { post } = await startService();
    const response = await post('/api/chat', { model: 'trm:latest', messages: [user(PROMPT)], tools: TOOLS });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const head = { model: 'trm', created_at: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(lines).toEqual([
      {
        ...head,
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [
            {
              id: expect.stringMatching(/^call_/),
              function: { index: 0, name: 'pod-restart', arguments: { name: 'shop-0', namespace: 'shop' } },
            },
          ],
        },
        done: false,
      },
      {
        ...head,
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        total_duration: expect.any(Number),
        load_duration: 0,
        prompt_eval_count: 0,
        prompt_eval_duration: 0,
        eval_count: 0,
        eval_duration: expect.any(Number),
      },
    ]);
  });

  it('has the events of OpenAI', async () => {
    const { post } = await startService();
    const response = await post('/v1/chat/completions', {
      ...{ stream: true, stream_options: { include_usage: true } },
      ...{ messages: [user([{ type: 'text', text: PROMPT }])], tools: TOOLS },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = (await response.text())
      .split('\n\n')
      .slice(0, -1)
      .map((event) => event.replace(/^data: /, ''));
    expect(events.at(-1)).toBe('[DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event) as Record<string, unknown>);
    expect(new Set(chunks.map(({ id, object, model }) => `${id} ${object} ${model}`)).size).toBe(1);
    expect(chunks[0]).toMatchObject({
      object: 'chat.completion.chunk',
      model: 'agent-trm',
      system_fingerprint: 'fake-v1',
    });
    const choice = (delta: unknown, finish: string | null = null) => ({
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    });
    const call = {
      ...{ index: 0, id: expect.stringMatching(/^call_/), type: 'function' },
      function: { name: 'pod-restart', arguments: '{"name":"shop-0","namespace":"shop"}' },
    };
    expect(chunks.map(({ choices, usage }) => ({ choices, usage }))).toEqual([
      choice({ role: 'assistant', content: '' }),
      choice({ tool_calls: [call] }),
      choice({}, 'tool_calls'),
      { choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
    ]);
  });

  it.each(CHAT)('of a fallback goes to %s piece by piece, and the request lasts until its end', async (path) => {
    const { provider, goOn } = slowProvider('whole');
    const { post, service } = await startService({ fallback: provider });
    const ended: string[] = [];
    service.events.on('request_ended', ({ route, status }) => void ended.push(`${route} ${status}`));
    const pieces = piecesOf(await post(path, QUESTION));
    const first = await pieces.next();
    expect(first.value).toContain('one ');
    expect(first.value).toContain('slow-1');
    expect([service.stats().inFlight, ended]).toEqual([1, []]);
    goOn();
    let rest = '';
    for await (const piece of pieces) rest += piece;
    expect(rest).toContain('two');
    expect(rest).not.toContain('one two');
    expect(rest).toMatch(/"(?:done_reason|finish_reason)":"length"/);
    await expect.poll(() => [service.stats().inFlight, ended]).toEqual([0, [`${path} 200`]]);
  });

  it.each(CHAT)('to %s says what failed after it began, without secrets', async (path) => {
    const { provider, goOn } = slowProvider(new ProviderError('slow', 'unavailable', 'http://secret-host is gone'));
    const { post, audited } = await startService({ fallback: provider });
    const response = await post(path, QUESTION);
    expect(response.status).toBe(200);
    goOn();
    const all = await response.text();
    const last =
      all
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.replace(/^data: /, '') ?? '';
    expect(saidIn(path, JSON.parse(last))).toMatch(/cannot answer/);
    expect(all).not.toContain('secret-host');
    expect(audited.at(-1)).toMatchObject({ action: 'reason', outcome: 'failed', reason: 'unavailable' });
  });

  it.each(CHAT)('to %s ends with its time, its client, or the service', async (path) => {
    const late = slowProvider('whole');
    const slow = await startService({ fallback: late.provider, limits: { requestTimeoutMs: 100 } });
    expect(await (await slow.post(path, QUESTION)).text()).toMatch(/not ready in time/);
    const left = slowProvider('whole');
    const started = await startService({ fallback: left.provider });
    const pieces = piecesOf(await started.post(path, QUESTION));
    await pieces.next();
    await pieces.return(undefined);
    await left.aborted;
    await expect.poll(() => started.service.stats().inFlight).toBe(0);
    const cut = slowProvider('whole');
    const closing = await startService({ fallback: cut.provider });
    const response = await closing.post(path, QUESTION);
    await Promise.all([closing.service.close(), cut.aborted, response.text().catch(() => undefined)]);
    expect(closing.service.stats().inFlight).toBe(0);
  });

  it('that is drained is written to its end', async () => {
    const { provider, goOn } = slowProvider('whole');
    const { post, service } = await startService({ fallback: provider, limits: { drainDelayMs: 0 } });
    const response = await post('/api/chat', QUESTION);
    const drained = service.drain();
    setTimeout(goOn, 400);
    expect(await response.text()).toMatch(/"done":true/);
    await drained;
  });

  it.each(CHAT)('to %s that fails before it began has a status', async (path) => {
    const { post } = await startService();
    const response = await post(path, QUESTION);
    expect(response.status).toBe(422);
    saidIn(path, await response.json());
  });
});
