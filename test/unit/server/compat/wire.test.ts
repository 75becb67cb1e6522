import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.js';
import type { GenerateCall, TextProvider } from '../../../../src/domain/index.js';
import type { ServiceOptions } from '../../../../src/server/index.js';
import { createFakeTextProvider } from '../../../../src/testing/index.js';
import { CRASH, closeServices, startService } from '../fake-service.js';

afterEach(closeServices);

const PROMPT = `What should be done? ${JSON.stringify(CRASH)}`;
const user = (content: unknown) => ({ role: 'user', content });
const text = { type: 'string' };
const tool = (name: string, properties: object = { name: text, namespace: text }) => ({
  type: 'function',
  function: { name, description: `does ${name}`, parameters: { type: 'object', properties } },
});
const TOOLS = [tool('pod-restart'), tool('scale-up')];

const CHAT = ['/api/chat', '/v1/chat/completions'] as const;

interface Call {
  readonly function: { readonly name: string; readonly arguments: unknown };
}
interface Message {
  readonly content: string | null;
  readonly tool_calls?: readonly Call[];
}

/** The answer of either protocol, whole. */
async function messageOf(response: Response): Promise<Message> {
  const body = (await response.json()) as { message?: Message; choices?: { message: Message }[]; error?: unknown };
  const message = body.message ?? body.choices?.[0]?.message;
  if (!message) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  const { tool_calls: calls } = message;
  if (!calls) return message;
  return {
    ...message,
    tool_calls: calls.map(({ function: { name, arguments: given } }) => ({
      function: { name, arguments: typeof given === 'string' ? (JSON.parse(given) as unknown) : given },
    })),
  };
}

/** What went wrong, in the form of either protocol. */
function saidIn(path: string, body: unknown): string {
  const { error } = body as { error: string | { message: string; type: string; param: unknown; code: unknown } };
  if (path.startsWith('/api')) return String(error);
  expect(error).toEqual({
    message: expect.any(String),
    type: expect.any(String),
    param: (error as { param: unknown }).param,
    code: expect.stringMatching(/^[a-z_]+$/),
  });
  return (error as { message: string }).message;
}

/** The formats of both protocols for one schema. */
const formatted = (path: string, schema: object) =>
  path.startsWith('/api')
    ? { format: schema }
    : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } };

