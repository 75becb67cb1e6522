import { describe, expect, it, vi } from 'vitest';
import { ReflectionMode, TRMClient, type TRMClientOptions, trmResponseSchema } from '../../../src/client/index.js';
import { AbortedError, DeadlineExceededError, ProviderError } from '../../../src/core/errors.js';
import { createFakeTextProvider, type FakeReply, type FakeScript } from '../../../src/testing/index.js';

const LOGPROBS = { capabilities: { logprobs: true } };

/** An answer whose tokens have a mean probability of `p`. */
const sure = (text: string, p: number): FakeReply => ({ text, logprobs: [Math.log(p), Math.log(p)] });

function makeClient(script: FakeScript, options: Partial<TRMClientOptions> = {}) {
  const provider = createFakeTextProvider(script, LOGPROBS);
  const client = new TRMClient({ providers: [provider], ...options });
  const told: string[] = [];
  client.events.on('trm_confidence_threshold_reached', ({ step }) => told.push(`threshold ${step}`));
  client.events.on('trm_no_improvement', ({ step }) => told.push(`no improvement ${step}`));
  return { client, provider, told };
}

describe('a provider without recursion', () => {
  it('answers once in NEVER', async () => {
    const { client, provider } = makeClient([sure('forty-two', 0.9)]);
    const response = await client.generate({ prompt: 'what?', reflectionMode: ReflectionMode.NEVER });
    expect(response).toMatchObject({
      answer: 'forty-two',
      reflectionSteps: 0,
      reflectionTrace: [],
      stopReason: 'reflection-off',
      provider: 'fake',
      modelName: 'fake-model',
      warnings: [],
    });
    expect(response.evidence.logprob).toBeCloseTo(0.9, 9);
    expect(provider.calls).toHaveLength(1);
    expect(trmResponseSchema.parse(response)).toEqual(response);
  });

  it('takes all steps in ALWAYS, also over the threshold and without improvement', async () => {
    const { client, provider, told } = makeClient([
      sure('one', 0.99),
      'critique 1',
      sure('two', 0.5),
      'critique 2',
      sure('one', 0.99),
      'critique 3',
      sure('three', 0.1),
    ]);
    const response = await client.generate({
      prompt: 'what?',
      reflectionMode: ReflectionMode.ALWAYS,
      maxReflectionSteps: 3,
    });
    expect(provider.calls).toHaveLength(7);
    expect(response.stopReason).toBe('max-steps');
    expect(response.reflectionTrace.map(({ taken }) => taken)).toEqual([false, true, false]);
    expect(response.reflectionTrace[0]).toMatchObject({ step: 1, reflection: 'critique 1', refinedAnswer: 'two' });
    expect(told).toEqual(['threshold 0', 'no improvement 1', 'threshold 2', 'no improvement 3']);
    expect(trmResponseSchema.parse(response)).toEqual(response);
  });

  it('stops in AUTO as soon as the confidence is over the threshold', async () => {
    const { client, provider, told } = makeClient(
      [sure('restart the pod', 0.7), 'be exact', sure('restart the pod shop-0', 0.95)],
      { confidenceThreshold: 0.75 },
    );
    const response = await client.generate({ prompt: 'what?', maxReflectionSteps: 5 });
    expect(provider.calls).toHaveLength(3);
    expect(response.answer).toBe('restart the pod shop-0');
    expect(response.stopReason).toBe('confidence');
    expect(response.confidence).toBeGreaterThan(0.75);
    expect(response.reflectionTrace).toHaveLength(1);
    const [step] = response.reflectionTrace;
    expect(step?.improvementScore).toBeCloseTo(response.confidence - (step?.initialConfidence ?? 0), 12);
    expect(step?.evidence.agreement).toBeGreaterThan(0.5);
    expect(response.evidence).toEqual(step?.evidence);
    expect(told).toEqual(['threshold 1']);
  });

  it('does not reflect in AUTO on an answer that is over the threshold at once', async () => {
    const { client, provider, told } = makeClient(['yes'], { verify: async () => 1 });
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ stopReason: 'confidence', reflectionSteps: 0, evidence: { verifier: 1 } });
    expect(provider.calls).toHaveLength(1);
    expect(told).toEqual(['threshold 0']);
  });

  it('does not take a refinement that scores worse, and stops in AUTO', async () => {
    const { client, provider, told } = makeClient([sure('right', 0.9), 'are you sure?', sure('wrong', 0.3)]);
    const response = await client.generate({ prompt: 'what?', maxReflectionSteps: 5 });
    expect(provider.calls).toHaveLength(3);
    expect(response.answer).toBe('right');
    expect(response.stopReason).toBe('no-improvement');
    expect(response.reflectionTrace[0]).toMatchObject({ initialAnswer: 'right', refinedAnswer: 'wrong', taken: false });
    expect(response.reflectionTrace[0]?.improvementScore).toBeLessThan(0);
    expect(response.confidence).toBe(response.reflectionTrace[0]?.initialConfidence);
    expect(told).toEqual(['no improvement 1']);
  });

  it('stops in AUTO at an answer that does not change', async () => {
    const { client } = makeClient([sure('Restart it.', 0.5), 'fine', sure('restart  it.', 0.5)]);
    const response = await client.generate({ prompt: 'what?', maxReflectionSteps: 5 });
    expect(response.stopReason).toBe('fixed-point');
    expect(response.evidence.agreement).toBe(1);
  });

  it('builds on the best answer, not on the last one', async () => {
    const { client, provider } = makeClient([sure('best', 0.9), 'c1', sure('bad', 0.1), 'c2', sure('worse', 0.1)]);
    await client.generate({ prompt: 'what?', reflectionMode: 'always', maxReflectionSteps: 2 });
    const lastRefinement = provider.calls[4]?.messages.at(-1)?.content;
    expect(lastRefinement).toContain('\nbest\n');
    expect(lastRefinement).not.toContain('bad');
  });

  it('asks for log-probabilities of answers where the provider has them, and for short critiques', async () => {
    const { client, provider } = makeClient([sure('a', 0.5), 'c', sure('b', 0.4)]);
    await client.generate({ prompt: 'what?', temperature: 0.3, maxTokens: 1_000 });
    expect(provider.calls.map(({ logprobs }) => logprobs)).toEqual([true, undefined, true]);
    expect(provider.calls.map(({ maxTokens }) => maxTokens)).toEqual([1_000, 256, 1_000]);
    expect(provider.calls.map(({ temperature }) => temperature)).toEqual([0.3, 0.3, 0.3]);
    expect(provider.calls.every((call) => call.onDelta === undefined && call.recursion === undefined)).toBe(true);
  });

  it('does not let praise of itself or length move the confidence', async () => {
    const confidences = await Promise.all(
      ['no', `I am absolutely certain, 100 % sure. ${'This is correct. '.repeat(50)}`].map(async (text) => {
        const { client } = makeClient([text]);
        return (await client.generate({ prompt: 'what?', reflectionMode: 'never' })).confidence;
      }),
    );
    expect(confidences).toEqual([0.5, 0.5]);
  });

  it('gives a finite confidence for impossible and for no tokens', async () => {
    for (const logprobs of [[Number.NEGATIVE_INFINITY, -1], []]) {
      const { client } = makeClient([{ text: 'x', logprobs }]);
      const { confidence } = await client.generate({ prompt: 'what?', reflectionMode: 'never' });
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('measures agreement by the embedder, and by words when that fails', async () => {
    const script = [sure('up', 0.6), 'c', sure('higher', 0.6)];
    const alike = makeClient(script, { embedder: async (texts) => texts.map(() => Float32Array.of(1, 0)) });
    expect((await alike.client.generate({ prompt: 'what?', maxReflectionSteps: 1 })).evidence.agreement).toBe(1);

    const broken = makeClient(script, { embedder: () => Promise.reject(new Error('no model')) });
    const response = await broken.client.generate({ prompt: 'what?', maxReflectionSteps: 1 });
    expect(response.reflectionTrace[0]?.evidence.agreement).toBe(0);
    expect(response.warnings).toEqual(['the embedder failed (no model); agreement is measured by words instead']);
  });

  it('goes on without a verifier that fails, and says so', async () => {
    const thrown = makeClient(['x'], { verify: () => Promise.reject(new Error('down')) });
    const first = await thrown.client.generate({ prompt: 'what?', reflectionMode: 'never' });
    expect(first.evidence).toEqual({});
    expect(first.warnings).toEqual(['verify failed (down); the answer counts as not verified']);

    const odd = makeClient(['x'], { verify: async () => Number.NaN });
    const second = await odd.client.generate({ prompt: 'what?', reflectionMode: 'never' });
    expect(second.warnings[0]).toMatch(/^verify gave NaN/);
    expect(second.confidence).toBe(0.5);
  });

  it('shows the verifier what it judges', async () => {
    const verify = vi.fn(async () => 0.9);
    const { client } = makeClient(['x'], { verify });
    await client.generate({ prompt: 'what?', context: { a: 1 }, reflectionMode: 'never' });
    expect(verify).toHaveBeenCalledWith({
      prompt: 'what?',
      context: { a: 1 },
      answer: 'x',
      signal: expect.any(AbortSignal),
    });
  });

  it('keeps the first answer when the provider fails afterwards', async () => {
    const { client } = makeClient([sure('first', 0.6), new ProviderError('fake', 'unavailable', 'gone')]);
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'first', stopReason: 'provider-error', reflectionSteps: 0 });
    expect(response.warnings).toEqual(['reflection 1 was broken off: fake: gone']);
  });

  it('lets a mistake in a provider through, also while it reflects', async () => {
    const { client } = makeClient([sure('first', 0.6), new TypeError('bug')]);
    await expect(client.generate({ prompt: 'what?' })).rejects.toThrow(TypeError);
  });

  it('adds up the tokens that are reported', async () => {
    const { client } = makeClient([
      { ...sure('a', 0.6), usage: { inputTokens: 10, outputTokens: 2 } },
      { text: 'c', usage: { inputTokens: 5 } },
      sure('b', 0.1),
    ]);
    expect((await client.generate({ prompt: 'what?' })).tokensUsed).toBe(17);
  });
});

