import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../machine.js';
import type { distinctAlerts, ServiceProcess } from '../service-client.js';
import { openAlertPool, readMetric } from './post-alerts.js';

/** How 10,000 alerts come: so many requests at the same moment, each with so many alerts. */
const SHAPES = [
  { requests: 10, each: 1_000 },
  { requests: 2_000, each: 5 },
] as const;

/** Distinct alerts that are still being decided when the identical ones arrive; none: the service is idle. */
const IN_FRONT = [0, 1_000] as const;

interface Shape {
  readonly requests: number;
  readonly each: number;
  readonly inFront: number;
}

export interface IdenticalRow {
  readonly requests: number;
  readonly 'alerts each': number;
  readonly 'distinct ones in front': number;
  readonly 'alerts answered': number;
  readonly 'alerts refused': number;
  readonly computations: number;
  readonly 'P50 ms': number | undefined;
  readonly 'P95 ms': number | undefined;
}

/**
 * 10,000 identical alerts at the same moment, in few requests and in many, to an idle service and to a busy one. What
 * arrives before the first of them is answered shares its computation; what arrives later is computed anew, since nothing
 * is kept.
 */
export async function measureIdentical(
  service: ServiceProcess,
  alerts: ReturnType<typeof distinctAlerts>,
): Promise<readonly IdenticalRow[]> {
  const rows: IdenticalRow[] = [];
  for (const inFront of IN_FRONT) {
    for (const shape of SHAPES) rows.push(await measure(service, { ...shape, inFront }, alerts));
  }
  return rows;
}

async function measure(
  service: ServiceProcess,
  { requests, each, inFront }: Shape,
  alerts: ReturnType<typeof distinctAlerts>,
): Promise<IdenticalRow> {
  await using pool = openAlertPool(service, requests + 1);
  await pool.connect();
  const alert = alerts.next().value;
  const body = JSON.stringify(Array.from({ length: each }, () => alert));
  const others = Array.from({ length: inFront }, () => alerts.next().value);
  const before = await computations(service);
  const first = inFront > 0 ? pool.post(JSON.stringify(others)) : undefined;
  while (first && (await readMetric(service, 'agent_trm_inference_queue_size')) === 0) await delay(5);
  const answers = await Promise.all(Array.from({ length: requests }, () => pool.post(body)));
  await first;
  const computed = (await computations(service)) - before;
  const times = answers.filter(({ status }) => status === 200).map(({ milliseconds }) => milliseconds);
  const wrong = answers.find(({ status }) => status !== 200 && status !== 503);
  if (wrong) throw new Error(`expected status 200 or 503, received ${wrong.status}`);
  return {
    requests,
    'alerts each': each,
    'distinct ones in front': inFront,
    'alerts answered': times.length * each,
    'alerts refused': (answers.length - times.length) * each,
    computations: computed - inFront,
    'P50 ms': times.length === 0 ? undefined : Math.round(at(times, 0.5)),
    'P95 ms': times.length === 0 ? undefined : Math.round(at(times, 0.95)),
  };
}

/** Alerts whose turn to be computed came. */
const computations = (service: ServiceProcess): Promise<number> =>
  readMetric(service, 'agent_trm_inference_queue_duration_seconds_count');
