import { describe, expect, it } from 'vitest';
import {
  createMemoryDedupeStore,
  type DedupeStore,
  type EventMessage,
  handleLambdaEvents,
  type LambdaCall,
  type LambdaEventsOptions,
  type LambdaHandler,
  type LambdaOutcome,
  type LambdaResult,
  writeMessage,
} from '../../../../src/cloudevents/index.js';
import { ConfigurationError, EventError } from '../../../../src/core/errors.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { batchMessage, NOW, structuredMessage, TRIGGER, trigger, webhookMessage } from '../samples.js';

const message = (changes: Parameters<typeof trigger>[0] = {}): EventMessage => writeMessage(trigger(changes), 'binary');
const dataOf = (changes: Record<string, unknown>) => {
  const event = trigger();
  return structuredMessage({ ...event.toJSON(), data: { ...event.data, ...changes } });
};

function start(handler: LambdaHandler = async () => 'effective', options: LambdaEventsOptions = {}) {
  const calls: LambdaCall[] = [];
  const results: LambdaResult[] = [];
  const errors: unknown[] = [];
  const counting: LambdaHandler = (call, more) => {
    calls.push(call);
    return handler(call, more);
  };
  const { handle } = handleLambdaEvents(
    { 'pod-restart': counting, 'scale-deployment': counting },
    {
      now: () => NOW,
      catalog: DEFAULT_CATALOG,
      onOutcome: (result) => results.push(result),
      onError: (error) => errors.push(error),
      ...options,
    },
  );
  return { handle, calls, results, errors };
}