describe.each(CHAT)('%s', (path) => {
  const ask = async (options: ServiceOptions, body: object, script = {}) => {
    const started = await startService(options, script);
    return { ...started, response: await started.post(path, { stream: false, model: 'gemma3:1b', ...body }) };
  };

  it('answers an alert in JSON, and is audited like any decision', async () => {
    const { response, audited, model } = await ask({}, { messages: [user(PROMPT)] });
    const { content } = await messageOf(response);
    expect(JSON.parse(content as string)).toEqual({
      lambda_function: 'pod-restart',
      parameters: { name: 'shop-0', namespace: 'shop' },
      reasoning: 'restart shop-0',
      confidence: 0.9,
    });
    expect(model.asked).toEqual(['shop-0']);
    expect(audited).toMatchObject([
      {
        action: 'reason',
        status: 200,
        principal: 'local',
        outcome: 'selected',
        model: 'fake-v1',
        decision: { lambdaFunction: 'pod-restart', accepted: true, confidence: 0.9 },
        attempts: [{ phase: 'trm', outcome: 'taken' }],
      },
    ]);
  });

  it('names no function that was not accepted', async () => {
    const options = { chain: { phases: ['trm'] } } as const;
    const asked = await ask(options, { messages: [user(PROMPT)] }, { confidence: 0.3 });
    expect(JSON.parse((await messageOf(asked.response)).content as string)).toMatchObject({
      lambda_function: null,
      confidence: 0,
    });
    const called = await ask(options, { messages: [user(PROMPT)], tools: TOOLS }, { confidence: 0.3 });
    const message = await messageOf(called.response);
    expect(message.tool_calls).toBeUndefined();
    expect(message.content).toMatch(/^No function is called: .*a person should look[\s\S]*trm: not sure enough/);
    const offered = { messages: [user(PROMPT)], tools: [...TOOLS, tool('no_action', {})] };
    const none = await messageOf((await ask(options, offered, { confidence: 0.3 })).response);
    expect(none.tool_calls).toEqual([{ function: { name: 'no_action', arguments: {} } }]);
  });

  it('takes tools as the catalog, and calls one', async () => {
    const { response } = await ask({}, { messages: [user(PROMPT)], tools: TOOLS });
    expect((await messageOf(response)).tool_calls).toEqual([
      { function: { name: 'pod-restart', arguments: { name: 'shop-0', namespace: 'shop' } } },
    ]);
    // A function that was not offered is none: the chain refuses what the model names.
    const other = await ask({ chain: { phases: ['trm'] } }, { messages: [user(PROMPT)], tools: [tool('scale-up')] });
    expect((await messageOf(other.response)).tool_calls).toBeUndefined();
  });

  it('puts the answer into the shape that was asked for', async () => {
    const schema = {
      type: 'object',
      properties: { action: { enum: ['pod-restart', 'none'] }, why: text },
      required: ['action', 'why'],
      additionalProperties: false,
    };
    const { response } = await ask({}, { messages: [user(PROMPT)], ...formatted(path, schema) });
    expect(JSON.parse((await messageOf(response)).content as string)).toEqual({
      action: 'pod-restart',
      why: 'restart shop-0',
    });
  });

  it('has nothing to add once its function was called', async () => {
    const done = [
      user(PROMPT),
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'pod-restart', arguments: path.startsWith('/api') ? {} : '{}' } }],
      },
      { role: 'tool', content: 'restarted' },
    ];
    const { response, model } = await ask({}, { messages: done, tools: TOOLS });
    const message = await messageOf(response);
    expect([message.tool_calls, message.content]).toEqual([undefined, expect.stringMatching(/nothing to add/)]);
    expect(model.asked).toEqual([]);
    const fallback = createFakeTextProvider(['The pod is back.']);
    const told = await ask({ fallback }, { messages: done, tools: TOOLS });
    expect((await messageOf(told.response)).content).toBe('The pod is back.');
    expect(fallback.calls[0]?.messages.slice(1)).toEqual([
      { role: 'assistant', content: 'Called pod-restart with {}.' },
      { role: 'user', content: 'Result of the call:\nrestarted' },
    ]);
  });

  it.each<[string, (path: string) => object, number, RegExp]>([
    ['a question about something else', () => ({ messages: [user('What is Loki?')] }), 422, /holds no alert/],
    [
      'a format for something else',
      (p) => ({ messages: [user(PROMPT)], ...formatted(p, { type: 'object', properties: { summary: text } }) }),
      422,
      /no field for the name of a function/,
    ],
    [
      'a format without a place for the answer',
      (p) => ({
        messages: [user(PROMPT)],
        ...formatted(p, { type: 'object', properties: { action: { enum: ['scale-up'] } }, required: ['action'] }),
      }),
      422,
      /does not fit the format/,
    ],
    ['an alert that is faulty', () => ({ messages: [user('{"labels": {"alertname": ""}}')] }), 422, /alertname/],
    [
      'two alerts',
      () => ({ messages: [user(JSON.stringify({ version: '4', alerts: [CRASH, CRASH] }))] }),
      422,
      /one alert/,
    ],
    ['messages that are none', () => ({ messages: 'hello' }), 422, /^messages: expected an array/],
    ['a role that is none', () => ({ messages: [{ role: 'robot', content: 'x' }] }), 422, /^messages\[0\]\.role/],
    [
      'a tool without a name',
      () => ({ messages: [user(PROMPT)], tools: [{ type: 'function', function: {} }] }),
      422,
      /^tools\[0\]\.function\.name/,
    ],
    [
      'a slow pattern',
      (p) => ({ messages: [user(PROMPT)], ...formatted(p, { properties: { action: { pattern: '(a*)*' } } }) }),
      422,
      /properties\.action\.pattern: .*repeated group/,
    ],
  ])('refuses %s in the form of its protocol', async (_, bodyOf, status, message) => {
    const { response, audited } = await ask({}, bodyOf(path));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(saidIn(path, await response.json())).toMatch(message);
    expect(audited).toMatchObject([{ action: 'refused', status }]);
  });

  it('refuses what no request gets past, in the form of its protocol', async () => {
    const { post, origin } = await startService({ limits: { maxBodyBytes: 2_000, maxDepth: 8 } });
    for (const [body, status] of [
      ['{"messages": ', 400],
      ['[[[[[[[[[[]]]]]]]]]]', 400],
      [{ messages: [user('x'.repeat(3_000))] }, 413],
    ] as const) {
      const response = await post(path, body);
      expect(response.status).toBe(status);
      expect(saidIn(path, await response.json())).not.toBe('');
    }
    const plain = await fetch(origin + path, { method: 'POST', body: '{}' });
    expect([plain.status, saidIn(path, await plain.json())]).toEqual([415, expect.stringMatching(/application\/json/)]);
    const wrong = await fetch(origin + path);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    saidIn(path, await wrong.json());
  });

  it('sheds load and keeps deadlines like every route', async () => {
    const limits = { maxConcurrent: 1, maxWaiting: 0, requestTimeoutMs: 150 };
    const { post } = await startService(
      { limits, chain: { phases: ['trm'] } },
      { before: () => new Promise(() => undefined) },
    );
    const slow = post(path, { stream: false, messages: [user(PROMPT)] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const other = JSON.stringify({ labels: { ...CRASH.labels, pod: 'other' } });
    const shed = await post(path, { messages: [user(other)] });
    expect([shed.status, Number(shed.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
    expect(Number(shed.headers.get('retry-after'))).toBeGreaterThan(0);
    saidIn(path, await shed.json());
    const late = await slow;
    expect(late.status).toBe(504);
    saidIn(path, await late.json());
  });

  it('passes on what is not an alert, with what the fallback can do', async () => {
    const fallback = createFakeTextProvider(
      [{ text: 'Loki keeps logs.', usage: { inputTokens: 7, outputTokens: 4 }, modelId: 'gemma3:4b' }],
      { capabilities: { toolCalls: true } },
    );
    const { response, audited } = await ask(
      { fallback },
      { messages: [{ role: 'system', content: 'Be brief.' }, user('What is Loki?')], tools: TOOLS },
    );
    const body = (await response.clone().json()) as Record<string, unknown>;
    expect((await messageOf(response)).content).toBe('Loki keeps logs.');
    expect(body).toMatchObject(
      path.startsWith('/api')
        ? { model: 'gemma3:4b', prompt_eval_count: 7, eval_count: 4 }
        : { model: 'gemma3:4b', usage: { prompt_tokens: 7, completion_tokens: 4, total_tokens: 11 } },
    );
    expect(fallback.calls[0]).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is Loki?' },
      ],
      tools: [{ name: 'pod-restart', description: 'does pod-restart' }, { name: 'scale-up' }],
    });
    expect(audited).toMatchObject([{ action: 'reason', outcome: 'fallback', model: 'gemma3:4b' }]);
  });

  it('tells nothing of why a fallback failed', async () => {
    const fallback = createFakeTextProvider([
      new ProviderError('ollama', 'unauthorized', 'http://secret-host said no'),
    ]);
    const { response } = await ask({ fallback }, { messages: [user('What is Loki?')] });
    const body = await response.text();
    expect([response.status, body.includes('secret-host')]).toEqual([503, false]);
  });
});

