import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createAnnotationSelector,
  createGuardrails,
  createRulesSelector,
  DEFAULT_CATALOG,
  RemediationChain,
  Remediator,
} from '../../src/index.js';
import { combineObservers, createLogger, createPrometheusMetrics, logEvents } from '../../src/telemetry/index.js';

/** One alert that its own rule answers, one for the rules, one for nobody. */
const ALERTS = [
  {
    labels: { alertname: 'CartNeedsLook', pod: 'cart-0', namespace: 'shop' },
    annotations: { lambda_function: 'pod-check-status', lambda_parameters: '{"name":"cart-0","namespace":"shop"}' },
  },
  { labels: { alertname: 'PodCrashLooping', pod: 'checkout-0', namespace: 'shop' } },
  { labels: { alertname: 'SomethingIsOdd', url: 'https://admin:hunter2@shop.internal/' } },
];

const metrics = await createPrometheusMetrics({ catalog: DEFAULT_CATALOG, aliases: true });
const lines: string[] = [];
const logger = await createLogger({ destination: { write: (line) => lines.push(line) } });
const observer = combineObservers([metrics, logEvents(logger)]);

const chain = new RemediationChain({ phases: [createAnnotationSelector(), createRulesSelector()], threshold: 0.5 });
const policy = { mode: 'auto', auto: { functions: ['pod-check-status'] } } as const;
const guardrails = observer.watchGuardrails(createGuardrails({ catalog: DEFAULT_CATALOG, policy }));
// Stands for a sink; a real one is watched too: createTriggerDispatcher({ sink: observer.watchSink(sink), ... }).
const dispatcher = { dispatch: async () => ({ eventId: 'made-up' }) };
await using remediator = new Remediator({ chain, guardrails, dispatcher });
observer.observe(chain);
observer.observe(remediator);

const server = createServer(async (_, response) => {
  response.setHeader('content-type', metrics.contentType).end(await metrics.metricsText());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

await remediator.remediate(ALERTS);

const { port } = server.address() as AddressInfo;
const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
server.close();

console.log('What Prometheus scrapes, in part:\n');
const shown = /^agent_trm_(selections|fallbacks|guardrail_verdicts|remediations)_total.* [^0]/;
for (const line of scraped.split('\n').filter((text) => shown.test(text))) console.log(`  ${line}`);
console.log('\nWhat is logged, in part:\n');
for (const line of lines.filter((text) => text.includes('chain_decided'))) console.log(`  ${line.trimEnd()}`);

const one = (series: string) => assert.match(scraped, new RegExp(`^${series.replace(/[{}]/g, '\\$&')} 1$`, 'm'));
one('agent_trm_selections_total{tier="annotation",decision="selected",function="pod-check-status"}');
one('agent_trm_selections_total{tier="rules",decision="selected",function="pod-restart"}');
one('agent_trm_selections_total{tier="none",decision="escalated",function="none"}');
one('agent_trm_remediations_total{outcome="acted",function="pod-check-status"}');
assert.ok(!`${scraped}${lines.join('')}`.includes('hunter2'), 'a secret of an alert has got out');
