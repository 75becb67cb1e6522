import { afterEach } from 'vitest';
import { TRMClient } from '../../../src/client/index.js';
import { createEventSink, createTriggerDispatcher } from '../../../src/cloudevents/index.js';
import { ProviderError } from '../../../src/core/errors.js';
import {
  type Abstention,
  DEFAULT_CATALOG,
  type Selection,
  type Selector,
  type SelectRequest,
} from '../../../src/domain/index.js';
import { createOutcomeRecorder, Remediator } from '../../../src/remediation/acting/index.js';
import { RemediationChain } from '../../../src/remediation/chain/index.js';
import { createGuardrails, type GuardrailPolicy } from '../../../src/remediation/guardrails/index.js';
import { ServiceEmitter } from '../../../src/server/service-events.js';
import type { Gauges, Observer } from '../../../src/telemetry/index.js';
import { createFakeTextProvider } from '../../../src/testing/fake-text-provider.js';
import { type SinkScript, startSink } from '../cloudevents/loopback.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A pod that crashes. */
export function alertOf(labels: Readonly<Record<string, string>> = {}, annotations = {}) {
  return {
    labels: { alertname: 'PodCrashLooping', pod: 'checkout-0', namespace: 'shop', ...labels },
    annotations,
    startsAt: '2026-01-31T07:55:00Z',
  };
}

/** The call that a sound phase makes of `alertOf()`. */
export function restart(request: SelectRequest, confidence = 0.9): Selection {
  const { pod = '', namespace = '' } = request.alert.labels;
  return {
    kind: 'selected',
    lambdaFunction: 'pod-restart',
    parameters: { name: pod, namespace, type: 'pod' },
    parameterOrigins: {
      name: { kind: 'label', key: 'pod' },
      namespace: { kind: 'label', key: 'namespace' },
      type: { kind: 'rule', rule: 'kind-of', key: 'pod' },
    },
    confidence,
    reasoning: 'it crashes',
    evidence: [],
    decision: {
      lambdaFunction: 'pod-restart',
      parameters: {},
      parameterOrigins: {},
      confidence,
      accepted: true,
      reasoning: 'it crashes',
      cause: 'crash-loop',
      method: 'trm_recursive_reasoning',
      iterations: 3,
      candidates: [],
      trace: [],
    },
  };
}

export function abstain(reason: Abstention['reason'] = 'no-evidence', confidence?: number): Abstention {
  return { kind: 'abstained', reason, detail: 'nothing to go by', ...(confidence !== undefined && { confidence }) };
}

/** A phase that does what it is told to. */
export function phase(name: string, say: (request: SelectRequest) => Selection | Abstention): Selector {
  return { specificationVersion: 'v1', name, doSelect: async (request) => say(request) };
}

/** An agent as it acts: real chain, guardrails, Remediator and sink, all of them watched by `observer`. */
export async function startAgent(
  observer: Observer,
  {
    phases,
    policy = { mode: 'auto', auto: { functions: ['pod-restart'] } },
    sink: script = () => 202,
  }: { readonly phases: readonly Selector[]; readonly policy?: GuardrailPolicy; readonly sink?: SinkScript },
) {
  const server = await startSink(script);
  const sink = createEventSink({ url: server.origin, retry: { delayMs: 1, maxAttempts: 3 } });
  const chain = new RemediationChain({ phases });
  const guardrails = observer.watchGuardrails(createGuardrails({ catalog: DEFAULT_CATALOG, policy }));
  const dispatcher = createTriggerDispatcher({ sink: observer.watchSink(sink), policyVersion: 'test' });
  const remediator = new Remediator({ chain, guardrails, dispatcher });
  const ends = [observer.observe(chain), observer.observe(remediator)];
  closers.push(
    () => server.close(),
    () => sink.dispose(),
    () => remediator.dispose(),
  );
  return { chain, guardrails, remediator, sink, stop: () => ends.map((end) => end()) };
}

