import {
  type Context,
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenTelemetry, type OpenTelemetry } from '../../../src/telemetry/index.js';
import { startSdk } from './open-telemetry-sdk.js';

let sdk: ReturnType<typeof startSdk>;
let telemetry: OpenTelemetry;
let undo: () => void;
beforeEach(async () => {
  sdk = startSdk();
  undo = sdk.register();
  telemetry = await createOpenTelemetry();
});
afterEach(async () => {
  undo();
  propagation.disable();
  await sdk.stop();
});

const post = (headers: Record<string, string> = {}) => ({ method: 'POST', headers: new Headers(headers) });
const end = (status: number, writing?: Promise<void>) => () => ({ route: '/select', status, writing });

/** Reads the header of the W3C as far as it is needed here. */
const w3c: TextMapPropagator = {
  fields: () => ['traceparent'],
  inject: () => undefined,
  extract(into: Context, carrier, getter) {
    const [, traceId = '', spanId = ''] = String(getter.get(carrier, 'traceparent') ?? '').split('-');
    if (!getter.keys(carrier).includes('traceparent')) return into;
    return trace.setSpanContext(into, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};

describe('the span of a request', () => {
  it('continues the trace of its headers, and is active while it is handled', async () => {
    propagation.setGlobalPropagator(w3c);
    const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const active = await telemetry.traceRequest(
      post({ traceparent: `00-${traceId}-${spanId}-01` }),
      async () => trace.getSpan(context.active())?.spanContext(),
      end(200),
    );
    await telemetry.traceRequest(post(), async () => undefined, end(200));
    const [first, second] = sdk.spans();
    expect(first).toMatchObject({
      name: 'POST /select',
      kind: SpanKind.SERVER,
      parentSpanContext: { traceId, spanId },
    });
    expect(active).toMatchObject({ traceId, spanId: first?.spanContext().spanId });
    expect(second?.parentSpanContext).toBeUndefined();
    expect(second?.spanContext().traceId).not.toBe(traceId);
  });

  it('is an error for a status of the server alone, and for what is thrown, which is thrown on', async () => {
    for (const status of [404, 503]) await telemetry.traceRequest(post(), async () => undefined, end(status));
    const broken = async (): Promise<never> => Promise.reject(new TypeError('token=hunter2'));
    await expect(telemetry.traceRequest(post(), broken, end(200))).rejects.toThrow('hunter2');
    expect(sdk.spans().map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
      [SpanStatusCode.UNSET, undefined],
      [SpanStatusCode.ERROR, '503'],
      [SpanStatusCode.ERROR, 'TypeError'],
    ]);
    expect(
      JSON.stringify(sdk.spans().map(({ attributes, events, status }) => [attributes, events, status])),
    ).not.toContain('hunter2');
  });

  it('ends when a streamed answer is written, and names no method that it does not know', async () => {
    let written = (): void => undefined;
    const writing = new Promise<void>((resolve) => {
      written = resolve;
    });
    const request = { method: 'BREW', headers: new Headers() };
    expect(await telemetry.traceRequest(request, async () => 'answer', end(200, writing))).toBe('answer');
    expect(sdk.spans()).toEqual([]);
    written();
    await writing;
    await Promise.resolve();
    expect(sdk.spans().map(({ name }) => name)).toEqual(['_OTHER /select']);
  });
});
