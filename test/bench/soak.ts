/**
 * `npm run bench:soak -- --minutes 20`: distinct alerts at a steady rate, through the routes that agents use, and what the
 * process of the service holds meanwhile. Fails when memory after the warm-up grows by more than a tenth, or handles grow.
 * `--rate 10 --precision int8 --model <folder> --tiny` change it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { at, machine } from './machine.js';
import { distinctAlerts, modelFolder, startServiceProcess } from './service-client.js';
import { growth } from './soak-growth.js';

/** Requests that may be under way; what the service is too slow for is left out and counted. */
const MOST_AT_ONCE = 64;
const SAMPLE_MS = 30_000;
/** Fewest samples, for runs that are too short for one every half minute. */
const FEWEST = 12;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    rate: { type: 'string', default: '10' },
    precision: { type: 'string', default: 'float32' },
    model: { type: 'string' },
    tiny: { type: 'boolean', default: false },
  },
});
const positive = (name: string, text: string): number => {
  if (Number(text) > 0 && Number.isFinite(Number(text))) return Number(text);
  throw new Error(`--${name}: expected a number over 0, received "${text}"`);
};
const duration = positive('minutes', values.minutes) * 60_000;
const interval = 1_000 / positive('rate', values.rate);
const { precision } = values;
if (precision !== 'float32' && precision !== 'int8') throw new Error('--precision: expected float32 or int8');
const every = Math.min(SAMPLE_MS, duration / FEWEST);

/** The same alert as agents send it: seven of ten plain, the others as text, as an event and as a chat. */
function requestOf(id: number, alert: object): { readonly path: string; readonly type: string; readonly body: object } {
  const json = 'application/json';
  const text = JSON.stringify(alert);
  switch (id % 10) {
    case 7:
      return { path: '/reason', type: json, body: { problem: text } };
    case 8: {
      const event = {
        specversion: '1.0',
        id: `soak-${id}`,
        source: '/soak',
        type: 'io.homelab.prometheus.alert.fired',
      };
      return { path: '/events', type: 'application/cloudevents+json', body: { ...event, data: alert } };
    }
    case 9:
      return {
        path: '/v1/chat/completions',
        type: json,
        body: { model: 'trm', messages: [{ role: 'user', content: text }] },
      };
    default:
      return { path: '/select', type: json, body: alert };
  }
}

const folder = await modelFolder(values.model, values.tiny);
const scratch = await mkdtemp(join(tmpdir(), 'agent-trm-soak-'));
const samples = [];
const times: number[] = [];
const statuses: Record<string, number> = {};
let leftOut = 0;
try {
  await using service = await startServiceProcess(
    { modelPath: folder.path, model: { executionProviders: ['cpu'], precision }, earlyHalting: true },
    { TRM_AUDIT_LOG: join(scratch, 'audit.jsonl') },
  );
  console.log(`${machine()}; ${service.model}; every ${Math.round(interval)} ms for ${Math.round(duration / 1_000)} s`);
  const pool = new Pool(service.url, { connections: MOST_AT_ONCE, headersTimeout: 0, bodyTimeout: 0 });
  const alerts = distinctAlerts();
  const underWay = new Set<Promise<void>>();
  const send = async (id: number): Promise<void> => {
    const { path, type, body } = requestOf(id, alerts.next().value);
    const asked = performance.now();
    const headers = { 'content-type': type };
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    await answer.body.dump();
    times.push(performance.now() - asked);
    const key = `${path} ${answer.statusCode}`;
    statuses[key] = (statuses[key] ?? 0) + 1;
  };
  const start = performance.now();
  let sampled = start;
  for (let id = 0; performance.now() - start < duration; id++) {
    await delay(Math.max(0, start + id * interval - performance.now()));
    if (underWay.size >= MOST_AT_ONCE) {
      leftOut += 1;
    } else {
      const sending = send(id)
        .catch((error: unknown) => {
          const name = error instanceof Error ? error.message : String(error);
          statuses[name] = (statuses[name] ?? 0) + 1;
        })
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    if (performance.now() - sampled < every) continue;
    sampled += every;
    const { rss, heap, external, handles } = await service.holdings();
    const count = Object.values(handles).reduce((sum, each) => sum + each, 0);
    samples.push({ seconds: Math.round((performance.now() - start) / 1_000), rss, heap, external, count, handles });
    const line = samples.at(-1) as (typeof samples)[number];
    console.log(`${line.seconds} s: RSS ${rss.toFixed(0)} MiB, heap ${heap.toFixed(1)} MiB, ${count} handles`);
  }
  await Promise.all(underWay);
  await pool.destroy();
} finally {
  await folder.end();
  await rm(scratch, { recursive: true, force: true });
}

console.table(
  samples.map(({ seconds, rss, heap, external, count, handles }) => ({
    seconds,
    'RSS MiB': Math.round(rss),
    'heap MiB': Math.round(10 * heap) / 10,
    'external MiB': Math.round(10 * external) / 10,
    handles: count,
    kinds: Object.entries(handles)
      .map(([kind, number]) => `${kind} ${number}`)
      .sort()
      .join(', '),
  })),
);
console.log(
  `${times.length} answers, P50 ${Math.round(at(times, 0.5))} ms, P95 ${Math.round(at(times, 0.95))} ms, ` +
    `P99 ${Math.round(at(times, 0.99))} ms; left out ${leftOut}; ${JSON.stringify(statuses)}`,
);
const faults = growth(samples);
const failed = Object.keys(statuses).filter((key) => !/ 20[02]$/.test(key));
if (failed.length > 0) faults.push(`expected answers 200 and 202, received ${failed.join('; ')}`);
for (const fault of faults) console.error(`FAILED: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
else console.log('Memory and handles stay as they are after the warm-up.');
