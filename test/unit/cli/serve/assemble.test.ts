import { SpanKind, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findOpenTelemetry } from '../../../../src/telemetry/index.js';
import { CRASH } from '../../server/fake-service.js';
import { startSdk } from '../../telemetry/open-telemetry-sdk.js';
import { startTinyService, type TinyService } from './tiny-service.js';

let service: TinyService | undefined;
let undo: (() => void) | undefined;
beforeEach(() => void vi.stubEnv('OLLAMA_MODEL', ''));
afterEach(async () => {
  vi.unstubAllEnvs();
  undo?.();
  await service?.close();
  service = undefined;
  undo = undefined;
});

describe('OpenTelemetry in serve', () => {
  it('has the spans and metrics of a request where the process has registered a provider', async () => {
    const sdk = startSdk();
    undo = sdk.register();
    service = await startTinyService();
    const { status } = await service.ask('/select', CRASH);
    expect(status).toBe(200);
    expect((await service.ask('/healthz')).status).toBe(200);
    expect((await service.ask(`/select/${'x'.repeat(9)}?secret=1`, {})).status).toBe(404);

    const spans = sdk.spans();
    const names = spans.map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('plan '))).toEqual([
      'invoke_workflow remediation',
      'POST /select',
      'POST unmatched',
    ]);
    const request = spans.find(({ name }) => name === 'POST /select');
    expect(request).toMatchObject({
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/select',
        'http.response.status_code': 200,
      },
    });
    // What is decided in the queue still belongs to the request that asked for it.
    const decided = spans.find(({ name }) => name === 'invoke_workflow remediation');
    expect(decided?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    const plan = spans.find(({ name }) => name === 'plan trm');
    expect(plan?.parentSpanContext?.spanId).toBe(decided?.spanContext().spanId);

    const points = await sdk.points();
    const value = (name: string, attributes: object = {}): number | undefined =>
      points.find((point) => point.name === name && JSON.stringify(point.attributes) === JSON.stringify(attributes))
        ?.value;
    const labels = { 'agent_trm.route': '/select', 'agent_trm.method': 'POST', 'agent_trm.code': '200' };
    expect(value('agent_trm.http_requests', labels)).toBe(1);
    expect(value('agent_trm.calibration_timestamp')).toBe(Date.parse('2026-01-01T00:00:00Z') / 1000);
    await sdk.stop();
  });

  it('adds to the span that is active already, and makes none of its own then', async () => {
    const sdk = startSdk();
    undo = sdk.register();
    service = await startTinyService();
    const { ask } = service;
    await trace.getTracer('http').startActiveSpan('POST', async (span) => {
      await ask('/select', CRASH);
      span.end();
    });
    const [outer] = sdk.spans().filter(({ name }) => name === 'POST');
    const decided = sdk.spans().find(({ name }) => name.startsWith('invoke_workflow'));
    expect(sdk.spans().some(({ name }) => name === 'POST /select')).toBe(false);
    expect(decided?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    await sdk.stop();
  });

  it('is left out without a provider, or without the package', async () => {
    expect(await findOpenTelemetry()).toBeUndefined();
    const sdk = startSdk();
    undo = sdk.register();
    expect(await findOpenTelemetry()).toBeDefined();
    const missing = async (): Promise<never> => Promise.reject(new Error('Cannot find package'));
    expect(await findOpenTelemetry({}, missing)).toBeUndefined();
    await sdk.stop();
  });
});

describe('the breakers of serve', () => {
  const breakers = async ({ ask }: TinyService): Promise<readonly string[]> =>
    [...(await ask('/metrics')).text.matchAll(/^agent_trm_breaker_state\{dependency="(.*)"\} (\d)$/gm)].map(
      ([, name, state]) => `${name} ${state}`,
    );

  it('are told from the start on, and when they open', async () => {
    vi.stubEnv('OLLAMA_MODEL', 'gemma3:1b');
    // Nobody listens at the port of the discard protocol.
    vi.stubEnv('OLLAMA_URL', 'http://127.0.0.1:9');
    vi.stubEnv('BROKER_URL', 'http://127.0.0.1:9');
    service = await startTinyService({ act: true, policy: { mode: 'auto', auto: { functions: ['pod-restart'] } } });
    await expect.poll(() => breakers(service as TinyService)).toEqual(['ollama 0', 'guardrails-storm 0']);
    const question = { model: 'trm', messages: [{ role: 'user', content: 'What is the capital of France?' }] };
    for (let asked = 0; asked < 2; asked++) await service.ask('/v1/chat/completions', question);
    expect(await breakers(service)).toEqual(['ollama 2', 'guardrails-storm 0']);
  });

  it('are none where nothing acts and no language model is set', async () => {
    service = await startTinyService();
    expect(await breakers(service)).toEqual([]);
  });
});
