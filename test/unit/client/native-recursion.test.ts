import { describe, expect, it } from 'vitest';
import { TRMClient, trmResponseSchema } from '../../../src/client/index.js';
import type { RecursionStep } from '../../../src/domain/index.js';
import { createFakeTextProvider, type FakeReply } from '../../../src/testing/index.js';

const steps = (...pairs: [string, number][]): RecursionStep[] =>
  pairs.map(([text, confidence]) => ({ text, confidence }));

function makeClient(reply: FakeReply) {
  const provider = createFakeTextProvider([reply], { name: 'trm', capabilities: { recursion: 'native' } });
  return { provider, client: new TRMClient({ providers: [provider], verify: async () => 0 }) };
}

describe('a provider with native recursion', () => {
  it('is asked once, with the context as it is and the rule to stop by', async () => {
    const { client, provider } = makeClient({ steps: steps(['a', 0.3], ['b', 0.9]) });
    const response = await client.generate({ prompt: 'what?', context: { labels: { pod: 'x' } } });
    expect(provider.calls).toHaveLength(1);
    expect(provider.calls[0]).toMatchObject({
      context: { labels: { pod: 'x' } },
      recursion: { maxSteps: 3, stopConfidence: 0.85 },
    });
    expect(response).toMatchObject({ answer: 'b', confidence: 0.9, stopReason: 'confidence', reflectionSteps: 2 });
    expect(response.reflectionTrace[1]).toMatchObject({
      step: 2,
      initialAnswer: 'a',
      initialConfidence: 0.3,
      reflection: '',
      refinedAnswer: 'b',
      confidence: 0.9,
      taken: true,
      evidence: {},
    });
    expect(response.reflectionTrace[1]?.improvementScore).toBeCloseTo(0.6, 12);
    expect(trmResponseSchema.parse(response)).toEqual(response);
  });

  it('gets the conversation as it is, however long: it has no window of tokens', async () => {
    const { client, provider } = makeClient({ steps: steps(['a', 0.9]) });
    const prompt = `{"labels": {"alertname": "X", "pod": "${'x'.repeat(8_000)}"}}`;
    const history = [{ role: 'user', content: 'Hello' }] as const;
    const response = await client.generate({ prompt, history, context: { retrieved: 'y'.repeat(100_000) } });
    expect(provider.calls[0]?.messages).toEqual([...history, { role: 'user', content: prompt }]);
    expect(response.warnings).toEqual([]);
  });

  it('stops at the first step over the threshold, also when the provider went on', async () => {
    const { client } = makeClient({ steps: steps(['a', 0.9], ['b', 0.95]) });
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'a', reflectionSteps: 1, stopReason: 'confidence' });
  });

  it('stops at a fixed point', async () => {
    const { client } = makeClient({ steps: steps(['a', 0.4], ['a', 0.5], ['b', 0.6]) });
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'a', confidence: 0.5, reflectionSteps: 2, stopReason: 'fixed-point' });
  });

  it('answers with the best step, not the last', async () => {
    const { client } = makeClient({ steps: steps(['a', 0.4], ['b', 0.7], ['c', 0.6]) });
    const told: number[] = [];
    client.events.on('trm_no_improvement', ({ step, bestConfidence }) => told.push(step, bestConfidence));
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'b', confidence: 0.7, stopReason: 'max-steps' });
    expect(response.reflectionTrace.map(({ taken }) => taken)).toEqual([true, true, false]);
    expect(told).toEqual([3, 0.7]);
  });

  it('takes all steps in ALWAYS', async () => {
    const { client, provider } = makeClient({ steps: steps(['a', 0.9], ['a', 0.9], ['b', 0.95]) });
    const response = await client.generate({ prompt: 'what?', reflectionMode: 'always' });
    expect(provider.calls[0]?.recursion).toEqual({ maxSteps: 3 });
    expect(response).toMatchObject({ answer: 'b', reflectionSteps: 3, stopReason: 'max-steps' });
  });

  it('takes one step in NEVER, which is no reflection', async () => {
    const { client, provider } = makeClient({ steps: steps(['a', 0.4]) });
    const response = await client.generate({ prompt: 'what?', reflectionMode: 'never' });
    expect(provider.calls[0]?.recursion).toEqual({ maxSteps: 1 });
    expect(response).toMatchObject({
      answer: 'a',
      confidence: 0.4,
      reflectionTrace: [],
      stopReason: 'reflection-off',
    });
  });

  it('does not answer with a step that has no text', async () => {
    const { client } = makeClient({ text: 'end', steps: steps(['', 0.8], ['end', 0.2]) });
    expect(await client.generate({ prompt: 'what?' })).toMatchObject({ answer: 'end', confidence: 0.2 });
  });

  it('is scored as any other when it gives no steps, with a warning', async () => {
    const { client } = makeClient({ text: 'a' });
    const response = await client.generate({ prompt: 'what?' });
    expect(response).toMatchObject({ answer: 'a', reflectionTrace: [], evidence: { verifier: 0 } });
    expect(response.warnings).toEqual(['trm: gave no steps of its recursion; its answer is scored as any other']);
  });

  it('streams its steps', async () => {
    const { client } = makeClient({ deltas: ['a', 'b'], text: 'ab', steps: steps(['x', 0.1], ['ab', 0.9]) });
    const types: string[] = [];
    for await (const event of client.stream({ prompt: 'what?' })) types.push(event.type);
    expect(types).toEqual([
      'answer-delta',
      'answer-delta',
      ...Array(2).fill(['reflection-start', 'reflection-end']).flat(),
      'response',
    ]);
  });
});
