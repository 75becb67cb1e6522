import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../../../src/core/deadline.js';
import { AbortedError, ConfigurationError, DeadlineExceededError, ProviderError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG, parseCatalog } from '../../../../src/domain/index.js';
import { type Dialect, dialectsFor } from '../../../../src/remediation/selectors/function-calling/dialect.js';
import { createFunctionCallingSelector } from '../../../../src/remediation/selectors/function-calling.js';
import {
  createFakeTextProvider,
  type FakeReply,
  type FakeTextProvider,
  type FakeTextProviderOptions,
} from '../../../../src/testing/index.js';
import {
  ALERT,
  ANSWER,
  alertOf,
  CHOSEN,
  GEMMA,
  keysOf,
  run,
  SCHEMA,
  systemOf,
  TARGET,
  TOOLS,
  toolReply,
} from './function-calling/subject.js';

describe('the dialects', () => {
  it.each([
    ['openai-tools', TOOLS, toolReply('pod-restart')],
    ['openai-tools', TOOLS, toolReply('pod-restart', JSON.stringify(TARGET))],
    ['ollama-tools', TOOLS, toolReply('pod-restart')],
    ['json-schema', SCHEMA, { text: ANSWER }],
    ['function-gemma', {}, { text: GEMMA }],
    ['function-gemma', TOOLS, toolReply('pod-restart')],
    ['plain-json', {}, { text: ANSWER }],
    ['plain-json', {}, { text: `Let me see.\n\`\`\`json\n${ANSWER}\n\`\`\`` }],
  ] as const)('%s reads a call, given %j', async (dialect, capabilities, reply) => {
    const { outcome, provider } = await run([reply], { dialect, fake: { capabilities } });
    expect(outcome).toMatchObject({ kind: 'selected', ...CHOSEN });
    expect(outcome.kind === 'selected' && outcome.parameterOrigins).toMatchObject({
      name: { kind: 'label', key: 'pod' },
      namespace: { kind: 'label', key: 'namespace' },
    });
    expect(outcome.evidence).toEqual([expect.objectContaining({ kind: 'llm', source: 'fake/fake-model' })]);
    expect(provider.calls).toHaveLength(1);
    expect(provider.calls[0]).toMatchObject({ temperature: 0, maxTokens: 256 });
  });

  it.each(['openai-tools', 'ollama-tools'] as const)(
    '%s offers the catalog and none, nothing else',
    async (dialect) => {
      const { provider } = await run([toolReply('none')], { dialect, fake: { capabilities: { ...TOOLS, ...SCHEMA } } });
      const [call] = provider.calls;
      expect(call?.tools?.map(({ name }) => name)).toEqual([...DEFAULT_CATALOG.map(({ name }) => name), 'none']);
      expect(call).not.toHaveProperty('jsonSchema');
      const keys = keysOf(call?.tools);
      expect(keys.filter((key) => key.startsWith('x-') || key === 'risk')).toEqual([]);
      expect(keys.includes('anyOf')).toBe(dialect === 'openai-tools');
      const restart = call?.tools?.find(({ name }) => name === 'pod-restart');
      expect(restart?.parameters).toMatchObject({ type: 'object', required: ['name', 'namespace'] });
      // What a rule computes is not asked for.
      expect(Object.keys(restart?.parameters['properties'] as object)).toEqual(['name', 'namespace']);
    },
  );

  it('json-schema holds the answer to the names that there are', async () => {
    const { provider } = await run([ANSWER], { fake: { capabilities: { ...TOOLS, ...SCHEMA } } });
    const [call] = provider.calls;
    expect(call).not.toHaveProperty('tools');
    expect(call?.jsonSchema).toMatchObject({
      properties: {
        lambda_function: { type: 'string', enum: [...DEFAULT_CATALOG.map(({ name }) => name), 'none'] },
        parameters: { properties: { name: { type: 'string' } }, additionalProperties: false },
      },
      required: ['lambda_function', 'parameters'],
    });
    expect(systemOf(call)).toContain('- pod-restart(name, namespace): Restart a crash-looping');
  });

  it('function-gemma declares in the grammar of the model what its provider does not', async () => {
    const { provider } = await run([GEMMA], { fake: { modelId: 'onnx-community/functiongemma-270m-it' } });
    expect(systemOf(provider.calls[0])).toContain(
      '<start_function_declaration>declaration:pod-restart{description:<escape>',
    );
    expect(systemOf(provider.calls[0])).toContain('type:<escape>OBJECT<escape>');
    expect(provider.calls[0]).not.toHaveProperty('tools');
    const native = await run([toolReply('none')], { fake: { modelId: 'functiongemma', capabilities: TOOLS } });
    expect(native.provider.calls[0]?.tools).toHaveLength(DEFAULT_CATALOG.length + 1);
    expect(systemOf(native.provider.calls[0])).not.toContain('declaration:');
  });

  it('auto takes what the provider does best', () => {
    const of = (fake: FakeTextProviderOptions, dialect: Dialect | 'auto' = 'auto') =>
      dialectsFor(createFakeTextProvider([], fake), dialect);
    expect(of({})).toEqual(['plain-json']);
    expect(of({ capabilities: SCHEMA })).toEqual(['json-schema', 'plain-json']);
    expect(of({ capabilities: TOOLS })).toEqual(['openai-tools', 'plain-json']);
    expect(of({ name: 'ollama', capabilities: { ...TOOLS, ...SCHEMA } })).toEqual([
      'json-schema',
      'ollama-tools',
      'plain-json',
    ]);
    expect(of({ modelId: 'functiongemma:270m', capabilities: { ...TOOLS, ...SCHEMA } })).toEqual(['function-gemma']);
    expect(() => of({}, 'openai-tools')).toThrow(ConfigurationError);
    expect(() => of({}, 'json-schema')).toThrow(ConfigurationError);
    expect(() => of({}, 'morse' as Dialect)).toThrow(/expected auto or one of/);
  });

  it('auto goes on to the next when the server does not support one, and stays there', async () => {
    const unsupported = new ProviderError('fake', 'unsupported', 'does not support tools');
    const provider = createFakeTextProvider(
      (call) => (call.tools || call.jsonSchema ? unsupported : { text: ANSWER }),
      { capabilities: { ...TOOLS, ...SCHEMA } },
    );
    const selector = createFunctionCallingSelector({ provider });
    const request = { alert: ALERT, catalog: DEFAULT_CATALOG, signal: new AbortController().signal };
    expect(await selector.doSelect(request)).toMatchObject(CHOSEN);
    expect(provider.calls.map(({ tools, jsonSchema }) => [!!tools, !!jsonSchema])).toEqual([
      [false, true],
      [true, false],
      [false, false],
    ]);
    expect(await selector.doSelect(request)).toMatchObject(CHOSEN);
    expect(provider.calls).toHaveLength(4);
    await expect(run([unsupported], { dialect: 'openai-tools', fake: { capabilities: TOOLS } })).rejects.toThrow(
      unsupported,
    );
  });
});

