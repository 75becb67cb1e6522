import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createAlertReceiver,
  createEventSink,
  createTriggerDispatcher,
  handleLambdaEvents,
  type LambdaResult,
} from '../../src/cloudevents/index.js';
import { DEFAULT_CATALOG } from '../../src/domain/index.js';
import { type Remediation, Remediator } from '../../src/remediation/acting/index.js';
import { createRemediationChain, type RemediationChain } from '../../src/remediation/chain/index.js';
import { createGuardrails, type GuardrailPolicy } from '../../src/remediation/guardrails/index.js';
import { hasMonitoring, type Monitoring, startMonitoring } from './prometheus/monitoring.js';

const HOW_TO = 'needs the Debian packages prometheus and prometheus-alertmanager';
const LONG = { timeout: 120_000, interval: 100 };

const CRASH = `
groups:
  - name: test
    rules:
      - alert: PodCrashLooping
        expr: vector(1)
        labels: { severity: critical, pod: checkout-0, namespace: shop }
        annotations: { summary: The pod restarts again and again. }
`;
/** The same rule, which does not fire any more. */
const CALM = CRASH.replace('vector(1)', 'vector(1) > 2');

const servers: Server[] = [];
const closers: (() => Promise<unknown>)[] = [];

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Receiver, chain, guardrails, sink and function, as an SRE agent has them. */
async function startAgent(policy: GuardrailPolicy) {
  const restart = vi.fn(async () => undefined);
  const results: LambdaResult[] = [];
  const remediations: Remediation[] = [];
  const lambdas = handleLambdaEvents({ 'pod-restart': restart }, { onOutcome: (result) => results.push(result) });
  let requests = 0;
  const sinkUrl = await listen((request, response) => {
    requests++;
    lambdas.listener(request, response);
  });
  const sink = createEventSink({ url: sinkUrl });
  const remediator = new Remediator({
    chain,
    guardrails: createGuardrails({ catalog: DEFAULT_CATALOG, policy }),
    dispatcher: createTriggerDispatcher({ sink, policyVersion: 'test' }),
  });
  remediator.events.on('remediation_ended', ({ remediation }) => remediations.push(remediation));
  closers.push(
    () => remediator.dispose(),
    () => sink.dispose(),
  );
  const webhook = await listen(createAlertReceiver({ onAlerts: remediator.handle, timeoutMs: 120_000 }));
  return { webhook, restart, results, remediations, requests: () => requests };
}

let chain: RemediationChain;

beforeAll(async () => {
  if (!hasMonitoring) return;
  const { selector } = await import('../fixtures/bundled-selector.js');
  const phases = ['annotation', 'trm', 'rules'] as const;
  chain = await createRemediationChain({ trm: selector, phases, timeoutMs: 120_000, timeouts: { trm: 60_000 } });
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

afterAll(() => chain?.dispose());

describe(`an alert of a real Prometheus and Alertmanager${hasMonitoring ? '' : ` (skipped: ${HOW_TO})`}`, () => {
  it.skipIf(!hasMonitoring)('runs the function that the chain decides, once, and not when it is resolved', async () => {
    expect(hasMonitoring, HOW_TO).toBe(true);
    const agent = await startAgent({ mode: 'auto' });
    const monitoring: Monitoring = await startMonitoring(CRASH, agent.webhook);
    closers.unshift(() => monitoring.stop());

    await expect.poll(() => agent.results.length, LONG).toBe(1);
    expect(agent.restart).toHaveBeenCalledTimes(1);
    expect(agent.results[0]).toMatchObject({
      disposition: 'handled',
      call: { lambdaFunction: 'pod-restart', parameters: { name: 'checkout-0', namespace: 'shop', type: 'pod' } },
    });
    const [first] = agent.remediations;
    expect(first).toMatchObject({ outcome: 'acted', eventId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(first?.decision.attempts[0]).toMatchObject({ phase: 'annotation', outcome: 'abstained' });

    // The Alertmanager says it again every second.
    await expect.poll(() => agent.remediations.length, LONG).toBeGreaterThan(2);
    for (const { outcome, verdict } of agent.remediations.slice(1)) {
      expect(outcome).toBe('refused');
      expect(verdict?.refusals[0]?.check).toBe('duplicate');
    }
    await monitoring.setRules(CALM);
    await expect.poll(() => agent.remediations.at(-1)?.decision.outcome, LONG).toBe('resolved');
    expect(agent.restart).toHaveBeenCalledTimes(1);
    expect(agent.requests()).toBe(1);
  });

  it.skipIf(!hasMonitoring)('reaches no sink in the mode that only suggests', async () => {
    const agent = await startAgent({});
    const monitoring = await startMonitoring(CRASH, agent.webhook);
    closers.unshift(() => monitoring.stop());
    await expect.poll(() => agent.remediations.length, LONG).toBeGreaterThan(0);
    expect(agent.remediations[0]).toMatchObject({ outcome: 'refused', decision: { lambdaFunction: 'pod-restart' } });
    expect(agent.remediations[0]?.verdict?.refusals[0]?.check).toBe('mode');
    expect(agent.requests()).toBe(0);
  });
});
