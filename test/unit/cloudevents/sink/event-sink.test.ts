import type { CloudEvent } from 'cloudevents';
import { afterEach, describe, expect, it } from 'vitest';
import { createEventSink, type EventSink, type EventSinkOptions } from '../../../../src/cloudevents/index.js';
import { readMessage } from '../../../../src/cloudevents/message/read-message.js';
import { createDeadline } from '../../../../src/core/deadline.js';
import {
  AbortedError,
  ConfigurationError,
  DeadlineExceededError,
  DeliveryError,
  DisposedError,
  InvalidInputError,
} from '../../../../src/core/errors.js';
import { type Loopback, type SinkScript, startSink } from '../loopback.js';
import { trigger } from '../samples.js';

const servers: Loopback[] = [];
const sinks: EventSink[] = [];
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.dispose();
  for (const server of servers.splice(0)) await server.close();
});

async function start(script: SinkScript, options: EventSinkOptions = {}, path = '/default/broker/') {
  const server = await startSink(script);
  servers.push(server);
  const sink = createEventSink({
    url: `${server.origin}${path}`,
    ...options,
    retry: { delayMs: 1, attemptTimeoutMs: 60_000, ...options.retry },
  });
  sinks.push(sink);
  return { ...server, sink };
}

async function failureOf(work: Promise<unknown>): Promise<DeliveryError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!DeliveryError.isInstance(error)) throw new Error('expected a DeliveryError', { cause: error });
  return error;
}

