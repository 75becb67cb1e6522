import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alert, alertFingerprint, DEFAULT_CATALOG } from '../../src/domain/index.js';
import { createToken, formatTokenLine, hashToken } from '../../src/server/auth/index.js';
import { runbookRowCases } from '../../src/training/index.js';
import { type ServeProcess, startServe } from '../fixtures/serve-process.js';

interface Decision {
  readonly fingerprint: string;
  readonly lambda_function: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly confidence: number;
}
interface Reasoned {
  readonly confidence: number;
  readonly iterations: number;
}
interface Completion {
  readonly choices: readonly {
    readonly message: { readonly tool_calls: readonly { readonly function: { name: string; arguments: string } }[] };
  }[];
}

/** One of each row of the runbook, with names that training never saw; and many more, of which no two are alike. */
const SEVEN = runbookRowCases({ seed: 23, renamings: 1 });
const HUNDRED = runbookRowCases({ seed: 29, renamings: 15 }).slice(0, 100);
const TOOLS = DEFAULT_CATALOG.map(({ name, description, parameters }) => ({
  type: 'function',
  function: { name, description, parameters },
}));

/** A prompt as agents write it, which lists the name of the alert among its labels. */
function promptOf({ labels, annotations, metrics }: Alert): string {
  const list = (title: string, entries: object): string =>
    [`${title}:`, ...Object.entries(entries).map(([key, value]) => `- ${key}: ${value}`)].join('\n');
  return [list('Labels', labels), list('Annotations', annotations), list('Metrics', metrics)].join('\n');
}