const REFUSED: readonly (readonly [what: string, reply: FakeReply, reason: string])[] = [
  ['a hallucinated name', toolReply('restart-the-pod'), 'unknown-function'],
  ['an unknown tool', toolReply('get_weather', { location: 'London' }), 'unknown-function'],
  ['a wrong type', toolReply('pod-restart', { ...TARGET, name: 5 }), 'invalid-parameter'],
  ['a value that is an object', toolReply('pod-restart', { ...TARGET, name: { is: 'shop-0' } }), 'invalid-parameter'],
  ['an extra argument', toolReply('pod-restart', { ...TARGET, force: true }), 'invalid-parameter'],
  ['an invented pod', toolReply('pod-restart', { ...TARGET, name: 'shop-7' }), 'invalid-parameter'],
  ['another namespace', toolReply('pod-restart', { ...TARGET, namespace: 'kube-system' }), 'invalid-parameter'],
  ['another kind', toolReply('pod-restart', { ...TARGET, type: 'deployment' }), 'contradiction'],
  ['arguments as a list', toolReply('pod-restart', ['shop-0', 'shop']), 'unreadable-answer'],
  ['arguments as prose', toolReply('pod-restart', 'the pod shop-0'), 'unreadable-answer'],
  [
    'two calls that conflict',
    {
      toolCalls: [
        { name: 'pod-restart', arguments: TARGET },
        { name: 'pod-check-status', arguments: TARGET },
      ],
    },
    'contradiction',
  ],
  [
    'a call and none',
    {
      toolCalls: [
        { name: 'pod-restart', arguments: TARGET },
        { name: 'none', arguments: {} },
      ],
    },
    'contradiction',
  ],
  ['no tool call and no text', { toolCalls: [], text: '' }, 'unreadable-answer'],
  ['prose', { text: 'I would restart the pod, if I were you.' }, 'unreadable-answer'],
  ['a call that was cut off', { text: ANSWER.slice(0, -3), finishReason: 'length' }, 'unreadable-answer'],
];

