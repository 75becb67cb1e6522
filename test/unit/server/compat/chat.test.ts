import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../../src/core/errors.js';
import { type Authenticator, SCOPES, type ServiceOptions } from '../../../../src/server/index.js';
import { createFakeTextProvider } from '../../../../src/testing/index.js';
import { CRASH, closeServices, startService } from '../fake-service.js';
import { CHAT, formatted, messageOf, PROMPT, saidIn, TOOLS, text, tool, user } from './prompts.js';

afterEach(closeServices);

/** Lets everybody in, wherever a page is from. */
const anybody: Authenticator = {
  authenticate: async () => ({ name: 'anybody', scopes: new Set(SCOPES), via: 'token' }),
};

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
      // OpenAPI writes `nullable` also where it says nothing.
      properties: { action: { enum: ['pod-restart', 'none'], nullable: true }, why: text },
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
    [
      'a format whose parameters are not those of the function',
      (p) => ({
        messages: [user(PROMPT)],
        ...formatted(p, {
          type: 'object',
          properties: { action: text, parameters: { type: 'object', properties: {}, additionalProperties: false } },
        }),
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
      'a format whose check answers later',
      (p) => ({
        messages: [user(PROMPT)],
        ...formatted(p, { $async: true, properties: { action: { maxLength: 1 } } }),
      }),
      422,
      /\$async: expected no \$async/,
    ],
    [
      'a format that goes in circles',
      (p) => ({ messages: [user(PROMPT)], ...formatted(p, { $recursiveRef: '#', properties: { action: text } }) }),
      422,
      /in place of \$recursiveRef/,
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
    const packed = await post(path, '{}', { 'content-encoding': 'gzip' });
    expect([packed.status, saidIn(path, await packed.json())]).toEqual([415, expect.stringMatching(/not compressed/)]);
    const wrong = await fetch(origin + path);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    saidIn(path, await wrong.json());
  });

  it('reads JSON under any media type, as `curl -d` sends it, and of a page from elsewhere only what is called JSON', async () => {
    const { origin, model } = await startService({ authenticator: anybody });
    const body = JSON.stringify({ stream: false, messages: [user(PROMPT)] });
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(origin + path, { method: 'POST', headers, body: new TextEncoder().encode(body) });
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain;charset=UTF-8',
      'application/json',
      undefined,
    ]) {
      const response = await ask(type === undefined ? {} : { 'content-type': type });
      expect([type, response.status]).toEqual([type, 200]);
      expect((await messageOf(response)).content).toContain('pod-restart');
    }
    expect((await ask({ 'content-type': 'text/plain', origin })).status).toBe(200);
    const asked = model.asked.length;
    for (const page of ['https://evil.example', 'http://localhost:1', 'null']) {
      const refused = await ask({ 'content-type': 'text/plain', origin: page });
      expect([refused.status, saidIn(path, await refused.json())]).toEqual([
        415,
        expect.stringMatching(/application\/json/),
      ]);
    }
    expect(model.asked).toHaveLength(asked);
    expect((await ask({ 'content-type': 'application/json', origin: 'https://evil.example' })).status).toBe(200);
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

describe("Ollama's temperature", () => {
  it('may be any of 0 or more, which is the fallback alone to use or refuse', async () => {
    const options = (temperature: unknown) => ({ stream: false, options: { temperature } });
    const fallback = createFakeTextProvider([
      'Loki keeps logs.',
      new ProviderError('words', 'bad-request', 'temperature: expected at most 2'),
    ]);
    const { post } = await startService({ fallback });
    expect((await post('/api/chat', { ...options(3), messages: [user(PROMPT)] })).status).toBe(200);
    expect((await post('/api/generate', { ...options(3), prompt: 'What is Loki?' })).status).toBe(200);
    expect(fallback.calls[0]?.temperature).toBe(3);
    const refused = await post('/api/generate', { ...options(1e9), prompt: 'What is Loki?' });
    expect([refused.status, saidIn('/api/generate', await refused.json())]).toEqual([
      422,
      expect.stringMatching(/expected at most 2/),
    ]);
    for (const wrong of [-0.1, '1']) {
      const response = await post('/api/chat', { ...options(wrong), messages: [user(PROMPT)] });
      expect([response.status, saidIn('/api/chat', await response.json())]).toEqual([
        422,
        expect.stringMatching(/^options\.temperature: /),
      ]);
    }
  });

  it("is no rule of OpenAI's protocol, which has an upper end", async () => {
    const { post } = await startService();
    const response = await post('/v1/chat/completions', { temperature: 3, messages: [user(PROMPT)] });
    expect([response.status, saidIn('/v1', await response.json())]).toEqual([
      422,
      expect.stringMatching(/^temperature: expected a number from 0 to 2/),
    ]);
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
