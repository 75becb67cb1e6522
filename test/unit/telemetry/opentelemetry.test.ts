import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import { RemediationChain } from '../../../src/remediation/chain/index.js';
import { createOpenTelemetry, METRICS } from '../../../src/telemetry/index.js';
import { instrumentName } from '../../../src/telemetry/opentelemetry/instruments.js';
import { loadApi } from '../../../src/telemetry/opentelemetry/load-api.js';
import { abstain, alertOf, doEverything, phase, restart } from './fixtures.js';
import { carryContext, startSdk } from './open-telemetry-sdk.js';
import { decideRandomAlerts, WORD } from './samples.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(options: Parameters<typeof createOpenTelemetry>[0] = {}) {
  const sdk = startSdk();
  ends.push(sdk.stop);
  return { sdk, telemetry: await createOpenTelemetry({ tracer: sdk.tracer, meter: sdk.meter, ...options }) };
}

const namesOf = (spans: readonly ReadableSpan[]) => spans.map(({ name }) => name);
const milliseconds = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6;

describe('spans', () => {
  it('tell of a decision and its phases, by the conventions for generative AI', async () => {
    const { sdk, telemetry } = await start();
    const chain = new RemediationChain({
      phases: [
        phase('annotation', () => {
          throw new TypeError('cannot read checkout-0');
        }),
        { selector: phase('rag', () => abstain()), skip: 'no runbooks' },
        phase('trm', (request) => restart(request)),
      ],
    });
    telemetry.observe(chain);
    await chain.decide(alertOf(), { correlationId: 'c1' });
    const [workflow, annotation, trm] = sdk.spans();
    expect(namesOf(sdk.spans()).toSorted()).toEqual(['invoke_workflow remediation', 'plan annotation', 'plan trm']);
    expect(workflow).toMatchObject({
      kind: SpanKind.INTERNAL,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'gen_ai.operation.name': 'invoke_workflow',
        'gen_ai.workflow.name': 'remediation',
        'agent_trm.correlation_id': 'c1',
        'agent_trm.alertname': 'PodCrashLooping',
        'agent_trm.outcome': 'selected',
        'agent_trm.function': 'pod-restart',
        'agent_trm.phase': 'trm',
        'agent_trm.confidence': 0.9,
        'agent_trm.supervision_steps': 3,
      },
    });
    expect(annotation).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'agent_trm.outcome': 'failed', 'error.type': 'failed' },
      parentSpanContext: { spanId: workflow?.spanContext().spanId },
    });
    expect(trm).toMatchObject({
      attributes: { 'gen_ai.operation.name': 'plan', 'agent_trm.phase': 'trm', 'agent_trm.threshold': 0.7 },
      parentSpanContext: { spanId: workflow?.spanContext().spanId },
      events: [
        {
          name: 'gen_ai.evaluation.result',
          attributes: {
            'gen_ai.evaluation.name': 'confidence',
            'gen_ai.evaluation.score.value': 0.9,
            'gen_ai.evaluation.score.label': 'taken',
          },
        },
      ],
    });
    expect(JSON.stringify(sdk.spans().map(({ attributes, events }) => ({ attributes, events })))).not.toMatch(
      /checkout-0|crashes/,
    );
  });

  it('lie within each other, last as long as the work and end when it ended', async () => {
    const { sdk, telemetry } = await start();
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const slow = (name: string, ms: number) => ({
      ...phase(name, () => abstain()),
      doSelect: async () => {
        await wait(ms);
        return abstain();
      },
    });
    const chain = new RemediationChain({ phases: [slow('one', 40), slow('two', 20)] });
    telemetry.observe(chain);
    await chain.decide(alertOf());
    const now = Date.now();
    const byName = new Map(sdk.spans().map((span) => [span.name, span]));
    const range = (name: string) => {
      const { startTime, endTime } = byName.get(name) as ReadableSpan;
      return [milliseconds(startTime), milliseconds(endTime)] as const;
    };
    const [whole, one, two] = ['invoke_workflow remediation', 'plan one', 'plan two'].map(range);
    expect(one![1] - one![0]).toBeGreaterThanOrEqual(38);
    expect(two![0]).toBeGreaterThanOrEqual(one![1] - 0.01);
    expect(one![0]).toBeGreaterThanOrEqual(whole![0] - 0.01);
    expect(two![1]).toBeLessThanOrEqual(whole![1] + 1);
    expect(Math.abs(whole![1] - now)).toBeLessThan(1_000);
  });

  it('are children of the span that the caller has active', async () => {
    ends.push(carryContext());
    const { sdk, telemetry } = await start();
    const chain = new RemediationChain({ phases: [phase('trm', (request) => restart(request))] });
    telemetry.observe(chain);
    await sdk.tracer.startActiveSpan('POST /select', async (span) => {
      await new Promise((resolve) => setImmediate(resolve));
      await chain.decide(alertOf());
      span.end();
    });
    const outer = sdk.spans().find(({ name }) => name === 'POST /select');
    const inner = sdk.spans().find(({ name }) => name.startsWith('invoke_workflow'));
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(new Set(sdk.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it('tell of clients, deliveries and functions too, and leave verdicts on the span that is active', async () => {
    ends.push(carryContext());
    const { sdk, telemetry } = await start();
    await sdk.tracer.startActiveSpan('agent', async (span) => {
      await doEverything(telemetry);
      span.end();
    });
    const spans = sdk.spans();
    const find = (name: string) => spans.filter((span) => span.name === name);
    expect(find('send io.homelab.agent-sre.lambda.trigger')).toMatchObject([
      {
        kind: SpanKind.PRODUCER,
        attributes: {
          'messaging.operation.type': 'send',
          'cloudevents.event_source': '/agent-sre/remediation',
          'http.response.status_code': 202,
          'agent_trm.delivery_attempts': 2,
        },
      },
    ]);
    expect(find('execute_tool pod-restart')).toMatchObject([
      { attributes: { 'gen_ai.tool.name': 'pod-restart', 'error.type': 'failed' } },
    ]);
    const [answered, failed] = find('invoke_agent trm-client');
    expect(answered).toMatchObject({ attributes: { 'gen_ai.response.model': 'org/model-7b' } });
    expect(failed).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'NO_PROVIDER_AVAILABLE' },
    });
    expect(find('chat org/model-7b')).toMatchObject([
      {
        kind: SpanKind.CLIENT,
        attributes: { 'gen_ai.provider.name': 'hugging-face', 'gen_ai.request.model': 'org/model-7b' },
        parentSpanContext: { spanId: answered?.spanContext().spanId },
      },
    ]);
    expect(find('chat ollama-model')[0]).toMatchObject({ attributes: { 'error.type': 'unavailable' } });
    expect(find('invoke_workflow remediation').some(({ attributes }) => attributes['error.type'] === 'ABORTED')).toBe(
      true,
    );
    const notes = find('agent')[0]?.events.map(({ name }) => name);
    expect(notes).toContain('agent_trm.guardrails');
    expect(notes).toContain('agent_trm.remediation');
  });

  it('repeat what was said only when that is asked for', async () => {
    const { sdk, telemetry } = await start({ content: true, secrets: ['it crashes'] });
    const chain = new RemediationChain({
      phases: [phase('trm', (request) => ({ ...restart(request), reasoning: 'it crashes again' }))],
    });
    telemetry.observe(chain);
    await chain.decide(alertOf());
    expect(sdk.spans()[0]?.attributes['agent_trm.reasoning']).toBe('[redacted] again');
    expect(sdk.spans()[1]?.events[0]?.attributes?.['gen_ai.evaluation.explanation']).toBe('[redacted] again');
  });
});