describe('a delivery', () => {
  it.each(['binary', 'structured'] as const)('posts the event in %s mode, and says what it took', async (mode) => {
    const { sink, requests, origin } = await start(() => 202, {
      mode,
      token: 'secret-token',
      headers: { 'X-Team': 'sre' },
    });
    const event = trigger();
    expect(await sink.send(event)).toMatchObject({ id: event.id, status: 202, attempts: 1 });
    expect(sink.origin).toBe(origin);
    const [request] = requests;
    expect(request).toMatchObject({
      url: '/default/broker/',
      headers: { authorization: 'Bearer secret-token', 'x-team': 'sre' },
    });
    const content = readMessage({ headers: request?.headers ?? {}, body: request?.body ?? '' });
    expect(content).toMatchObject({ mode, events: [{ id: event.id, source: event.source, data: event.data }] });
  });

  it.each([200, 201, 202, 204, 299])('is done with %i', async (status) => {
    const { sink, requests } = await start(() => status);
    expect(await sink.send(trigger())).toMatchObject({ status, attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it.each([300, 301, 302, 304, 307, 308, 400, 401, 403, 405, 406, 410, 413, 415, 422, 431, 451])(
    'is not tried again after %i, and no redirect is followed',
    async (status) => {
      const { sink, requests } = await start(() => ({ status, headers: { location: '/elsewhere' } }));
      expect(await failureOf(sink.send(trigger()))).toMatchObject({ reason: 'refused', status, attempts: 1 });
      expect(requests).toHaveLength(1);
    },
  );

  it('is not tried again after an informational status in place of an answer', async () => {
    const { sink, requests } = await start(() => ({ status: 101, headers: { connection: 'upgrade', upgrade: 'x' } }));
    expect(await failureOf(sink.send(trigger()))).toMatchObject({ reason: 'refused', attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  it.each<[number | 'reset']>([[404], [408], [409], [429], [500], [501], [502], [503], [504], ['reset']])(
    'is tried again after %s, and recovers',
    async (turn) => {
      const { sink, requests } = await start((request) => (request < 2 ? turn : 202));
      expect(await sink.send(trigger())).toMatchObject({ status: 202, attempts: 3 });
      // At least once means the very same event, each time.
      expect(new Set(requests.map(({ headers }) => headers['ce-id'])).size).toBe(1);
    },
  );

  it('ends after as many attempts as allowed', async () => {
    const { sink, requests } = await start(() => 503, { retry: { maxAttempts: 4 } });
    const error = await failureOf(sink.send(trigger()));
    expect(error).toMatchObject({ reason: 'unavailable', status: 503, attempts: 4, deadLettered: false });
    expect(error.message).toMatch(/answered 503 \(tried 4 times\)$/);
    expect(requests).toHaveLength(4);
  });

  it('is tried again when nobody listens', async () => {
    const server = await startSink(() => 202);
    await server.close();
    const sink = createEventSink({ url: server.origin, retry: { delayMs: 1, maxAttempts: 3 } });
    sinks.push(sink);
    const error = await failureOf(sink.send(trigger()));
    expect(error).toMatchObject({ reason: 'unavailable', status: undefined, attempts: 3 });
    expect(error.message).toMatch(/ECONNREFUSED/);
  });

  it('is tried again when an attempt hangs', async () => {
    const { sink } = await start((request) => (request === 0 ? 'hang' : 202), { retry: { attemptTimeoutMs: 100 } });
    expect(await sink.send(trigger())).toMatchObject({ status: 202 });
  });

  it('takes a 2xx for done although its body never ends', async () => {
    const { sink } = await start(() => ({ status: 200, headers: { 'content-length': '10' }, body: 'x' }));
    expect(await sink.send(trigger())).toMatchObject({ status: 200, attempts: 1 });
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '0'],
    ['a date that has passed', 'Wed, 21 Oct 2015 07:28:00 GMT'],
    ['garbage', 'soon'],
    ['a negative number', '-5'],
    ['nothing', ''],
  ])('of %s (%s) leaves it at the usual wait', async (_, value) => {
    const { sink } = await start((request) =>
      request === 0 ? { status: 429, headers: { 'retry-after': value } } : 202,
    );
    expect(await sink.send(trigger())).toMatchObject({ attempts: 2 });
  });

  it.each([
    ['seconds', '86400'],
    ['a date far away', 'Fri, 31 Dec 2100 23:59:59 GMT'],
  ])('of %s that end after the deadline (%s) ends the delivery at once', async (_, value) => {
    const { sink, requests } = await start(() => ({ status: 503, headers: { 'retry-after': value } }));
    expect(await failureOf(sink.send(trigger()))).toMatchObject({ status: 503, attempts: 1, reason: 'unavailable' });
    expect(requests).toHaveLength(1);
  });
});

describe('an end before the end', () => {
  it('comes with the time limit, and says what happened before', async () => {
    const { sink } = await start((request) => ([202, 500] as const)[request] ?? 'hang', { timeoutMs: 3_000 });
    await sink.send(trigger());
    const error = await failureOf(sink.send(trigger()));
    expect(error).toMatchObject({ reason: 'timeout', deadLettered: false });
    expect(error.message).toMatch(/took longer than 3000 ms(; before, .* answered 500)?/);
  });

  it('comes with the signal of the call or of the sink, and buries nothing', async () => {
    const dead: unknown[] = [];
    const life = new AbortController();
    const call = new AbortController();
    const onDeadLetter = (event: unknown) => dead.push(event);
    const { sink, requests } = await start(() => 'hang', { signal: life.signal, onDeadLetter });
    const reached = async (count: number) => {
      while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    const first = sink.send(trigger(), { signal: call.signal });
    const second = sink.send(trigger(), { signal: new AbortController().signal });
    await reached(2);
    call.abort();
    await expect(first).rejects.toThrow(AbortedError);
    life.abort();
    await expect(second).rejects.toThrow(AbortedError);
    await expect(sink.send(trigger())).rejects.toThrow(AbortedError);
    expect([dead, requests.length]).toEqual([[], 2]);
  });

  it('comes during a wait, too', async () => {
    const { sink } = await start(() => ({ status: 503, headers: { 'retry-after': '30' } }));
    const deadline = createDeadline({ timeoutMs: 40 });
    await expect(sink.send(trigger(), { signal: deadline.signal })).rejects.toThrow(DeadlineExceededError);
  });

  it('comes with dispose, after what is running', async () => {
    const { sink } = await start(() => 202);
    const running = sink.send(trigger());
    await sink.dispose();
    expect(await running).toMatchObject({ status: 202 });
    await expect(sink.send(trigger())).rejects.toThrow(DisposedError);
  });
});

describe('a dead letter', () => {
  const collect = () => {
    const letters: [CloudEvent<unknown>, DeliveryError][] = [];
    const onDeadLetter = async (event: CloudEvent<unknown>, error: DeliveryError) => letters.push([event, error]);
    return { letters, onDeadLetter };
  };

  it('carries where it should have gone, and what the sink said, without secrets', async () => {
    const { letters, onDeadLetter } = collect();
    const { sink, origin } = await start(
      () => ({ status: 403, body: 'token secret-token is not\r\nallowed' }),
      { token: 'secret-token', onDeadLetter },
      '/broker?key=query-secret',
    );
    const event = trigger();
    const error = await failureOf(sink.send(event));
    expect(error).toMatchObject({ reason: 'refused', status: 403, deadLettered: true });
    expect(error.message).not.toMatch(/secret/);
    const [[letter, reported] = []] = letters;
    expect({ ...letter }).toMatchObject({
      id: event.id,
      source: event.source,
      data: event.data,
      knativeerrordest: `${origin}/broker`,
      knativeerrorcode: 403,
      knativeerrordata: 'token [redacted] is not allowed',
    });
    expect(reported).toMatchObject({ status: 403, deadLettered: false });
  });

  it('has no code where nothing was answered, and comes after a timeout', async () => {
    const { letters, onDeadLetter } = collect();
    const { sink } = await start(() => 'hang', { onDeadLetter, timeoutMs: 40 });
    expect(await failureOf(sink.send(trigger()))).toMatchObject({ reason: 'timeout', deadLettered: true });
    expect(Object.keys(letters[0]?.[0] ?? {})).not.toContain('knativeerrorcode');
  });

  it('is none for a sink that recovers', async () => {
    const { letters, onDeadLetter } = collect();
    const { sink } = await start((request) => (request === 0 ? 500 : 202), { onDeadLetter });
    await sink.send(trigger());
    expect(letters).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('that is not taken, since the callback %s, is no secret', async (_, onDeadLetter) => {
    const { sink } = await start(() => 400, { onDeadLetter });
    const error = await failureOf(sink.send(trigger()));
    expect(error).toMatchObject({ deadLettered: false, cause: { message: 'disk full' } });
    expect(error.message).toMatch(/the dead-letter callback failed too$/);
  });
});

describe('what is added', () => {
  it('is set on every event as extension, over its own', async () => {
    const { sink, requests } = await start(() => 202, { overrides: { team: 'sre é', partitionkey: 'one' } });
    await sink.send(trigger());
    expect(requests[0]?.headers).toMatchObject({ 'ce-team': 'sre%20%C3%A9', 'ce-partitionkey': 'one' });
  });
});

describe('options', () => {
  it.each<[EventSinkOptions, RegExp]>([
    [{ url: 'broker' }, /^url: expected a URL/],
    [{ url: 'ftp://broker' }, /^url: /],
    [{ mode: 'batch' as 'binary' }, /^mode: expected binary or structured/],
    [{ timeoutMs: 0 }, /^timeoutMs: /],
    [{ retry: { maxAttempts: 0 } }, /^retry\.maxAttempts: /],
    [{ retry: { delayMs: 1e12 } }, /^retry\.delayMs: /],
    [{ headers: { 'Content-Type': 'x' } }, /^headers: /],
    [{ headers: { 'ce-id': 'x' } }, /^headers: /],
    [{ headers: { 'x y': 'x' } }, /^headers: /],
    [{ headers: { 'x-key': 'secret\r\nvalue' } }, /^headers: expected printable ASCII as value of x-key$/],
    [{ overrides: { id: 'x' } }, /^overrides: /],
    [{ overrides: { 'my-ext': 'x' } }, /^overrides: /],
    [{ token: 'secret\nvalue' }, /^token: expected a token of printable ASCII/],
  ])('refuses %j', (options, message) => {
    const create = (): unknown => createEventSink({ url: 'http://127.0.0.1:1', ...options });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
    expect(create).not.toThrow(/secret/);
  });

  it('refuses to send what is no event', async () => {
    const { sink, requests } = await start(() => 202);
    const broken = { ...trigger(), source: '' };
    await expect(sink.send(broken)).rejects.toThrow(InvalidInputError);
    expect(requests).toEqual([]);
  });
});
