import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAlertReceiver,
  createEventSink,
  createTriggerDispatcher,
  handleLambdaEvents,
} from '../../src/cloudevents/index.js';
import {
  createGuardrails,
  createMemoryIncidentStore,
  createOutcomeRecorder,
  createRemediationChain,
  DEFAULT_CATALOG,
  Remediator,
  TRMRemediationSelector,
} from '../../src/index.js';

const RUNBOOK = `# Runbook

## Alert: CheckoutQueueStuck

Customers wait. The consumer hangs on a lost connection, and a restart of its pod brings it back: \`pod-restart\`.
`;

/** What an Alertmanager posts: one alert that its rule answers, one for the TRM, one for the runbook, one for nobody. */
const ALERTS = [
  {
    labels: { alertname: 'CartNeedsLook', pod: 'cart-0', namespace: 'shop' },
    annotations: { lambda_function: 'pod-check-status', lambda_parameters: '{"name":"cart-0","namespace":"shop"}' },
  },
  {
    labels: {
      alertname: 'FluxReconciliationFailure',
      kind: 'Kustomization',
      name: 'homepage',
      namespace: 'flux-system',
    },
  },
  { labels: { alertname: 'CheckoutQueueStuck', pod: 'checkout-0', namespace: 'shop' } },
  { labels: { alertname: 'OfficePlantThirsty', room: '2.14' } },
].map((alert) => ({ status: 'firing', startsAt: '2026-01-01T00:00:00Z', annotations: {}, ...alert }));

const servers: Server[] = [];
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const folder = await mkdtemp(join(tmpdir(), 'sre-agent-'));
await writeFile(join(folder, 'RUNBOOK.md'), RUNBOOK);

// What is allowed, and what is remembered: outcomes come back to both.
const guardrails = createGuardrails({ catalog: DEFAULT_CATALOG, policy: { mode: 'auto' } });
const incidents = createMemoryIncidentStore();

// The functions. A real agent runs them elsewhere and has a broker in between: BROKER_URL.
const called: string[] = [];
const call = async ({ lambdaFunction, parameters }: { lambdaFunction: string; parameters: object }) => {
  called.push(`${lambdaFunction} ${JSON.stringify(parameters)}`);
  return 'effective' as const;
};
const functions = handleLambdaEvents(Object.fromEntries(DEFAULT_CATALOG.map(({ name }) => [name, call])), {
  onOutcome: createOutcomeRecorder({ guardrails, incidents }),
});
const sink = createEventSink({ url: await listen(functions.listener) });

// The agent: who decides, and who carries it out. The model is loaded before the first alert can come, which would
// otherwise go on without it; the times are those of a machine that is busy with other things.
const trm = await TRMRemediationSelector.load();
const chain = await createRemediationChain({
  // What this team has written down goes before what the model makes of a name that it has never seen.
  phases: ['annotation', 'rag', 'trm', 'few-shot', 'function-calling', 'rules'],
  trm,
  runbooks: [folder],
  incidentStore: incidents,
  timeoutMs: 120_000,
  timeouts: { trm: 60_000 },
});
const remediator = new Remediator({
  chain,
  guardrails,
  dispatcher: createTriggerDispatcher({ sink, policyVersion: 'example' }),
});
remediator.events.on('remediation_ended', ({ remediation: { alert, outcome, decision } }) => {
  console.log(`${alert.labels.alertname}: ${outcome}, ${decision.lambdaFunction ?? decision.outcome}`);
  for (const { phase, outcome: end, reason } of decision.attempts) console.log(`  ${phase}: ${end} (${reason})`);
});
// What the sink did not accept is not acknowledged, so that it is sent again.
const receiver = createAlertReceiver({
  onAlerts: remediator.handle,
  // One faulty alert does not cost the group that it came in; whoever sends it should hear of it.
  onSkipped: ({ expected }) => console.warn(`skipped an alert: ${expected}`),
  timeoutMs: 120_000,
});

const url = await listen(receiver);
const post = async (): Promise<number> => {
  const webhook = { version: '4', status: 'firing', receiver: 'sre-agent', alerts: ALERTS };
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(webhook) })).status;
};
try {
  assert.equal(await post(), 202);
  // The Alertmanager says it again, as it does; nothing is done twice.
  assert.equal(await post(), 202);
  console.log(called.join('\n'));
  assert.deepEqual(new Set(called).size, called.length);
  // What came of each call is known, and the next alert of its kind can go by it.
  const known = (await incidents.all()).map(({ call: made, outcome }) => `${made?.lambdaFunction} ${outcome}`);
  assert.deepEqual(known.sort(), called.map((text) => `${text.split(' ')[0]} effective`).sort());
  assert.ok(called.includes('pod-check-status {"namespace":"shop","name":"cart-0"}'));
  assert.ok(called.includes('flux-reconcile-kustomization {"name":"homepage","namespace":"flux-system"}'));
  assert.ok(called.includes('pod-restart {"name":"checkout-0","namespace":"shop","type":"pod"}'));
} finally {
  await remediator.dispose();
  await chain.dispose();
  await trm.dispose();
  await sink.dispose();
  await incidents.dispose();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
}