function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('handleLambdaEvents', () => {
  it('hands the call to its function and reports the outcome', async () => {
    const { handle, calls, results } = start();
    expect(await handle(message())).toMatchObject({ status: 202, results: [{ disposition: 'handled' }] });
    expect(calls).toEqual([
      {
        lambdaFunction: 'pod-restart',
        parameters: TRIGGER.call.parameters,
        alert: TRIGGER.alert,
        confidence: 0.93,
        triggeredBy: 'trm',
        correlationId: 'incident-7',
        origin: expect.objectContaining({ id: trigger().id, subject: 'shop/pod/web-0' }),
      },
    ]);
    expect(results).toMatchObject([{ outcome: 'effective', call: calls[0] }]);
    expect(results[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it.each<[LambdaOutcome | undefined, LambdaOutcome, number]>([
    ['effective', 'effective', 202],
    ['ineffective', 'ineffective', 202],
    ['unknown', 'unknown', 202],
    [undefined, 'unknown', 202],
    ['nonsense' as LambdaOutcome, 'unknown', 202],
    ['failed', 'failed', 500],
  ])('takes %s for %s and answers %i', async (returned, outcome, status) => {
    const { handle, results } = start(async () => returned);
    expect((await handle(message())).status).toBe(status);
    expect(results).toMatchObject([{ outcome }]);
  });

  it.each<[string, EventMessage, string]>([
    ['a webhook', webhookMessage(), 'malformed'],
    ['another type', structuredMessage({ ...trigger().toJSON(), type: 'other' }), 'unknown-type'],
    ['a function of no one', dataOf({ lambda_function: 'rm-rf' }), 'unknown-function'],
    ['a function called as a method of objects', dataOf({ lambda_function: 'constructor' }), 'unknown-function'],
    ['no data', structuredMessage({ ...trigger().toJSON(), data: undefined }), 'malformed'],
    ['parameters that are an array', dataOf({ parameters: [] }), 'malformed'],
    ['an object as parameter', dataOf({ parameters: { name: {} } }), 'malformed'],
    ['a missing parameter', dataOf({ parameters: { namespace: 'shop' } }), 'invalid-parameters'],
    ['an extra parameter', dataOf({ parameters: { namespace: 'a', name: 'b', force: true } }), 'invalid-parameters'],
    ['a resolved alert', dataOf({ alert: { ...TRIGGER.alert, status: 'resolved' } }), 'malformed'],
    ['an alert without a name', dataOf({ alert: { labels: {} } }), 'malformed'],
    ['a confidence over 1', dataOf({ confidence: 1.5 }), 'malformed'],
    ['a confidence in words', dataOf({ confidence: 'high' }), 'malformed'],
    ['no correlation', dataOf({ correlation_id: '' }), 'malformed'],
    [
      'a faulty event within a batch',
      batchMessage([trigger().toJSON(), { ...trigger().toJSON(), id: '' }]),
      'malformed',
    ],
  ])('answers 400 to %s and runs nothing', async (_, given, reason) => {
    const { handle, calls, results } = start();
    const answer = await handle(given);
    expect(answer).toMatchObject({ status: 400, reason, results: [] });
    expect(answer.error).toBeInstanceOf(EventError);
    expect([calls, results]).toEqual([[], []]);
  });

  it('answers 413 and 415', async () => {
    const { handle } = start(undefined, { maxBytes: 100 });
    expect((await handle(message())).status).toBe(413);
    expect((await handle({ headers: { 'content-type': 'text/plain' }, body: '' })).status).toBe(415);
  });

  it('runs nothing for an event that has expired, and says so', async () => {
    const { handle, calls, results } = start(undefined, { now: () => NOW + TRIGGER.ttlMs });
    expect(await handle(message())).toMatchObject({ status: 202, results: [{ disposition: 'expired' }] });
    expect(calls).toEqual([]);
    expect(results).toMatchObject([{ disposition: 'expired' }]);
  });
});

describe('a redelivery', () => {
  it('of an event that was handled runs nothing', async () => {
    const { handle, calls } = start();
    await handle(message());
    const again = writeMessage(trigger(), 'structured');
    expect(await handle(again)).toMatchObject({ status: 202, results: [{ disposition: 'duplicate' }] });
    expect(await handle(message({ correlationId: 'other', now: NOW + 1 }))).toMatchObject({ status: 202 });
    expect(calls).toHaveLength(1);
    await handle(message({ policyVersion: 'next' }));
    expect(calls).toHaveLength(2);
  });

  it('of an event from another source is no redelivery', async () => {
    const { handle, calls } = start();
    await handle(message());
    await handle(structuredMessage({ ...trigger().toJSON(), source: '/other' }));
    expect(calls).toHaveLength(2);
  });

  it('of an event whose function failed runs it again', async () => {
    const failure = new Error('no such pod');
    let left = 2;
    const { handle, calls, results } = start(async () => {
      left -= 1;
      if (left >= 0) throw failure;
      return 'effective';
    });
    expect(await handle(message())).toMatchObject({
      status: 500,
      results: [{ disposition: 'failed', error: failure }],
    });
    expect((await handle(message())).status).toBe(500);
    expect((await handle(message())).status).toBe(202);
    expect(calls).toHaveLength(3);
    expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'effective']);
  });

  it('while the first is in work is answered 409, to be sent again', async () => {
    const { open, opened } = gate();
    const { handle, calls } = start(() => opened);
    const first = handle(message());
    const second = await handle(message());
    expect(second).toMatchObject({
      status: 409,
      headers: { 'retry-after': '1' },
      results: [{ disposition: 'running' }],
    });
    open();
    expect((await first).status).toBe(202);
    expect(await handle(message())).toMatchObject({ status: 202, results: [{ disposition: 'duplicate' }] });
    expect(calls).toHaveLength(1);
  });

  it('of an event whose function is out of time waits until that really ends', async () => {
    const { open, opened } = gate();
    let given: AbortSignal | undefined;
    const { handle, calls, results } = start(
      async (_, { signal }) => {
        given = signal;
        await opened;
      },
      // A clock that stands still, since a claim must not lapse on a machine that does.
      { timeoutMs: 20, dedupe: createMemoryDedupeStore({ now: () => 0 }) },
    );
    expect(await handle(message())).toMatchObject({ status: 500, results: [{ outcome: 'unknown' }] });
    expect(given?.aborted).toBe(true);
    expect(results).toMatchObject([{ disposition: 'failed', error: { name: 'DeadlineExceededError' } }]);
    expect((await handle(message())).status).toBe(409);
    open();
    await new Promise((resolve) => setImmediate(resolve));
    await handle(message());
    expect(calls).toHaveLength(2);
  });

  it('a hundred at once runs it once', async () => {
    const { handle, calls } = start(
      () => new Promise<LambdaOutcome>((resolve) => setImmediate(() => resolve('effective'))),
    );
    const answers = await Promise.all(Array.from({ length: 100 }, () => handle(message())));
    expect(calls).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(99);
  });
});

describe('a batch', () => {
  const batch = batchMessage(
    ['web-0', 'web-1', 'web-2'].map((name) =>
      trigger({ call: { lambdaFunction: 'pod-restart', parameters: { namespace: 'shop', name } } }).toJSON(),
    ),
  );

  it('is sent again for the one that failed, and the others do not run twice', async () => {
    let failing = true;
    const { handle, calls } = start(async ({ parameters }) => {
      if (failing && parameters['name'] === 'web-1') throw new Error('not now');
    });
    const answer = await handle(batch);
    expect(answer.status).toBe(500);
    expect(answer.results.map(({ disposition }) => disposition)).toEqual(['handled', 'failed', 'handled']);
    failing = false;
    expect((await handle(batch)).results.map(({ disposition }) => disposition)).toEqual([
      'duplicate',
      'handled',
      'duplicate',
    ]);
    expect(calls.map(({ parameters }) => parameters['name'])).toEqual(['web-0', 'web-1', 'web-2', 'web-1']);
  });
});

describe('what surrounds a function', () => {
  it('does not make it run again when only the callback or the note of its end fails', async () => {
    const inner = createMemoryDedupeStore();
    const broken = new Error('redis is gone');
    const dedupe: DedupeStore = { ...inner, complete: () => Promise.reject(broken) };
    const unheard = new Error('nobody listens');
    const { handle, calls, errors } = start(undefined, {
      dedupe,
      onOutcome: () => {
        throw unheard;
      },
    });
    expect((await handle(message())).status).toBe(202);
    expect(calls).toHaveLength(1);
    expect(errors).toEqual([broken, unheard]);
  });

  it('runs nothing when the store cannot be asked', async () => {
    const dedupe: DedupeStore = { ...createMemoryDedupeStore(), claim: () => Promise.reject(new Error('down')) };
    const { handle, calls } = start(undefined, { dedupe });
    expect(await handle(message())).toMatchObject({ status: 500, results: [] });
    expect(calls).toEqual([]);
  });

  it('heeds the signal of the caller, before and while a function runs', async () => {
    const controller = new AbortController();
    const { handle, calls } = start((_, { signal }) => {
      controller.abort();
      return new Promise<void>((_resolve, reject) => {
        if (signal.aborted) reject(new Error('stopped'));
      });
    });
    const { signal } = controller;
    expect(await handle(message(), { signal })).toMatchObject({ status: 500, results: [{ outcome: 'unknown' }] });
    expect(await handle(message(), { signal })).toMatchObject({ status: 503, results: [] });
    expect(calls).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>, LambdaEventsOptions]>([
    ['no functions', {}, {}],
    ['what is no function', { 'pod-restart': 'x' }, {}],
    ['a function that the catalog does not have', { other: async () => undefined }, { catalog: DEFAULT_CATALOG }],
    ['a time limit of nothing', { 'pod-restart': async () => undefined }, { timeoutMs: 0 }],
    ['a body limit of nothing', { 'pod-restart': async () => undefined }, { maxBytes: 0 }],
  ])('refuses %s', (_, handlers, options) => {
    expect(() => handleLambdaEvents(handlers as Record<string, LambdaHandler>, options)).toThrow(ConfigurationError);
  });
});