describe('an answer that is refused', () => {
  it.each(REFUSED)('is asked for again once: %s', async (_, reply, reason) => {
    const options = { fake: { capabilities: TOOLS } };
    const mended = await run([reply, toolReply('pod-restart')], options);
    expect(mended.outcome).toMatchObject({ kind: 'selected', ...CHOSEN });
    expect(mended.provider.calls).toHaveLength(2);
    const messages = mended.provider.calls[1]?.messages ?? [];
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages.at(-1)?.content).toMatch(/^This cannot be used: \S.* choose none\.$/s);

    const stubborn = await run([reply, reply, toolReply('pod-restart')], options);
    expect(stubborn.outcome).toMatchObject({
      kind: 'abstained',
      reason,
      detail: expect.stringMatching(/asked again$/),
    });
    expect(stubborn.outcome).not.toHaveProperty('confidence');
    expect(stubborn.provider.calls).toHaveLength(2);

    const once = await run([reply, toolReply('pod-restart')], { ...options, repairs: 0 });
    expect(once.outcome).toMatchObject({ kind: 'abstained', reason });
    expect(once.provider.calls).toHaveLength(1);
  });

  it('lowers the confidence of the one that is taken', async () => {
    const confidence = async (...script: FakeReply[]): Promise<number> => {
      const { outcome } = await run(script, { fake: { capabilities: TOOLS } });
      return outcome.kind === 'selected' ? outcome.confidence : Number.NaN;
    };
    const straight = await confidence(toolReply('pod-restart'));
    const mended = await confidence(toolReply('restart'), toolReply('pod-restart'));
    const loose = await confidence({ text: `So I say ${ANSWER}.` });
    expect(straight).toBeLessThan(0.7);
    expect(mended).toBeLessThan(loose);
    expect(loose).toBeLessThan(straight);
  });

  it('is not asked for again when the alert names no target', async () => {
    const { outcome, provider } = await run([toolReply('pod-restart', {})], {
      fake: { capabilities: TOOLS },
      alert: alertOf({ severity: 'critical' }),
    });
    expect(outcome).toMatchObject({ kind: 'abstained', reason: 'missing-parameter' });
    expect(provider.calls).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('may be a call in plain text, or leave out what the labels say', async () => {
    for (const reply of [
      { text: `I call ${ANSWER}` },
      { text: 'pod-restart(name="shop-0", namespace="shop")' },
      { text: 'Function: pod-restart\nParameters:\n  name: shop-0\n  namespace: shop' },
      toolReply('pod-restart', {}),
      toolReply('pod-restart', { name: 'shop-0', namespace: null, type: '' }),
    ]) {
      const { outcome, provider } = await run([reply], { fake: { capabilities: TOOLS } });
      expect(outcome).toMatchObject({ kind: 'selected', ...CHOSEN });
      expect(provider.calls).toHaveLength(1);
    }
  });

  it.each([
    toolReply('none', {}),
    { text: 'none' },
    { text: '{"lambda_function": null, "parameters": {}}' },
    { text: '{"lambda_function": "none", "parameters": {}}' },
    { text: 'No function applies.' },
  ])('may be that none applies: %j', async (reply) => {
    const { outcome, provider } = await run([reply], { fake: { capabilities: TOOLS } });
    expect(outcome).toMatchObject({ kind: 'abstained', reason: 'none-applies', confidence: expect.any(Number) });
    expect(provider.calls).toHaveLength(1);
  });

  it('names functions whose names chat APIs do not take', async () => {
    const catalog = parseCatalog([
      { name: 'restart pod', description: 'Restart one pod.', parameters: { properties: { pod: { type: 'string' } } } },
      { name: 'restart_pod', description: 'Another.', parameters: {} },
      { name: 'none', description: 'A function all the same.', parameters: {} },
    ]);
    const { outcome, provider } = await run([toolReply('restart_pod_2', { pod: 'shop-0' })], {
      fake: { capabilities: TOOLS },
      catalog,
    });
    const names = provider.calls[0]?.tools?.map(({ name }) => name) ?? [];
    expect([...names].sort()).toEqual(['no_action', 'none', 'restart_pod', 'restart_pod_2']);
    expect(outcome).toMatchObject({ kind: 'selected', lambdaFunction: 'restart pod', parameters: { pod: 'shop-0' } });
  });
});

describe('what goes wrong outside', () => {
  const doSelect = (provider: FakeTextProvider, signal: AbortSignal) =>
    createFunctionCallingSelector({ provider }).doSelect({ alert: ALERT, catalog: DEFAULT_CATALOG, signal });

  it('ends with the signal, asked or not', async () => {
    const provider = createFakeTextProvider([{ hang: 'deaf' }]);
    await expect(doSelect(provider, AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
    expect(provider.calls).toEqual([]);
    using deadline = createDeadline({ timeoutMs: 10 });
    await expect(doSelect(provider, deadline.signal)).rejects.toBeInstanceOf(DeadlineExceededError);
  });

  it('is the error of the provider, or one for a result that breaks the contract', async () => {
    const { signal } = new AbortController();
    const failure = new ProviderError('fake', 'unavailable', 'gone');
    await expect(doSelect(createFakeTextProvider([failure]), signal)).rejects.toBe(failure);
    const broken = createFakeTextProvider([{ finishReason: 'tired' as 'stop' }]);
    await expect(doSelect(broken, signal)).rejects.toThrow('breaks its contract at finishReason');
  });
});
