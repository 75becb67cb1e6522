import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { handleLambdaEvents } from '../../src/cloudevents/index.js';
import { createRandom } from '../../src/core/random.js';
import { type ServeProcess, startServe } from '../fixtures/serve-process.js';
import { writeTinyModel } from '../fixtures/tiny-model.js';
import { type Loopback, listen } from '../unit/cloudevents/loopback.js';

const KILLS = 4;
const ALERTS = 60;
const AT_ONCE = 6;
/** Where the processes are killed; the same at every run, since a fault that shows only sometimes is hard to mend. */
const SEED = 11;

let folder: string;
const running: ServeProcess[] = [];
const sinks: Loopback[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-crash-'));
  await writeTinyModel(join(folder, 'tiny-v1'));
  // What is asked is not how often one may act: everything that is decided goes out.
  const policy = { mode: 'auto', disabled: ['cooldown', 'storm'] };
  await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const sink of sinks.splice(0)) await sink.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The service on a port of its own, which triggers at the sink what alerts say themselves. */
async function serve(port: number, sink: string): Promise<ServeProcess> {
  const started = startServe(
    ['--insecure', '--act', '--port', String(port), '--policy', join(folder, 'policy.json')].concat([
      '--phases',
      'annotation',
      '--model',
      join(folder, 'tiny-v1'),
      '--ep',
      'cpu',
      '--threads',
      '1',
    ]),
    { BROKER_URL: sink },
  );
  running.push(started);
  await started.waitFor(/listens at/);
  return started;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One alert as a broker delivers it; the same one at every delivery. */
const eventOf = (id: number): string =>
  JSON.stringify({
    specversion: '1.0',
    id: `alert-${id}`,
    source: '/prometheus',
    type: 'io.homelab.prometheus.alert.fired',
    data: {
      labels: { alertname: 'PodCrashLooping', pod: `shop-${id}`, namespace: 'shop' },
      annotations: {
        lambda_function: 'pod-restart',
        lambda_parameters: JSON.stringify({ name: `shop-${id}`, namespace: 'shop' }),
      },
      startsAt: '2027-01-01T00:00:00Z',
    },
  });

/** Status of one delivery; 0 when the connection broke or there was none. */
async function deliver(port: number, id: number): Promise<number> {
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: eventOf(id),
    });
    return status;
  } catch {
    return 0;
  }
}

/**
 * The receiving side, which runs each event once by its id: what the guardrails of the service remember in memory is gone
 * when it is killed, so an event whose delivery was cut off is sent again, under the same id, and only who receives it
 * can know that it was there before. Counts deliveries and effects.
 */
async function startReceiver(workMs: number) {
  const deliveries = new Map<string, number>();
  const effects = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  const arrivals: (() => void)[] = [];
  const { listener } = handleLambdaEvents({
    async 'pod-restart'({ parameters }) {
      await delay(workMs);
      count(effects, String(parameters['name']));
    },
  });
  const sink = await listen((request, response) => {
    count(deliveries, String(request.headers['ce-id']));
    for (const tell of arrivals.splice(0)) tell();
    listener(request, response);
  });
  sinks.push(sink);
  return {
    origin: sink.origin,
    deliveries,
    effects,
    /** Resolves when so many more events have come in. */
    async arrived(more: number): Promise<void> {
      for (let left = more; left > 0; left--) await new Promise<void>((resolve) => arrivals.push(resolve));
    },
  };
}

describe('a service that is killed', () => {
  it('at any point has every alert acted on once, when senders send again and the receiver knows ids', async () => {
    const random = createRandom(SEED);
    const receiver = await startReceiver(20);
    const port = await freePort();
    const ids = Array.from({ length: ALERTS }, (_, id) => id);
    const answers: number[] = [];
    const send = async (): Promise<void> => {
      for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
        for (let status = 0; status !== 202; ) {
          status = await deliver(port, id);
          answers.push(status);
          if (status !== 202) await delay(50);
        }
      }
    };
    let current = await serve(port, receiver.origin);
    const sending = Promise.all(Array.from({ length: AT_ONCE }, send));
    for (let kill = 0; kill < KILLS; kill++) {
      // While an event is at the receiver, and up to some tens of milliseconds later, in whatever state that is.
      await receiver.arrived(1 + random.integer(8));
      await delay(random.next() * 30);
      current.child.kill('SIGKILL');
      expect(await current.ended).toBeNull();
      current = await serve(port, receiver.origin);
    }
    await sending;

    expect([...receiver.effects.values()]).toEqual(Array.from({ length: ALERTS }, () => 1));
    expect(receiver.effects.size).toBe(ALERTS);
    // One id an alert, also where it was decided again by another process.
    expect(receiver.deliveries.size).toBe(ALERTS);
    // The kills did hit deliveries, or nothing of this was tried.
    expect(answers.filter((status) => status === 0).length).toBeGreaterThanOrEqual(KILLS);
    expect([...receiver.deliveries.values()].some((times) => times > 1)).toBe(true);
  });

  it('by SIGTERM ends what it has taken, and has sent what it answered 202', async () => {
    const receiver = await startReceiver(300);
    const port = await freePort();
    const { child, ended, said } = await serve(port, receiver.origin);
    const sent = Array.from({ length: 20 }, (_, id) => deliver(port, id));
    await receiver.arrived(3);
    child.kill('SIGTERM');
    const statuses = await Promise.all(sent);
    expect(await ended).toBe(0);
    // One whose connection had not even been taken when the time for that was over is the sender's to send again.
    expect(statuses.filter((status) => status !== 202 && status !== 0)).toEqual([]);
    const accepted = statuses.flatMap((status, id) => (status === 202 ? [`shop-${id}`] : []));
    expect(accepted.length).toBeGreaterThanOrEqual(Number(/"draining","in_flight":(\d+)/.exec(said())?.[1]));
    expect(accepted.length).toBeGreaterThanOrEqual(3);
    expect([...receiver.effects.keys()].sort()).toEqual(accepted.sort());
    expect([...receiver.effects.values()]).toEqual(accepted.map(() => 1));
    expect(await deliver(port, 99)).toBe(0);
  });
});
