import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { measureIdentical } from './load/identical.js';
import { measureOverload } from './load/overload.js';
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

/** The service as it is delivered. */
const AS_DELIVERED = { model: {}, earlyHalting: true } as const;

/** Milliseconds for one request where nothing else is set; so many the overload gives. */
const DEADLINE_MS = 15_000;

const SECTIONS: readonly string[] = ['lanes', 'identical', 'overload'];

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
 * service share the machine. Then 10,000 identical alerts at once, and five times as many as can be computed.
 * `--seconds 10 --concurrency 1,10,100,1000 --sections lanes,identical,overload --threads 2 --model <folder> --tiny`
 * change it.
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
      sections: { type: 'string', default: SECTIONS.join(',') },
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

  const sections = values.sections.split(',');
  const unknown = sections.find((name) => !SECTIONS.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--sections: expected names out of ${SECTIONS.join(', ')}, received "${unknown}"`);
  }

  console.log(machine());
  const folder = await modelFolder(values.model, values.tiny);
  const start = (settings: Omit<ProcessSettings, 'modelPath'>): Promise<ServiceProcess> =>
    startServiceProcess({
      ...settings,
      modelPath: folder.path,
      model: { ...settings.model, executionProviders: ['cpu'], threads },
    });
  try {
    if (sections.includes('lanes')) await benchLanes({ start, lanes, sizes, seconds });
    if (sections.includes('identical')) await benchIdentical(start);
    if (sections.includes('overload')) await benchOverload(start, seconds);
  } finally {
    await folder.end();
  }
}

type Start = (settings: Omit<ProcessSettings, 'modelPath'>) => Promise<ServiceProcess>;

async function benchLanes(given: {
  readonly start: Start;
  readonly lanes: readonly (readonly [string, (typeof LANES)[string]])[];
  readonly sizes: readonly number[];
  readonly seconds: number;
}): Promise<void> {
  const { start, lanes, sizes, seconds } = given;
  const shares = [grantedShare(2_000)];
  const alerts = distinctAlerts();
  const rows: Row[] = [];
  const services: { readonly lane: string; readonly service: ServiceProcess }[] = [];
  try {
    for (const [lane, settings] of lanes) {
      const service = await start(settings);
      services.push({ lane, service });
      await warmUp(service, seconds, alerts);
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
  }
  console.table(rows);
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((share) => Math.round(100 * share));
  console.log(`A busy loop before and between the rows was given ${least} to ${most} % of a core.`);
}

async function benchIdentical(start: Start): Promise<void> {
  await using service = await start(AS_DELIVERED);
  const alerts = distinctAlerts();
  await warmUp(service, 3, alerts);
  console.log(`\n${service.model}: 10,000 identical alerts at the same moment`);
  console.table(await measureIdentical(service, alerts));
}

async function benchOverload(start: Start, seconds: number): Promise<void> {
  await using service = await start({ ...AS_DELIVERED, deadlineMs: DEADLINE_MS });
  const alerts = distinctAlerts();
  await warmUp(service, 3, alerts);
  console.log(`\n${service.model}: five times as many as can be computed, for ${seconds} s`);
  const row = await measureOverload(service, { alerts, milliseconds: seconds * 1_000, deadlineMs: DEADLINE_MS });
  console.table([row]);
  console.log('The same process answered an alert after that.');
}

/** What is compiled and allocated with the first alerts is not what the others cost. */
async function warmUp(
  service: ServiceProcess,
  seconds: number,
  alerts: ReturnType<typeof distinctAlerts>,
): Promise<void> {
  await load(service, { size: 8, milliseconds: Math.min(3, seconds) * 1_000, alerts });
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