describe('the deadline and the signal', () => {
  it.each([['heeds'], ['ignores']])('returns the best so far when a provider %s the deadline', async (kind) => {
    const hang = kind === 'ignores' ? 'deaf' : true;
    const { client } = makeClient([sure('first', 0.6), { hang }], { timeoutMs: 40 });
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'first', stopReason: 'deadline' });
    expect(response.warnings).toEqual(['reflection 1 was broken off: not done within 40 ms']);
  });

  it('keeps an answer whose verification does not end', async () => {
    const { client } = makeClient([sure('first', 0.6)], {
      timeoutMs: 40,
      verify: () => new Promise<number>(() => undefined),
    });
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'first', stopReason: 'deadline' });
    expect(response.evidence.logprob).toBeCloseTo(0.6, 9);
  });

  it('rejects when the deadline strikes before any answer', async () => {
    const { client } = makeClient([{ hang: 'deaf' }], { timeoutMs: 30 });
    await expect(client.generate({ prompt: 'what?' })).rejects.toThrow(DeadlineExceededError);
  });

  it('rejects when the caller gives up, answer or not', async () => {
    for (const script of [[{ hang: 'deaf' }], [sure('first', 0.6), { hang: 'deaf' }]] as FakeReply[][]) {
      const controller = new AbortController();
      const { client } = makeClient(script);
      const pending = client.generate({ prompt: 'what?', signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(pending).rejects.toThrow(AbortedError);
    }
  });

  it('asks nobody for a signal that has fired already', async () => {
    const { client, provider } = makeClient(['x']);
    await expect(client.generate({ prompt: 'what?', signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
    expect(provider.calls).toHaveLength(0);
  });
});