const token = createToken().reveal();
let folder: string;
let service: ServeProcess;
let origin: string;
let audit: string;
let keyFile: string;
/** Alerts that were answered, each of which has its line in the audit log. */
let answered = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-bundled-'));
  audit = join(folder, 'audit.jsonl');
  keyFile = join(folder, 'key');
  const entry = { name: 'sre', sha256: hashToken(token).toString('hex'), scopes: ['select', 'reason'] as const };
  await writeFile(join(folder, 'tokens'), `${formatTokenLine(entry)}\n`);
  await writeFile(keyFile, randomBytes(32).toString('hex'));
  service = startServe(['--port', '0', '--ep', 'cpu', '--deadline', '120000'], {
    TRM_TOKENS_FILE: join(folder, 'tokens'),
    TRM_AUDIT_LOG: audit,
    TRM_AUDIT_KEY_FILE: keyFile,
  });
  origin = (await service.waitFor(/listens at (\S+)/))[1] as string;
});
afterAll(async () => {
  service?.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

async function select(alerts: Alert | readonly Alert[]): Promise<readonly Decision[]> {
  const { decisions } = await post<{ decisions: Decision[] }>('/select', alerts);
  answered += decisions.length;
  return decisions;
}

/** The sum of all series of a metric. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  expect(values, name).not.toEqual([]);
  return values.reduce((sum, value) => sum + value, 0);
}

/** Alerts that were computed, and alerts that were answered by the computation of an identical one. */
const counts = async () => ({
  computed: await metric('agent_trm_inference_queue_duration_seconds_count'),
  decided: await metric('agent_trm_selections_total'),
  shared: await metric('agent_trm_inference_shared_total'),
});

describe('the service with the bundled model', () => {
  it.each(SEVEN)('answers $row at /select', async ({ alert, expected }) => {
    const [decision] = await select(alert);
    expect(decision).toMatchObject({
      fingerprint: alertFingerprint(alert),
      lambda_function: expected.lambdaFunction,
      parameters: expected.parameters,
    });
  });

  it.each(SEVEN)('calls the tool for $row at /v1/chat/completions', async ({ alert, expected }) => {
    const messages = [{ role: 'user', content: `Which function remedies this alert?\n${promptOf(alert)}` }];
    const { choices } = await post<Completion>('/v1/chat/completions', { model: 'trm', messages, tools: TOOLS });
    answered += 1;
    const [call, ...others] = choices[0]?.message.tool_calls ?? [];
    expect([call?.function.name, others]).toEqual([expected.lambdaFunction, []]);
    expect(JSON.parse(call?.function.arguments ?? '{}')).toMatchObject(expected.parameters);
  });

  it('takes max_iterations for a limit, not for an order to go on once it is sure', async () => {
    const ask = async (limit: object) => {
      answered += 1;
      return post<Reasoned>('/reason', { problem: (SEVEN[0] as (typeof SEVEN)[number]).alert, ...limit });
    };
    const free = await ask({});
    expect(free.iterations).toBe(1);
    expect(await ask({ max_iterations: 16 })).toEqual(free);
    expect(await ask({ max_iterations: 1 })).toEqual(free);
  });

  it('is as sure after steps that a caller forces as where it would have stopped', async () => {
    const context = { alert: (SEVEN[0] as (typeof SEVEN)[number]).alert };
    const free = await post<{ steps: readonly unknown[]; confidence: number }>('/reason', { prompt: '', context });
    const forced = await post<typeof free>('/reason', { prompt: '', context, max_steps: 3 });
    answered += 2;
    expect([free.steps.length, forced.steps.length]).toEqual([1, 3]);
    expect(Math.abs(forced.confidence - free.confidence)).toBeLessThan(0.05);
  });

  it('answers 100 distinct alerts that come at the same moment, each with its own', async () => {
    expect(new Set(HUNDRED.map(({ alert }) => alertFingerprint(alert))).size).toBe(100);
    const before = await counts();
    const times: number[] = [];
    const start = performance.now();
    const decisions = await Promise.all(
      HUNDRED.map(async ({ alert }) => {
        const [decision] = await select(alert);
        times.push(performance.now() - start);
        return decision as Decision;
      }),
    );
    expect(decisions.map(({ fingerprint }) => fingerprint)).toEqual(
      HUNDRED.map(({ alert }) => alertFingerprint(alert)),
    );
    // Names are random, so that nothing but the alert's own gives them.
    const right = HUNDRED.filter(({ expected }, index) => {
      const { lambda_function: name, parameters } = decisions[index] as Decision;
      const entries = Object.entries(expected.parameters);
      return name === expected.lambdaFunction && entries.every(([key, value]) => parameters[key] === value);
    });
    expect(right.length).toBeGreaterThanOrEqual(95);
    const after = await counts();
    expect([after.computed - before.computed, after.shared - before.shared]).toEqual([100, 0]);
    const [p50, p95] = [0.5, 0.95].map((share) => times[Math.ceil(share * 100) - 1]?.toFixed(0));
    process.stdout.write(`100 distinct alerts at once: P50 ${p50} ms, P95 ${p95} ms, ${right.length} right\n`);
  });

  it('computes 1,000 identical alerts of a webhook once', async () => {
    const { alert } = runbookRowCases({ seed: 31, renamings: 1 })[0] as (typeof SEVEN)[number];
    const before = await counts();
    const decisions = await select(Array.from({ length: 1_000 }, () => alert));
    const after = await counts();
    expect(decisions).toHaveLength(1_000);
    expect(new Set(decisions.map((decision) => JSON.stringify(decision))).size).toBe(1);
    expect([after.computed - before.computed, after.decided - before.decided]).toEqual([1, 1]);
    expect(after.shared - before.shared).toBe(999);
  });

  it('computes 500 identical alerts of as many clients once, who come while others are computed', async () => {
    const { alert, expected } = runbookRowCases({ seed: 37, renamings: 1 })[3] as (typeof SEVEN)[number];
    // Nothing is kept once it is answered, so the one computation has to wait until all clients are there.
    const others = runbookRowCases({ seed: 41, renamings: 70 }).map((each) => each.alert);
    const before = await counts();
    const first = select(others);
    while ((await metric('agent_trm_inference_queue_size')) === 0) await delay(5);
    const decisions = await Promise.all(Array.from({ length: 500 }, () => select(alert)));
    expect(await first).toHaveLength(others.length);
    const after = await counts();
    const names = new Set(decisions.map(([decision]) => JSON.stringify(decision?.parameters)));
    expect([...names]).toEqual([expect.stringContaining(String(expected.parameters['name']))]);
    expect([after.computed - before.computed, after.shared - before.shared]).toEqual([others.length + 1, 499]);
  });

  it('has a line for each of them in an audit log that verifies', async () => {
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    const verify = ['--import', 'tsx', 'src/cli/main.ts', 'audit', 'verify', audit, '--key-file', keyFile, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, verify);
    expect(JSON.parse(stdout)).toMatchObject([{ records: answered, closed: true, firstSeq: 1, notes: [] }]);
    expect(JSON.parse(stdout)[0]).not.toHaveProperty('broken');
    expect(answered).toBe(7 + 7 + 3 + 2 + 100 + 1_000 + 490 + 500);
    expect(service.said()).not.toContain(token);
  });
});