describe('metrics of OpenTelemetry', () => {
  it('are the same as those of Prometheus, and the durations that the conventions name', async () => {
    const { sdk, telemetry } = await start();
    await doEverything(telemetry);
    const points = await sdk.points();
    const moved = new Set(points.filter(({ value }) => value > 0).map(({ name }) => name));
    for (const name of Object.keys(METRICS)) expect(moved, name).toContain(instrumentName(name));
    for (const name of ['client.operation', 'server.request', 'invoke_agent', 'workflow', 'execute_tool']) {
      expect(moved).toContain(`gen_ai.${name}.duration`);
    }
    // Of the routes that a model server has, and not of those that manage it.
    expect(points.filter(({ name }) => name === 'gen_ai.server.request.duration')).toMatchObject([
      {
        unit: 's',
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'agent-trm', 'error.type': '503' },
        value: 1,
      },
    ]);
    expect(points).toContainEqual({
      name: 'agent_trm.selections',
      unit: '',
      attributes: { 'agent_trm.tier': 'trm', 'agent_trm.decision': 'selected', 'agent_trm.function': 'pod-restart' },
      value: 2,
    });
    expect(points.find(({ name }) => name === 'agent_trm.selection_duration')?.unit).toBe('s');
    // The model that was replaced is not exported any more.
    expect(points.filter(({ name }) => name === 'agent_trm.model_info')).toMatchObject([
      { attributes: { 'agent_trm.sha': 'abababababab' } },
    ]);
  });

  it('have few series, whatever 1,000 alerts say', async () => {
    const { sdk, telemetry } = await start();
    await decideRandomAlerts(telemetry, 1_000);
    const points = await sdk.points();
    expect(points.length).toBeGreaterThan(20);
    expect(points.length).toBeLessThan(80);
    expect(JSON.stringify(points)).not.toContain(WORD);
  });
});

describe('the API of OpenTelemetry', () => {
  it('does nothing without an SDK, and harms nothing', async () => {
    const telemetry = await createOpenTelemetry();
    const chain = new RemediationChain({ phases: [phase('trm', (request) => restart(request))] });
    telemetry.observe(chain);
    expect((await chain.decide(alertOf())).lambdaFunction).toBe('pod-restart');
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('is an optional package, whose absence is named', async () => {
    const missing = Object.assign(new Error("Cannot find package '@opentelemetry/api'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    await expect(loadApi(() => Promise.reject(missing))).rejects.toThrow(/npm install @opentelemetry\/api@1/);
  });
});