describe('/api/generate', () => {
  it('answers like a chat, and only gets ready without a prompt', async () => {
    const { post, model } = await startService();
    const body = (await (await post('/api/generate', { prompt: PROMPT, stream: false })).json()) as Record<
      string,
      unknown
    >;
    expect(JSON.parse(body['response'] as string)).toMatchObject({ lambda_function: 'pod-restart' });
    expect(body).toMatchObject({
      model: 'agent-trm',
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 0,
      eval_count: 0,
    });
    expect(Number.isSafeInteger(body['total_duration']) && (body['total_duration'] as number) > 1_000).toBe(true);
    for (const empty of [{ prompt: '' }, {}]) {
      expect(await (await post('/api/generate', empty)).json()).toMatchObject({
        response: '',
        done: true,
        done_reason: 'load',
      });
    }
    expect(await (await post('/api/chat', { model: 'x', messages: [] })).json()).toMatchObject({ done_reason: 'load' });
    expect(model.asked).toEqual(['shop-0']);
    const images = await post('/api/generate', { prompt: PROMPT, images: ['aGk='] });
    expect([images.status, await images.json()]).toEqual([
      422,
      { error: expect.stringMatching(/^images: .*text alone/) },
    ]);
  });
});

describe('tool_choice', () => {
  const ask = async (choice: unknown, confidence?: number) => {
    const script = confidence === undefined ? {} : { confidence };
    const { post } = await startService({ chain: { phases: ['trm'] } }, script);
    return post('/v1/chat/completions', { messages: [user(PROMPT)], tools: TOOLS, tool_choice: choice });
  };

  it('none answers in words, a name leaves one tool, required is no reason to guess', async () => {
    expect(JSON.parse((await messageOf(await ask('none'))).content as string)).toMatchObject({
      lambda_function: 'pod-restart',
    });
    const named = (name: string) => ({ type: 'function', function: { name } });
    expect((await messageOf(await ask(named('pod-restart')))).tool_calls).toHaveLength(1);
    expect((await messageOf(await ask(named('scale-up')))).tool_calls).toBeUndefined();
    const wrong = await ask(named('nothing'));
    expect([wrong.status, await wrong.json()]).toEqual([
      422,
      { error: expect.objectContaining({ param: 'tool_choice' }) },
    ]);
    expect((await messageOf(await ask('required'))).tool_calls).toHaveLength(1);
    expect((await messageOf(await ask('required', 0.2))).content).toMatch(/^No function is called/);
  });
});

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

