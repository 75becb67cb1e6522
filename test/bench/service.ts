import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { at, grantedShare, machine } from './machine.js';
import { distinctAlerts, modelFolder, type ServiceProcess, startServiceProcess } from './service-client.js';
import type { ProcessSettings } from './service-process.js';

/** What is switched off in each lane, one by one. */
const LANES: Readonly<Record<string, Pick<ProcessSettings, 'model' | 'earlyHalting'>>> = {
  'all on': { model: { precision: 'int8' }, earlyHalting: true },
  'no batches': { model: { precision: 'int8', maxBatchSize: 1 }, earlyHalting: true },
  'float32 (default)': { model: { precision: 'float32' }, earlyHalting: true },
  'no early halting': { model: { precision: 'int8' }, earlyHalting: false },
};

interface Row {
  readonly lane: string;
  readonly 'at once': number;
  readonly answered: number;
  readonly refused: number;
  readonly 'alerts/s': number;
  readonly 'P50 ms': number;
  readonly 'P95 ms': number;
  readonly 'P99 ms': number;
  readonly 'CPU ms each': number;
  readonly 'RSS MiB at most': number;
}

/**
 * `npm run bench -- service`: distinct alerts over HTTP on loopback, so many at once as the table says, each sender asking
 * again as soon as it is answered; with everything on, and with one thing after the other switched off. Sender and
 * service share the machine. `--seconds 10 --concurrency 1,10,100,1000 --threads 2 --model <folder> --tiny` change it.
 */
export async function benchService(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      seconds: { type: 'string', default: '10' },
      concurrency: { type: 'string', default: '1,10,100,1000' },
      lanes: { type: 'string', default: Object.keys(LANES).join(',') },
      threads: { type: 'string' },
      model: { type: 'string' },
      tiny: { type: 'boolean', default: false },
    },
  });
  const seconds = whole('seconds', values.seconds);
  const sizes = values.concurrency.split(',').map((text) => whole('concurrency', text));
  const threads = values.threads === undefined ? undefined : whole('threads', values.threads);
  const lanes = values.lanes.split(',').map((name) => {
    const settings = LANES[name];
    if (!settings)
      throw new Error(`--lanes: expected names out of ${Object.keys(LANES).join(', ')}, received "${name}"`);
    return [name, settings] as const;
  });

  console.log(machine());
  const shares = [grantedShare(2_000)];
  const folder = await modelFolder(values.model, values.tiny);
  const alerts = distinctAlerts();
  const rows: Row[] = [];
  const services: { readonly lane: string; readonly service: ServiceProcess }[] = [];
  try {
    for (const [lane, { model, earlyHalting }] of lanes) {
      const settings = { modelPath: folder.path, model: { ...model, executionProviders: ['cpu' as const], threads } };
      const service = await startServiceProcess({ ...settings, earlyHalting });
      services.push({ lane, service });
      // What is compiled and allocated with the first alerts is not what the others cost.
      await load(service, { size: 8, milliseconds: Math.min(3, seconds) * 1_000, alerts });
    }
    console.log(`${services[0]?.service.model}; ${seconds} s a row, and until the last one is answered`);
    // Interleaved, so that a slow moment of the machine hits every lane; those that are not asked are idle.
    for (const size of sizes) {
      for (const { lane, service } of services) {
        rows.push({ lane, ...(await measure(service, { size, milliseconds: seconds * 1_000, alerts })) });
        console.log(JSON.stringify(rows.at(-1)));
      }
      shares.push(grantedShare(1_000));
    }
  } finally {
    for (const { service } of services) await service[Symbol.asyncDispose]();
    await folder.end();
  }
  console.table(rows);
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((share) => Math.round(100 * share));
  console.log(`A busy loop before and between the rows was given ${least} to ${most} % of a core.`);
}

interface Load {
  readonly size: number;
  readonly milliseconds: number;
  readonly alerts: ReturnType<typeof distinctAlerts>;
}

async function measure(service: ServiceProcess, given: Load): Promise<Omit<Row, 'lane'>> {
  const before = await service.holdings();
  const { times, refused, elapsed } = await load(service, given);
  const after = await service.holdings();
  const cpuMs = (after.cpuSeconds - before.cpuSeconds) * 1_000;
  return {
    'at once': given.size,
    answered: times.length,
    refused,
    'alerts/s': Math.round((10 * times.length * 1_000) / elapsed) / 10,
    'P50 ms': Math.round(at(times, 0.5)),
    'P95 ms': Math.round(at(times, 0.95)),
    'P99 ms': Math.round(at(times, 0.99)),
    'CPU ms each': Math.round((10 * cpuMs) / (times.length + refused)) / 10,
    'RSS MiB at most': Math.round(after.peakRss),
  };
}

/** Milliseconds of each answer, how many were refused, and milliseconds of all of it. */
async function load(
  { url }: ServiceProcess,
  { size, milliseconds, alerts }: Load,
): Promise<{ readonly times: readonly number[]; readonly refused: number; readonly elapsed: number }> {
  const pool = new Pool(url, { connections: size, headersTimeout: 0, bodyTimeout: 0 });
  const times: number[] = [];
  let refused = 0;
  const start = performance.now();
  const send = async (): Promise<void> => {
    do {
      const asked = performance.now();
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/select',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts.next().value),
      });
      const text = await body.text();
      if (statusCode === 200) times.push(performance.now() - asked);
      else if (statusCode === 503) refused += 1;
      else throw new Error(`expected status 200 or 503, received ${statusCode}: ${text.slice(0, 500)}`);
    } while (performance.now() - start < milliseconds);
  };
  try {
    await Promise.all(Array.from({ length: size }, send));
  } finally {
    await pool.destroy();
  }
  return { times, refused, elapsed: performance.now() - start };
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${name}: expected a whole number of 1 or more, received "${text}"`);
}
