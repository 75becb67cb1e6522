import { afterEach, describe, expect, it } from 'vitest';
import {
  type AlertReceiverOptions,
  createAlertReceiver,
  type ReceivedEvent,
  type SkippedAlert,
} from '../../../../src/cloudevents/index.js';
import {
  ConfigurationError,
  DeadlineExceededError,
  DeliveryError,
  InvalidInputError,
  OverloadedError,
} from '../../../../src/core/errors.js';
import { type Loopback, listen, post } from '../loopback.js';
import {
  ALERT,
  ATTRIBUTES,
  batchMessage,
  binaryMessage,
  NOW,
  PARSED_ALERT,
  structuredMessage,
  WEBHOOK,
  webhookMessage,
} from '../samples.js';

const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(options: Partial<AlertReceiverOptions> = {}) {
  const taken: ReceivedEvent[][] = [];
  const errors: unknown[] = [];
  const server = await listen(
    createAlertReceiver({
      onAlerts: async (events) => void taken.push([...events]),
      onError: (error) => errors.push(error),
      now: () => NOW,
      ...options,
    }),
  );
  servers.push(server);
  return { origin: server.origin, taken, errors };
}

/** A promise with its resolver. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('createAlertReceiver', () => {
  it.each([
    ['binary mode', binaryMessage()],
    ['structured mode', structuredMessage()],
    ['a webhook', webhookMessage()],
  ])('answers 202 without a body to %s, once the alerts are handled', async (_, message) => {
    const { origin, taken, errors } = await start();
    expect(await post(origin, message)).toMatchObject({ status: 202, text: '' });
    expect(taken).toHaveLength(1);
    expect(taken[0]?.[0]?.alerts).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it.each([
    [400, 'malformed', webhookMessage({ alerts: 'SECRET-ECHO' })],
    [400, 'unknown-type', structuredMessage({ ...ATTRIBUTES, type: 'SECRET-ECHO', data: {} })],
    [415, 'unsupported-media-type', { headers: { 'content-type': 'text/SECRET-ECHO' }, body: '{}' }],
    [413, 'too-large', webhookMessage({ alerts: [], more: 'SECRET-ECHO'.repeat(500) })],
  ])('answers %i (%s) and tells the client nothing of its request', async (status, reason, message) => {
    const { origin, taken, errors } = await start({ maxBytes: 4_000 });
    const answer = await post(origin, message);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ status, reason });
    expect(answer.text).not.toMatch(/secret-echo/i);
    expect(taken).toEqual([]);
    expect(errors).toMatchObject([{ name: 'EventError', reason }]);
  });

  it('counts the bytes of a body whose length is not announced', async () => {
    const { origin, taken } = await start({ maxBytes: 4_000 });
    const body = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 50; piece++) controller.enqueue(Buffer.alloc(100, ' '));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' } as const;
    const status = await fetch(origin, init as unknown as RequestInit).then((response) => response.status);
    expect(status).toBe(413);
    expect(taken).toEqual([]);
  });

  it('answers 405 to other methods', async () => {
    const { origin } = await start();
    const answer = await post(origin, { headers: {}, body: '' }, 'GET');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each([
    ['has no room', new OverloadedError('full'), 503],
    ['could not deliver', new DeliveryError('sink is down'), 503],
    ['ran out of time', new DeadlineExceededError('late'), 503],
    ['fails', new Error('SECRET-ECHO'), 500],
    ['is called wrongly by us', new InvalidInputError('x', 'SECRET-ECHO'), 500],
  ])('answers 5xx, never 429, when the handler %s: both senders send again', async (_, error, status) => {
    const { origin, errors } = await start({
      onAlerts: async () => {
        throw error;
      },
    });
    for (const message of [webhookMessage(), binaryMessage()]) {
      const answer = await post(origin, message);
      expect(answer.status).toBe(status);
      expect(answer.text).not.toContain('SECRET-ECHO');
    }
    expect(errors).toEqual([error, error]);
  });

  it('answers 503 with Retry-After to more requests than it has room for', async () => {
    const { open, opened } = gate();
    const { open: seen, opened: started } = gate();
    const { origin } = await start({
      maxInFlight: 1,
      onAlerts: async () => {
        seen();
        await opened;
      },
    });
    const first = post(origin, webhookMessage());
    await started;
    const second = await post(origin, webhookMessage());
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    open();
    expect((await first).status).toBe(202);
    expect((await post(origin, webhookMessage())).status).toBe(202);
  });

  it('answers 503 when time is up, also to a handler that does not heed its signal', async () => {
    const { origin, errors } = await start({ timeoutMs: 30, onAlerts: () => new Promise(() => undefined) });
    expect((await post(origin, webhookMessage())).status).toBe(503);
    expect(errors).toMatchObject([{ name: 'DeadlineExceededError' }]);
  });

  it('ends with its signal; a handler that does not heed it keeps its room until it ends', async () => {
    const controller = new AbortController();
    const { open, opened } = gate();
    const { open: seen, opened: started } = gate();
    let handed: AbortSignal | undefined;
    const { origin } = await start({
      signal: controller.signal,
      maxInFlight: 1,
      onAlerts: async (_, { signal }) => {
        handed = signal;
        seen();
        await opened;
      },
    });
    const first = post(origin, webhookMessage());
    await started;
    controller.abort();
    expect((await first).status).toBe(503);
    expect(handed?.aborted).toBe(true);
    expect((await post(origin, webhookMessage())).headers.get('retry-after')).toBe('1');
    open();
    await opened;
    expect((await post(origin, webhookMessage())).status).toBe(503);
  });

  it('does not hand out expired events, and reports them', async () => {
    const expired: ReceivedEvent[] = [];
    const { origin, taken } = await start({ onExpired: (event) => expired.push(event) });
    const late = { ...ATTRIBUTES, expirytime: '2026-01-31T07:00:00Z', data: { labels: { alertname: 'Late' } } };
    const fresh = { ...ATTRIBUTES, id: 'event-2', data: { labels: { alertname: 'Fresh' } } };
    expect((await post(origin, batchMessage([late, fresh]))).status).toBe(202);
    expect((await post(origin, structuredMessage(late))).status).toBe(202);
    expect(taken.flat().map(({ origin: from }) => from?.id)).toEqual(['event-2']);
    expect(expired).toHaveLength(2);
  });

  it('hands out the valid alerts and reports those that it skipped, to onError unless onSkipped is there', async () => {
    const faulty = { ...ALERT, startsAt: 'garbage' };
    const message = webhookMessage({ ...WEBHOOK, alerts: [faulty, ALERT] });
    const skipped: SkippedAlert[] = [];
    const told = await start({ onSkipped: (alert) => skipped.push(alert) });
    const untold = await start();
    for (const { origin, taken } of [told, untold]) {
      expect(await post(origin, message)).toMatchObject({ status: 202, text: '' });
      expect(taken.flat().map(({ alerts }) => alerts)).toEqual([[PARSED_ALERT]]);
    }
    expect([told.errors, skipped]).toMatchObject([[], [{ alertIndex: 0, fingerprint: ALERT.fingerprint }]]);
    expect(untold.errors).toMatchObject([{ name: 'EventError', reason: 'malformed' }]);
  });

  it('answers once alerts are kept where there is durable storage, and goes on behind the answer', async () => {
    const { open, opened } = gate();
    const kept: number[] = [];
    const failure = new Error('behind the answer');
    const { origin, errors } = await start({
      maxInFlight: 1,
      durable: async (events) => void kept.push(events.length),
      onAlerts: async () => {
        await opened;
        throw failure;
      },
    });
    expect((await post(origin, webhookMessage())).status).toBe(202);
    expect(kept).toEqual([1]);
    // The work behind the answer still takes its room.
    expect((await post(origin, webhookMessage())).status).toBe(503);
    open();
    while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([failure]);
  });

  it('answers 5xx when alerts could not be kept', async () => {
    const { origin, taken } = await start({
      durable: async () => {
        throw new Error('disk full');
      },
    });
    expect((await post(origin, webhookMessage())).status).toBe(500);
    expect(taken).toEqual([]);
  });

  it.each([{ maxBytes: 0 }, { maxInFlight: 1.5 }, { timeoutMs: Number.NaN }])('refuses the option %j', (options) => {
    expect(() => createAlertReceiver({ onAlerts: async () => undefined, ...options })).toThrow(ConfigurationError);
  });
});
