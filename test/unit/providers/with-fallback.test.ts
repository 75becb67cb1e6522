import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../../src/core/deadline.js';
import {
  AbortedError,
  ConfigurationError,
  DeadlineExceededError,
  NoProviderAvailableError,
  ProviderError,
  type ProviderFailure,
} from '../../../src/core/errors.js';
import type { GenerateCall, GenerateResult, TextProvider } from '../../../src/domain/text/index.js';
import { type FallbackNotice, withFallback } from '../../../src/providers/index.js';

function providerOf(
  name: string,
  doGenerate: (call: GenerateCall) => Promise<GenerateResult>,
  capabilities: Partial<TextProvider['capabilities']> = {},
): TextProvider {
  return {
    specificationVersion: 'v1',
    name,
    modelId: name,
    capabilities: { recursion: 'none', toolCalls: false, jsonSchema: false, logprobs: false, ...capabilities },
    doGenerate,
    doHealth: async () => ({ healthy: true, detail: name }),
  };
}

function resultOf(text: string, confidence?: number): GenerateResult {
  const steps = confidence === undefined ? {} : { steps: [{ text, confidence }] };
  return { text, finishReason: 'stop', modelId: 'model', usage: {}, warnings: [], ...steps };
}

const answering = (name: string, confidence?: number): TextProvider =>
  providerOf(name, async ({ onDelta }) => {
    onDelta?.(`from ${name}`);
    return resultOf(`from ${name}`, confidence);
  });

const failing = (name: string, reason: ProviderFailure = 'unavailable'): TextProvider =>
  providerOf(name, async ({ onDelta }) => {
    onDelta?.('half an ans');
    throw new ProviderError(name, reason, 'it failed');
  });

/** Neither ends by itself nor listens to the signal. */
const hanging = (name: string): TextProvider => providerOf(name, () => new Promise(() => undefined));

const call = (changes: Partial<GenerateCall> = {}): GenerateCall => ({
  messages: [{ role: 'user', content: 'hello' }],
  signal: new AbortController().signal,
  ...changes,
});

describe('withFallback', () => {
  it('takes the first answer', async () => {
    const { result, provider, attempts } = await withFallback([answering('a'), failing('b')])(call());
    expect([result.text, provider]).toEqual(['from a', 'a']);
    expect(attempts).toEqual([{ provider: 'a', outcome: 'answered', durationMs: expect.any(Number) }]);
  });

  it.each<ProviderFailure>(['unavailable', 'unauthorized', 'bad-request', 'out-of-domain'])(
    'goes on after %s, and says so',
    async (reason) => {
      const { provider, attempts } = await withFallback([failing('a', reason), answering('b')])(call());
      expect(provider).toBe('b');
      expect(attempts).toMatchObject([
        { provider: 'a', outcome: 'failed', reason, message: 'a: it failed' },
        { provider: 'b', outcome: 'answered' },
      ]);
    },
  );

  it('names everyone when nobody answers', async () => {
    const error: unknown = await withFallback([failing('a'), failing('b', 'overloaded')])(call()).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(NoProviderAvailableError);
    expect((error as NoProviderAvailableError).attempts).toEqual([
      { provider: 'a', reason: 'unavailable', message: 'a: it failed' },
      { provider: 'b', reason: 'overloaded', message: 'b: it failed' },
    ]);
  });

  it('gives each provider its time, even one that does not listen', async () => {
    const policy = { timeoutMs: { a: 20 } };
    const { provider, attempts } = await withFallback([hanging('a'), answering('b')], policy)(call());
    expect(provider).toBe('b');
    expect(attempts[0]).toMatchObject({ reason: 'timeout', message: 'a: no answer within 20 ms' });
  });

  it("does not go on after the call's own end, nor after an error that is a bug", async () => {
    const asked: string[] = [];
    const next = providerOf('b', async () => {
      asked.push('b');
      return resultOf('b');
    });
    const deadline = createDeadline({ timeoutMs: 20 });
    await expect(withFallback([hanging('a'), next])(call({ signal: deadline.signal }))).rejects.toThrow(
      DeadlineExceededError,
    );
    const controller = new AbortController();
    const pending = withFallback([hanging('a'), next], { timeoutMs: 600_000 })(call({ signal: controller.signal }));
    controller.abort();
    await expect(pending).rejects.toThrow(AbortedError);
    await expect(withFallback([answering('a')])(call({ signal: AbortSignal.abort() }))).rejects.toThrow(AbortedError);
    const buggy = providerOf('a', async () => {
      throw new TypeError('a bug');
    });
    await expect(withFallback([buggy, next])(call())).rejects.toThrow('a bug');
    expect(asked).toEqual([]);
  });
});

