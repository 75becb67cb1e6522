import { describe, expect, it } from 'vitest';
import { TRMClient, type TRMRequest, type TRMResponse, type TRMStreamEvent } from '../../../src/client/index.js';
import { AbortedError, InvalidInputError, ProviderError } from '../../../src/core/errors.js';
import { createFakeTextProvider, type FakeScript } from '../../../src/testing/index.js';

const SCRIPT: FakeScript = [
  { text: 'restart it', deltas: ['restart', ' it'], logprobs: [-0.5] },
  'which one?',
  { text: 'restart it now', logprobs: [-0.2] },
  'when?',
  { text: 'no', logprobs: [-3] },
];

const makeClient = (script: FakeScript = SCRIPT) => {
  const provider = createFakeTextProvider(script, { capabilities: { logprobs: true } });
  const down = createFakeTextProvider([new ProviderError('down', 'unavailable', 'gone')], { name: 'down' });
  return { provider, client: new TRMClient({ providers: [down, provider] }) };
};

async function readAll(stream: AsyncGenerator<TRMStreamEvent, TRMResponse, void>) {
  const events: TRMStreamEvent[] = [];
  for (;;) {
    const next = await stream.next();
    if (next.done) return { events, returned: next.value };
    events.push(next.value);
  }
}

/** What does not depend on the clock. */
const timeless = (response: TRMResponse) => ({
  ...response,
  durationMs: 0,
  attempts: response.attempts.map((attempt) => ({ ...attempt, durationMs: 0 })),
});

const REQUEST: TRMRequest = { prompt: 'what?', conversationId: 'c' };

describe('stream', () => {
  it('ends with the response that generate gives', async () => {
    const { events, returned } = await readAll(makeClient().client.stream(REQUEST));
    const generated = await makeClient().client.generate(REQUEST);
    expect(timeless(returned)).toEqual(timeless(generated));
    expect(events.at(-1)).toEqual({ type: 'response', response: returned });
  });

  it('tells what happens, in order', async () => {
    const { events, returned } = await readAll(makeClient().client.stream(REQUEST));
    expect(
      events.map((event) => (event.type === 'answer-delta' ? `${event.step}: ${event.text}` : event.type)),
    ).toEqual([
      'fallback',
      '0: restart',
      '0:  it',
      'reflection-start',
      '1: restart it now',
      'reflection-end',
      'reflection-start',
      '2: no',
      'reflection-end',
      'response',
    ]);
    expect(events[0]).toEqual({
      type: 'fallback',
      from: 'down',
      to: 'fake',
      reason: 'unavailable',
      message: 'down: gone',
    });
    const ended = events.flatMap((event) => (event.type === 'reflection-end' ? [event.reflection] : []));
    expect(ended).toEqual(returned.reflectionTrace);
  });

  it('asks nobody before it is read, and refuses a wrong request then', async () => {
    const { client, provider } = makeClient();
    const stream = client.stream({ prompt: '' });
    await expect(stream.next()).rejects.toThrow(InvalidInputError);
    client.stream(REQUEST);
    expect(provider.calls).toHaveLength(0);
  });

  it('throws what ends the request, after the events before it', async () => {
    const bug = new TypeError('bug');
    const events: TRMStreamEvent[] = [];
    const read = async () => {
      for await (const event of makeClient([{ text: 'a' }, bug]).client.stream(REQUEST)) events.push(event);
    };
    await expect(read()).rejects.toBe(bug);
    expect(events.map(({ type }) => type)).toEqual(['fallback', 'answer-delta', 'reflection-start', 'reflection-end']);
    expect(events.at(-1)).not.toHaveProperty('reflection');
  });

  it('ends the request when the reader leaves', async () => {
    const { client, provider } = makeClient([{ text: 'a' }, { hang: true }]);
    const failures: unknown[] = [];
    client.events.on('trm_generation_failed', ({ error }) => failures.push(error));
    for await (const event of client.stream(REQUEST)) {
      if (event.type === 'reflection-start') break;
    }
    expect(provider.calls.every(({ signal }) => signal.aborted)).toBe(true);
    expect(failures).toEqual([expect.any(AbortedError)]);
  });

  it('heeds the signal of the caller', async () => {
    const controller = new AbortController();
    const { client } = makeClient([{ text: 'a' }, { hang: 'deaf' }]);
    const read = async () => {
      for await (const event of client.stream({ ...REQUEST, signal: controller.signal })) {
        if (event.type === 'reflection-start') controller.abort();
      }
    };
    await expect(read()).rejects.toThrow(AbortedError);
  });
});
