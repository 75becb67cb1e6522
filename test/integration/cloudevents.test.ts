import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type AlertReceiverOptions,
  createAlertReceiver,
  createEventSink,
  createTriggerEvent,
  type EventSink,
  handleLambdaEvents,
  type LambdaCall,
  type LambdaEventsOptions,
  type LambdaHandler,
  type LambdaResult,
  type ReceivedEvent,
  writeMessage,
} from '../../src/cloudevents/index.js';
import { type Alert, DEFAULT_CATALOG } from '../../src/domain/index.js';
import { type Loopback, listen, post } from '../unit/cloudevents/loopback.js';
import {
  ATTRIBUTES,
  attributeText,
  binaryMessage,
  PARSED_ALERT,
  trigger,
  WEBHOOK,
  webhookMessage,
} from '../unit/cloudevents/samples.js';

const servers: Loopback[] = [];
const sinks: EventSink[] = [];
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.dispose();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(listener: Parameters<typeof listen>[0]): Promise<string> {
  const server = await listen(listener);
  servers.push(server);
  return server.origin;
}

function sinkAt(url: string, mode: 'binary' | 'structured' = 'binary'): EventSink {
  const sink = createEventSink({ url, mode, retry: { delayMs: 1 } });
  sinks.push(sink);
  return sink;
}

async function startFunctions(handler: LambdaHandler, options: LambdaEventsOptions = {}) {
  const results: LambdaResult[] = [];
  const { listener } = handleLambdaEvents(
    { 'pod-restart': handler },
    { catalog: DEFAULT_CATALOG, onOutcome: (result) => results.push(result), ...options },
  );
  return { results, origin: await serve(listener) };
}

/** Decides nothing: every alert restarts its pod. */
function restartPods(sink: EventSink): AlertReceiverOptions {
  const triggerOf = (alert: Alert, { origin }: ReceivedEvent) =>
    createTriggerEvent({
      alert,
      call: {
        lambdaFunction: 'pod-restart',
        parameters: { namespace: alert.labels['namespace'] ?? '', name: alert.labels['pod'] ?? '' },
      },
      confidence: 0.9,
      phase: 'rules',
      correlationId: origin?.correlationid ?? 'none',
      policyVersion: '1',
      now: Date.now(),
      ttlMs: 60_000,
      causation: origin,
    });
  return {
    onAlerts: async (events, { signal }) => {
      for (const event of events) {
        for (const alert of event.alerts) await sink.send(triggerOf(alert, event), { signal });
      }
    },
  };
}

describe('from an alert to a function, over HTTP', () => {
  it.each(['binary', 'structured'] as const)('runs once however often the alert comes (%s)', async (mode) => {
    const calls: LambdaCall[] = [];
    const functions = await startFunctions(async (call) => {
      calls.push(call);
      return 'effective';
    });
    const receiver = await serve(createAlertReceiver(restartPods(sinkAt(functions.origin, mode))));
    const event = binaryMessage({ ...ATTRIBUTES, correlationid: 'incident%207' });
    for (const message of [event, event, webhookMessage(WEBHOOK)]) {
      expect((await post(receiver, message)).status).toBe(202);
    }
    expect(calls).toMatchObject([
      {
        lambdaFunction: 'pod-restart',
        parameters: { namespace: 'shop', name: 'web-0' },
        correlationId: 'incident 7',
        origin: { causationid: 'event-1', subject: 'shop/pod/web-0' },
      },
    ]);
    expect(functions.results.map(({ disposition }) => disposition)).toEqual(['handled', 'duplicate', 'duplicate']);
  });

  it('acknowledges nothing that the sink did not take, and tries a function again that failed', async () => {
    let left = 2;
    const functions = await startFunctions(async () => {
      left -= 1;
      if (left >= 0) throw new Error('not now');
    });
    const receiver = await serve(createAlertReceiver(restartPods(sinkAt(functions.origin))));
    expect((await post(receiver, webhookMessage())).status).toBe(202);
    expect(functions.results.map(({ disposition }) => disposition)).toEqual(['failed', 'failed', 'handled']);

    const refusing = await startFunctions(async () => undefined, { maxBytes: 1 });
    const other = await serve(createAlertReceiver(restartPods(sinkAt(refusing.origin))));
    expect((await post(other, webhookMessage())).status).toBe(503);
  });

  it('waits out a delivery that is in work', async () => {
    let calls = 0;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    let seen = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const functions = await startFunctions(async () => {
      calls += 1;
      seen();
      await opened;
    });
    const sink = sinkAt(functions.origin);
    const first = sink.send(trigger({ now: Date.now() }));
    await Promise.race([started, first]);
    const second = await post(functions.origin, writeMessage(trigger({ now: Date.now() }), 'structured'));
    expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1']);
    open();
    expect(await first).toMatchObject({ status: 202, attempts: 1 });
    expect(await sink.send(trigger({ now: Date.now() }))).toMatchObject({ status: 202 });
    expect(calls).toBe(1);
  });

  it('carries any attribute and any text unchanged', async () => {
    const calls: LambdaCall[] = [];
    const functions = await startFunctions(async (call) => void calls.push(call));
    let runs = 0;
    for (const mode of ['binary', 'structured'] as const) {
      const sink = sinkAt(functions.origin, mode);
      await fc.assert(
        fc.asyncProperty(attributeText, attributeText, async (correlationId, summary) => {
          runs += 1;
          const alert = { ...PARSED_ALERT, annotations: { summary } };
          // Another policy each time, so that no case is a duplicate of one before.
          const event = trigger({ correlationId, alert, now: Date.now(), policyVersion: String(runs) });
          await sink.send(event);
          expect(calls).toHaveLength(runs);
          expect(calls.at(-1)).toMatchObject({ correlationId, alert, origin: { correlationid: correlationId } });
        }),
        { numRuns: 20 },
      );
    }
  });
});