describe('answers that are not good enough', () => {
  const policy = {
    acceptResult: ({ steps }: GenerateResult): true | string => {
      const confidence = steps?.at(-1)?.confidence ?? 0;
      return confidence >= 0.7 || `confidence ${confidence} is below 0.7`;
    },
  };

  it('lead to the next provider', async () => {
    const { provider, attempts } = await withFallback([answering('a', 0.4), answering('b', 0.9)], policy)(call());
    expect(provider).toBe('b');
    expect(attempts[0]).toMatchObject({ outcome: 'rejected', reason: 'confidence 0.4 is below 0.7' });
  });

  it('are better than none: the surest is returned, and marked', async () => {
    const providers = [answering('a', 0.2), answering('b', 0.6), answering('c'), failing('d')];
    const { result, provider, attempts } = await withFallback(providers, policy)(call());
    expect([provider, result.text]).toEqual(['b', 'from b']);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected', 'rejected', 'failed']);
  });
});

describe('streams', () => {
  /** What a consumer shows that clears its screen at every notice. */
  const watch = async (providers: TextProvider[], acceptResult?: () => true | string) => {
    let shown = '';
    const notices: FallbackNotice[] = [];
    const onFallback = (notice: FallbackNotice): void => {
      notices.push(notice);
      shown = '';
    };
    const generate = withFallback(providers, { onFallback, acceptResult, timeoutMs: 600_000 });
    const onDelta = (text: string): void => {
      shown += text;
    };
    const { result } = await generate(call({ onDelta }));
    return { shown, notices, text: result.text };
  };

  it('tell the consumer to discard what a failed provider sent', async () => {
    const { shown, notices, text } = await watch([failing('a'), answering('b')]);
    expect(notices).toEqual([{ from: 'a', to: 'b', reason: 'unavailable' }]);
    expect(shown).toBe(text);
  });

  it('end with the answer that is returned', async () => {
    const { shown, notices, text } = await watch([answering('a', 0.5), failing('b')], () => 'not enough');
    expect(text).toBe('from a');
    expect(shown).toBe(text);
    expect(notices.at(-1)).toEqual({ from: 'b', to: 'a', reason: 'unavailable' });
    expect((await watch([answering('a')], () => 'not enough')).notices).toEqual([]);
  });

  it('hold nothing of a provider whose time was up', async () => {
    let late = undefined as ((text: string) => void) | undefined;
    const slow = providerOf('a', ({ onDelta }) => {
      late = onDelta;
      return new Promise(() => undefined);
    });
    const deltas: string[] = [];
    const generate = withFallback([slow, answering('b')], { timeoutMs: { a: 10 } });
    await generate(call({ onDelta: (text) => deltas.push(text) }));
    late?.('too late');
    expect(deltas).toEqual(['from b']);
  });
});

it('asks nobody for what it cannot do', async () => {
  const calls: GenerateCall[] = [];
  const listen = (name: string, capabilities: Partial<TextProvider['capabilities']>): TextProvider =>
    providerOf(
      name,
      async (received) => {
        calls.push(received);
        return resultOf(name);
      },
      capabilities,
    );
  const asked = { jsonSchema: { type: 'object' }, logprobs: true, recursion: { maxSteps: 2 } };
  const plain = await withFallback([listen('a', {})])(call(asked));
  expect(plain.result.warnings).toHaveLength(2);
  const able = listen('b', { jsonSchema: true, logprobs: true, recursion: 'native' });
  const full = await withFallback([able])(call(asked));
  expect(full.result.warnings).toEqual([]);
  expect(Object.keys(asked).map((key) => [key in calls[0]!, key in calls[1]!])).toEqual(Array(3).fill([false, true]));
});

it('refuses to be built without providers, or with a time limit that is none', () => {
  expect(() => withFallback([])).toThrow(ConfigurationError);
  expect(() => withFallback([answering('a')], { timeoutMs: 0 })).toThrow(ConfigurationError);
});
