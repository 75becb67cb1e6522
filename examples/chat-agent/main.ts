import assert from 'node:assert/strict';
import { type ChatMessage, DEFAULT_CATALOG, TRMClient, type TRMResponse } from '../../src/index.js';
import { ollamaProtocol, startFixtureServer } from '../../src/testing/index.js';
import { printResponse, printSource } from '../print-response.js';

/** What the agent has looked up before it asks: readings, firing alerts and passages of its runbooks. */
const LOKI = {
  metrics: { loki_up: '2 of 3 ingesters ready', request_error_ratio: 0.031, distributor_lines_per_second: 4120 },
  alerts: [
    {
      labels: { alertname: 'LokiIngesterUnhealthy', namespace: 'loki', pod: 'loki-ingester-2', severity: 'warning' },
      annotations: { summary: 'Ingester loki-ingester-2 has not joined the ring for 12 minutes.' },
    },
  ],
  retrieved: [
    {
      source: 'runbooks/loki.md',
      text: 'With a replication factor of 3, writes go on while 2 of 3 ingesters are ready. Look at the WAL replay first.',
    },
  ],
};

const ALERT = {
  labels: {
    alertname: 'FluxReconciliationFailure',
    kind: 'Kustomization',
    name: 'homepage',
    namespace: 'flux-system',
    severity: 'warning',
  },
  annotations: { summary: 'Kustomization homepage does not reconcile.' },
};

/** First answer, critique and refined answer of the first question; the answer of the second. */
const SCRIPT = [
  { text: 'Loki is healthy.', probability: 0.72 },
  { text: 'Ingester loki-ingester-2 is not ready and an alert is firing, so "healthy" is not supported.' },
  {
    text: 'Loki is degraded: 2 of 3 ingesters are ready and 3.1 % of requests fail. Writes go on.',
    probability: 0.97,
  },
  { text: 'At loki-ingester-2: it has not joined the ring for 12 minutes. Check its WAL replay.', probability: 0.995 },
];

const scripted = !process.env['OLLAMA_URL'];
printSource(scripted);
await using server = scripted ? await startFixtureServer(ollamaProtocol('gemma3:1b', SCRIPT)) : undefined;
// A chat agent has one client for its whole life. The chain is the default one: the local TRM, then Ollama.
await using client = new TRMClient({
  useTrm: true,
  useHfApi: false,
  // A small model on a CPU takes its time.
  timeoutMs: 120_000,
  ...(server && { ollamaUrl: server.origin, ollamaModel: 'gemma3:1b' }),
});

/** The client keeps no history; a conversation is the agent's. */
const history: ChatMessage[] = [];

async function answer(question: string, context: Readonly<Record<string, unknown>>): Promise<TRMResponse> {
  const response = await client.generate({
    prompt: question,
    context,
    history,
    conversationId: 'homelab-1',
    // People wait for it: one reflection at most.
    maxReflectionSteps: 1,
  });
  history.push({ role: 'user', content: question }, { role: 'assistant', content: response.answer });
  printResponse(question, response);
  return response;
}

const health = await answer('What is the health status of Loki?', LOKI);
// No question about one alert, though alerts are among what the agent knows: the local TRM leaves it to Ollama.
assert.deepEqual(
  health.attempts.map(({ provider, reason }) => [provider, reason]),
  [
    ['local-trm', 'out-of-domain'],
    ['ollama', undefined],
  ],
);
// Whatever the model's words, no reflection that scored higher was left lying.
assert.ok(health.reflectionTrace.every(({ confidence }) => confidence <= health.confidence));

const next = await answer('Where should I look first?', LOKI);
assert.equal(next.conversationId, health.conversationId);
if (scripted) {
  assert.match(health.answer, /degraded/);
  assert.equal(health.reflectionTrace[0]?.taken, true);
  assert.equal(next.stopReason, 'confidence');
}

const remedy = await answer('What should be done about this alert?', { alert: ALERT });
// The local TRM answers by itself, in the agent's process, and reflects by recursion: no server is asked.
assert.equal(remedy.provider, 'local-trm');
assert.equal(remedy.attempts.length, 1);
assert.ok(remedy.reflectionTrace.length > 0);
const { lambda_function: name, parameters } = JSON.parse(remedy.answer) as {
  lambda_function: string | null;
  parameters: Record<string, unknown>;
};
assert.equal(name, 'flux-reconcile-kustomization');
assert.ok(DEFAULT_CATALOG.some((entry) => entry.name === name));
assert.deepEqual(parameters, { name: 'homepage', namespace: 'flux-system' });
console.log(`\nThe agent proposes ${name}(${JSON.stringify(parameters)}); a person, or its own policy, decides.`);