describe('whatever is sent', () => {
  const valid = [
    { model: 'm', messages: [user(PROMPT)], tools: TOOLS, stream: false, options: { temperature: 0 } },
    {
      prompt: PROMPT,
      format: { type: 'object', properties: { action: { enum: ['pod-restart', 'none'] } } },
      stream: true,
    },
    {
      messages: [user([{ type: 'text', text: PROMPT }])],
      response_format: { type: 'json_object' },
      tool_choice: 'auto',
    },
    {
      messages: [{ role: 'assistant', content: null, tool_calls: [{ function: { name: 'a', arguments: '{}' } }] }],
      n: 1,
    },
  ];
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, [], {}, '', -1, 1e308, '\ud800', [null]),
  );
  const body = fc
    .tuple(
      fc.constantFrom(...valid),
      fc.constantFrom(
        'model',
        'messages',
        'tools',
        'format',
        'stream',
        'prompt',
        'options',
        'response_format',
        'tool_choice',
        'n',
        'stream_options',
      ),
      odd,
    )
    .map(([given, key, by]) => ({ ...given, [key]: by }));

  it.each(['/api/chat', '/api/generate', '/api/show', '/v1/chat/completions'])(
    'to %s is answered in its form, and no fault',
    async (path) => {
      const { post, service } = await startService();
      const failures: unknown[] = [];
      service.events.on('request_failed', ({ error }) => void failures.push(error));
      await fc.assert(
        fc.asyncProperty(body, async (content) => {
          const response = await post(path, content);
          const said = await response.text();
          expect([200, 400, 422], said).toContain(response.status);
          if (response.status !== 200) saidIn(path, JSON.parse(said));
        }),
        { numRuns: 80 },
      );
      expect(failures).toEqual([]);
    },
  );
});
