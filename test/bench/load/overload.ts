import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../machine.js';
import type { distinctAlerts, ServiceProcess } from '../service-client.js';
import { openAlertPool, type PostAnswer } from './post-alerts.js';

/** How much more arrives than can be computed. */
const FACTOR = 5;
/** Senders that each ask again as soon as they are answered, to measure what can be computed. */
const CLOSED_LOOP = 64;
/** Connections at most; the service takes 4,096. */
const CONNECTIONS = 3_000;

export interface OverloadRow {
  readonly 'alerts/s before': number;
  readonly 'arrivals/s': number;
  readonly arrivals: number;
  readonly 'answered in time': number;
  readonly 'answered late': number;
  readonly shed: number;
  readonly 'otherwise refused': number;
  /** Milliseconds; undefined where there was none. */
  readonly 'P95 ms of answers': number | undefined;
  readonly 'P50 ms to 503': number | undefined;
  readonly 'P95 ms to 503': number | undefined;
  readonly 'most ms to 503': number | undefined;
  readonly 'RSS MiB at most': number;
}

interface Given {
  readonly alerts: ReturnType<typeof distinctAlerts>;
  /** Milliseconds to measure the throughput, and for which the overload goes on. */
  readonly milliseconds: number;
  /** Milliseconds that the service gives a request. */
  readonly deadlineMs: number;
}

/**
 * Distinct alerts that arrive at five times the throughput that was measured just before, whatever becomes of those
 * before them. Throws when the service does not answer afterwards.
 */
export async function measureOverload(service: ServiceProcess, given: Given): Promise<OverloadRow> {
  const { alerts, milliseconds, deadlineMs } = given;
  const before = await throughput(service, given);
  await using pool = openAlertPool(service, CONNECTIONS);
  await pool.connect();
  const pending: Promise<PostAnswer>[] = [];
  await service.holdings();
  const perMs = (FACTOR * before) / 1_000;
  const start = performance.now();
  let elapsed = 0;
  // Arrivals follow the clock and not the answers; those of one tick come together.
  while (elapsed < milliseconds) {
    const due = Math.floor(elapsed * perMs);
    while (pending.length < due) pending.push(pool.post(JSON.stringify(alerts.next().value)));
    await delay(2);
    elapsed = performance.now() - start;
  }
  const answers = await Promise.all(pending);
  const timesOf = (status: number): number[] =>
    answers.filter((answer) => answer.status === status).map((answer) => answer.milliseconds);
  const [answered, shed] = [timesOf(200), timesOf(503)];
  const inTime = answered.filter((time) => time <= deadlineMs).length;
  const { peakRss } = await service.holdings();
  const after = await pool.post(JSON.stringify(alerts.next().value));
  if (after.status !== 200) throw new Error(`expected an answer after the overload, received status ${after.status}`);
  return {
    'alerts/s before': Math.round(before),
    'arrivals/s': Math.round((pending.length * 1_000) / elapsed),
    arrivals: pending.length,
    'answered in time': inTime,
    'answered late': answered.length - inTime,
    shed: shed.length,
    'otherwise refused': answers.length - answered.length - shed.length,
    'P95 ms of answers': rounded(answered, 0.95),
    'P50 ms to 503': rounded(shed, 0.5),
    'P95 ms to 503': rounded(shed, 0.95),
    'most ms to 503': rounded(shed, 1),
    'RSS MiB at most': Math.round(peakRss),
  };
}

const rounded = (times: readonly number[], share: number): number | undefined =>
  times.length === 0 ? undefined : Math.round(at(times, share));

/** Alerts that are answered in a second when as many wait as can be decided at once. */
async function throughput(service: ServiceProcess, { alerts, milliseconds }: Given): Promise<number> {
  await using pool = openAlertPool(service, CLOSED_LOOP);
  const start = performance.now();
  let answered = 0;
  const send = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      const { status } = await pool.post(JSON.stringify(alerts.next().value));
      if (status !== 200) throw new Error(`expected status 200, received ${status}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CLOSED_LOOP }, send));
  return (answered * 1_000) / (performance.now() - start);
}
