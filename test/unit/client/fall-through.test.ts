import { describe, expect, it } from 'vitest';
import { TRMClient, type TRMClientOptions } from '../../../src/client/index.js';
import {
  AbortedError,
  DeadlineExceededError,
  NoProviderAvailableError,
  OverloadedError,
  ProviderError,
} from '../../../src/core/errors.js';
import { createFakeTextProvider, type FakeReply, type FakeTextProvider } from '../../../src/testing/index.js';

const native = (name: string, reply: FakeReply | Error) =>
  createFakeTextProvider([reply], { name, capabilities: { recursion: 'native' } });

/** A native provider that answers with a confidence. */
const answering = (name: string, confidence: number) =>
  native(name, { steps: [{ text: `answer of ${name}`, confidence }] });

const failing = (name: string, reason: ConstructorParameters<typeof ProviderError>[1] = 'unavailable') =>
  native(name, new ProviderError(name, reason, 'cannot'));

const ask = (providers: FakeTextProvider[], options: Partial<TRMClientOptions> = {}, signal?: AbortSignal) =>
  new TRMClient({ providers, ...options }).generate({ prompt: 'what?', signal });

describe('several providers', () => {
  it('asks the second only when the first cannot', async () => {
    const second = answering('b', 0.9);
    const response = await ask([answering('a', 0.1), second]);
    expect(response.provider).toBe('a');
    expect(response.attempts).toEqual([
      {
        provider: 'a',
        modelId: 'a-model',
        outcome: 'answered',
        message: '',
        durationMs: expect.any(Number),
        confidence: 0.1,
      },
    ]);
    expect(second.calls).toHaveLength(0);
  });

  it('records why each one failed', async () => {
    const response = await ask([
      failing('a', 'out-of-domain'),
      native('b', new OverloadedError('queue is full')),
      native('c', new DeadlineExceededError('own limit')),
      native('d', { text: ' ' }),
      native('e', { text: 'x', usage: { inputTokens: -1 } }),
      answering('f', 0.9),
    ]);
    expect(response.provider).toBe('f');
    expect(response.attempts.map(({ provider, outcome, reason }) => [provider, outcome, reason])).toEqual([
      ['a', 'failed', 'out-of-domain'],
      ['b', 'failed', 'overloaded'],
      ['c', 'failed', 'timeout'],
      ['d', 'failed', 'bad-response'],
      ['e', 'failed', 'bad-response'],
      ['f', 'answered', undefined],
    ]);
    expect(response.attempts[0]?.message).toBe('a: cannot');
    expect(response.attempts[4]?.message).toContain('usage.inputTokens');
  });

  it('goes on below fallbackBelow, and stays at it', async () => {
    const response = await ask([answering('a', 0.69), answering('b', 0.7), answering('c', 1)], { fallbackBelow: 0.7 });
    expect(response).toMatchObject({ provider: 'b', confidence: 0.7 });
    expect(response.attempts[0]).toMatchObject({
      outcome: 'low-confidence',
      reason: 'low-confidence',
      confidence: 0.69,
    });
    expect(response.attempts[0]?.message).toBe('a: confidence 0.690 is below 0.7 (fallbackBelow)');
  });

  it('returns the best of the low answers when nobody does better', async () => {
    const low = { fallbackBelow: 0.7 };
    expect((await ask([answering('a', 0.5), failing('b')], low)).provider).toBe('a');
    expect((await ask([answering('a', 0.5), answering('b', 0.6), answering('c', 0.4)], low)).provider).toBe('b');
    expect((await ask([answering('a', 0.5), answering('b', 0.5)], low)).provider).toBe('a');
  });

  it('returns an earlier low answer when the deadline strikes in a later provider', async () => {
    const options = { fallbackBelow: 0.7, timeoutMs: 30 };
    const response = await ask([answering('a', 0.5), native('b', { hang: 'deaf' }), answering('c', 1)], options);
    expect(response).toMatchObject({ provider: 'a', stopReason: 'deadline' });
    expect(response.attempts.map(({ reason }) => reason)).toEqual(['low-confidence', 'deadline']);
  });

  it('does not return an earlier answer to a caller who gave up', async () => {
    const controller = new AbortController();
    const pending = ask([answering('a', 0.5), native('b', { hang: true })], { fallbackBelow: 0.7 }, controller.signal);
    setTimeout(() => controller.abort(), 20);
    await expect(pending).rejects.toThrow(AbortedError);
  });

  it('names every attempt when all fail', async () => {
    const error = await ask([failing('a'), failing('b', 'unauthorized')]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoProviderAvailableError);
    expect((error as NoProviderAvailableError).attempts).toEqual([
      { provider: 'a', reason: 'unavailable', message: 'a: cannot' },
      { provider: 'b', reason: 'unauthorized', message: 'b: cannot' },
    ]);
  });

  it('does not hide a mistake in the code of a provider', async () => {
    const second = answering('b', 1);
    await expect(ask([native('a', new TypeError('bug')), second])).rejects.toThrow(TypeError);
    expect(second.calls).toHaveLength(0);
  });

  it('asks fallbacks last', async () => {
    const response = await ask([failing('a')], { fallbacks: [answering('b', 0.8)] });
    expect(response.provider).toBe('b');
  });
});
