import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TRMClient, type TRMClientEvents, type TRMClientOptions } from '../../../src/client/index.js';
import { ConfigurationError, DisposedError, InvalidInputError, ProviderError } from '../../../src/core/errors.js';
import { createFakeTextProvider } from '../../../src/testing/index.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const NAMES = [
  'trm_client_initialized',
  'trm_generation_started',
  'trm_generation_completed',
  'trm_generation_failed',
  'trm_reflection_steps',
  'trm_confidence_threshold_reached',
  'trm_no_improvement',
  'trm_provider_fallback',
] as const satisfies readonly (keyof TRMClientEvents)[];

describe('options', () => {
  it.each([
    [{ providers: {} }, /^providers: expected an array/],
    [{ providers: [createFakeTextProvider([]), {}] }, /^providers\[1\]: /],
    [{ providers: [{ ...createFakeTextProvider([]), specificationVersion: 'v2' }] }, /"v1", received string "v2"/],
    [{ providers: [createFakeTextProvider([])], fallbacks: [null] }, /^fallbacks\[0\]: /],
    [{ createDefaultProviders: [] }, /^createDefaultProviders: expected a function/],
    [{ providers: [createFakeTextProvider([])], verify: true }, /^verify: /],
    [{ providers: [createFakeTextProvider([])], confidenceMap: {} }, /^confidenceMap.intercept: /],
    [{ providers: [createFakeTextProvider([])], timeoutMs: 0 }, /^timeoutMs: /],
  ])('refuses %#', (options, message) => {
    const make = () => new TRMClient(options as unknown as TRMClientOptions);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  it('shows what holds and where it came from, but no token', () => {
    const client = new TRMClient({ providers: [createFakeTextProvider([])], hfApiToken: 'hf_abc', timeoutMs: 5 });
    expect(client.config.timeoutMs).toEqual({ value: 5, source: 'option' });
    expect(inspect(client, { depth: 9 }) + inspect(client.config, { depth: 9 })).not.toContain('hf_abc');
  });
});

describe('providers that the client makes', () => {
  it('are made once, from the settings, at the first use, and disposed with the client', async () => {
    const made = createFakeTextProvider(() => 'x');
    const createDefaultProviders = vi.fn(async () => [made]);
    const fallback = createFakeTextProvider([], { name: 'given' });
    const client = new TRMClient({ createDefaultProviders, fallbacks: [fallback], modelName: 'm' });
    expect(createDefaultProviders).not.toHaveBeenCalled();
    await Promise.all([client.ready(), client.generate({ prompt: 'a' }), client.health()]);
    expect(createDefaultProviders).toHaveBeenCalledTimes(1);
    expect(createDefaultProviders).toHaveBeenCalledWith(client.config);
    await client.dispose();
    await client[Symbol.asyncDispose]();
    expect(made.disposals).toBe(1);
    expect(fallback.disposals).toBe(0);
  });

  it('are made anew after a failure', async () => {
    const createDefaultProviders = vi
      .fn()
      .mockRejectedValueOnce(new ConfigurationError('no model'))
      .mockResolvedValueOnce([])
      .mockResolvedValue([createFakeTextProvider(['x'])]);
    const client = new TRMClient({ createDefaultProviders });
    await expect(client.generate({ prompt: 'a' })).rejects.toThrow('no model');
    await expect(client.generate({ prompt: 'a' })).rejects.toThrow(/made no provider; check USE_TRM/);
    expect(await client.generate({ prompt: 'a', reflectionMode: 'never' })).toMatchObject({ answer: 'x' });
  });

  it('are all told to dispose, also when one fails', async () => {
    const bad = { ...createFakeTextProvider([]), dispose: () => Promise.reject(new Error('stuck')) };
    const good = createFakeTextProvider([]);
    const client = new TRMClient({ createDefaultProviders: () => [bad, good] });
    await client.ready();
    await expect(client.dispose()).rejects.toThrow(AggregateError);
    expect(good.disposals).toBe(1);
  });
});

describe('dispose', () => {
  it('leaves given providers alone, waits for running requests and refuses new ones', async () => {
    const provider = createFakeTextProvider([{ text: 'late', delayMs: 20 }]);
    const client = new TRMClient({ providers: [provider] });
    const running = client.generate({ prompt: 'a', reflectionMode: 'never' });
    await client.dispose();
    expect(await running).toMatchObject({ answer: 'late' });
    expect(provider.disposals).toBe(0);
    await expect(client.generate({ prompt: 'a' })).rejects.toThrow(DisposedError);
    await expect(client.health()).rejects.toThrow(DisposedError);
    await expect(client.stream({ prompt: 'a' }).next()).rejects.toThrow(DisposedError);
  });
});

describe('health', () => {
  it('says how each provider is, also one that throws or does not answer', async () => {
    const client = new TRMClient({
      providers: [
        createFakeTextProvider([], { name: 'a', health: { healthy: true, detail: '0.9' } }),
        createFakeTextProvider([], { name: 'b', health: new Error('broken') }),
        { ...createFakeTextProvider([], { name: 'c' }), doHealth: () => new Promise(() => undefined) },
      ],
    });
    const { healthy, providers } = await client.health({ timeoutMs: 30 });
    expect(healthy).toBe(true);
    expect(providers.map(({ provider, healthy, detail }) => [provider, healthy, detail])).toEqual([
      ['a', true, '0.9'],
      ['b', false, 'broken'],
      ['c', false, 'not done within 30 ms'],
    ]);
  });

  it('is unhealthy when no provider is well', async () => {
    const provider = createFakeTextProvider([], { health: { healthy: false, detail: 'no model' } });
    expect((await new TRMClient({ providers: [provider] }).health()).healthy).toBe(false);
  });
});

describe('events', () => {
  const listen = (client: TRMClient) => {
    const heard: [string, Record<string, unknown>][] = [];
    for (const name of NAMES) {
      client.events.on(name, (event: object) => heard.push([name, event as Record<string, unknown>]));
    }
    return heard;
  };

  it('tell the story of a request, with its conversation, and nothing that was said', async () => {
    const down = createFakeTextProvider([new ProviderError('down', 'unavailable', 'gone')], { name: 'down' });
    const provider = createFakeTextProvider(['secret answer', 'c', 'other secret']);
    const client = new TRMClient({ providers: [down, provider] });
    const heard = listen(client);
    const { conversationId } = await client.generate({ prompt: 'secret question', context: { password: 'secret' } });
    expect(conversationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(heard.map(([name]) => name)).toEqual([
      'trm_client_initialized',
      'trm_generation_started',
      'trm_provider_fallback',
      'trm_no_improvement',
      'trm_reflection_steps',
      'trm_generation_completed',
    ]);
    for (const [, event] of heard.slice(1)) expect(event['conversationId']).toBe(conversationId);
    expect(JSON.stringify(heard)).not.toContain('secret');
    expect(heard[4]?.[1]).toMatchObject({ provider: 'fake', steps: 1 });
  });

  it('tell how a request failed, but not of one that was refused', async () => {
    const error = new ProviderError('fake', 'unauthorized', 'no token');
    const client = new TRMClient({ providers: [createFakeTextProvider([error])] });
    const heard = listen(client);
    await expect(client.generate({ prompt: '' })).rejects.toThrow(InvalidInputError);
    expect(heard).toEqual([]);
    await expect(client.generate({ prompt: 'a', conversationId: 'c' })).rejects.toThrow('no token');
    const [name, event] = heard.at(-1) ?? [];
    expect(name).toBe('trm_generation_failed');
    expect(event).toMatchObject({ conversationId: 'c', attempts: [{ reason: 'unauthorized' }] });
  });

  it('survive listeners that throw or reject, which are reported once each', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const client = new TRMClient({ providers: [createFakeTextProvider(() => 'x')] });
    const heard: string[] = [];
    client.events.on('trm_generation_started', () => {
      throw new Error('bad listener');
    });
    client.events.on('trm_generation_started', () => heard.push('next listener'));
    client.events.on('trm_generation_completed', (async () => {
      throw new Error('bad promise');
    }) as () => void);
    for (let count = 0; count < 2; count++) await client.generate({ prompt: 'a', reflectionMode: 'never' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['next listener', 'next listener']);
    expect(emitWarning.mock.calls.map(([message]) => message)).toEqual([
      'a listener of trm_generation_started failed, which is ignored: bad listener',
      'a listener of trm_generation_completed failed, which is ignored: bad promise',
    ]);
  });

  it('can be listened to once, and no more', async () => {
    const client = new TRMClient({ providers: [createFakeTextProvider(() => 'x')] });
    const [once, removed] = [vi.fn(), vi.fn()];
    client.events.once('trm_generation_started', once);
    client.events.on('trm_generation_started', removed).off('trm_generation_started', removed);
    for (let count = 0; count < 2; count++) await client.generate({ prompt: 'a', reflectionMode: 'never' });
    expect(once).toHaveBeenCalledTimes(1);
    expect(removed).not.toHaveBeenCalled();
  });
});

describe('the conversation', () => {
  it('passes identifier and history on', async () => {
    const provider = createFakeTextProvider(['x']);
    const history = [
      { role: 'user', content: 'I mean shop-0.' },
      { role: 'assistant', content: 'I see.' },
    ] as const;
    const response = await new TRMClient({ providers: [provider] }).generate({
      prompt: 'why?',
      conversationId: 'c-1',
      history,
      reflectionMode: 'never',
    });
    expect(response.conversationId).toBe('c-1');
    expect(provider.calls[0]?.messages.slice(1, 3)).toEqual(history);
  });
});