/** Does once everything that this package tells of, with real parts and fake phases and providers. */
export async function doEverything(observer: Observer & { readonly gauges?: Gauges }): Promise<void> {
  const phases = [
    phase('annotation', () => abstain()),
    phase('trm', (request) => restart(request)),
    phase('rules', () => abstain('none-applies', 0.95)),
  ];
  let requests = 0;
  const agent = await startAgent(observer, { phases, sink: () => (requests++ === 0 ? 503 : 202) });
  const alert = alertOf();
  const [first] = await Promise.all([agent.remediator.remediate(alert), agent.remediator.remediate(alert)]);
  await agent.remediator.remediate(alert);
  const [acted] = first ?? [];
  if (acted?.outcome !== 'acted') throw new Error('the fixture does not act', { cause: acted });

  const onOutcome = createOutcomeRecorder({ guardrails: agent.guardrails });
  const call = {
    lambdaFunction: 'pod-restart',
    parameters: acted.decision.parameters,
    alert: acted.alert,
    origin: { id: acted.eventId ?? '' },
  };
  await onOutcome({ call, outcome: 'effective' });
  observer.onOutcome({ call: { ...call, origin: { id: 'another' } }, outcome: 'failed', durationMs: 12 });

  await breakThings(observer);
  await askClient(observer);
  observer.onRuntimeEvent({ type: 'worker-lost', reason: 'exit code 1' });
  runService(observer);
  observer.gauges?.breaker('ollama', 'open');
  observer.gauges?.model({ sha256: 'ab'.repeat(32), calibration: 'isotonic', calibratedAt: 1_767_225_600_000 });
  observer.gauges?.auditLost(2);
}

/** Aborted decisions, and guardrails and a sink that do not do their part. */
async function breakThings(observer: Observer): Promise<void> {
  const chain = new RemediationChain({
    phases: [{ specificationVersion: 'v1', name: 'trm', doSelect: () => new Promise(() => undefined) }],
  });
  observer.observe(chain);
  const caller = new AbortController();
  const decided = chain.decide(alertOf(), { signal: caller.signal });
  caller.abort();
  await decided.catch(() => undefined);

  const remediatorOf = (fault: 'confirm' | 'dispatch') => {
    const guardrails = createGuardrails({
      catalog: DEFAULT_CATALOG,
      policy: { mode: 'auto', auto: { functions: ['pod-restart'] } },
    });
    const broken = async (): Promise<never> => Promise.reject(new Error('out of reach'));
    return new Remediator({
      chain: new RemediationChain({ phases: [phase('trm', (request) => restart(request))] }),
      guardrails: { ...guardrails, confirm: broken, release: broken },
      dispatcher: { dispatch: fault === 'dispatch' ? broken : async () => ({ eventId: 'id' }) },
    });
  };
  for (const fault of ['confirm', 'dispatch'] as const) {
    const remediator = remediatorOf(fault);
    observer.observe(remediator);
    await remediator.remediate(alertOf());
    await remediator.remediate(alertOf(), { signal: AbortSignal.abort() }).catch(() => undefined);
  }
}

/** A client whose first provider fails, and one that nobody answers. */
async function askClient(observer: Observer): Promise<void> {
  const down = () => new ProviderError('ollama', 'unavailable', 'is down');
  const ollama = createFakeTextProvider(down, { name: 'ollama' });
  const other = createFakeTextProvider([{ text: 'Restart it.', usage: { inputTokens: 7, outputTokens: 3 } }], {
    name: 'hugging-face',
    modelId: 'org/model-7b',
  });
  for (const providers of [[ollama, other], [ollama]]) {
    const client = new TRMClient({ providers, fallbackBelow: 0 });
    observer.observe(client);
    await client.generate({ prompt: 'Why?', reflectionMode: 'never' }).catch(() => undefined);
    await client.dispose();
  }
}

/** What a service tells while it answers one request and refuses another. */
function runService(observer: Observer): void {
  const events = new ServiceEmitter();
  observer.observe({ events });
  const route = '/v1/models/:id';
  const model = { id: 'remediation-v1', sha256: 'cd'.repeat(32), executionProvider: 'cpu' };
  events.emit('model_switched', { model, previous: undefined });
  events.emit('model_refused', { error: new Error('damaged') });
  events.emit('work_queued', { waiting: 3, active: 2 });
  events.emit('work_started', { waitMs: 4, waiting: 2, active: 3 });
  events.emit('batch_computed', { rows: 3 });
  events.emit('work_shared', { kind: 'decide' });
  events.emit('request_ended', {
    requestId: 'r1',
    route,
    method: 'GET',
    status: 200,
    durationMs: 8,
    principal: 'agent',
  });
  events.emit('request_ended', {
    requestId: 'r2',
    route: '/v1/chat/completions',
    method: 'POST',
    status: 503,
    durationMs: 9,
    principal: 'agent',
  });
  events.emit('request_refused', {
    requestId: 'r2',
    route,
    status: 429,
    problem: 'rate-limited',
    reason: 'rate-limit',
  });
  events.emit('alert_skipped', {
    requestId: 'r2',
    route,
    eventIndex: undefined,
    alertIndex: 1,
    alertname: 'PodCrashLooping',
    fingerprint: 'f00d',
    expected: 'alerts[1].startsAt: expected a time',
  });
  events.emit('request_failed', { requestId: 'r3', route, error: new Error('a fault') });
  events.emit('limiter_failed', { error: new Error('no Redis') });
  events.emit('draining', { inFlight: 1 });
}
