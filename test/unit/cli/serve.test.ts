import type { ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCommand } from '../../../src/cli/commands/serve.js';
import { EXIT, exitCodeOf } from '../../../src/cli/exit-codes.js';
import { CloseAll } from '../../../src/cli/serve/close-all.js';
import { resolveServeConfig } from '../../../src/config/index.js';
import { ConfigurationError } from '../../../src/core/errors.js';
import { verifyAuditLog } from '../../../src/server/audit/index.js';
import { createToken, formatTokenLine, hashToken } from '../../../src/server/auth/index.js';
import { type ServeProcess, startServe } from '../../fixtures/serve-process.js';
import { writeTinyModel } from '../../fixtures/tiny-model.js';
import { alertOf, CRASH, closeServices, startService } from '../server/fake-service.js';

const token = createToken().reveal();
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-trm-serve-'));
  await writeTinyModel(join(folder, 'tiny-v1'));
  const entry = { name: 'sre-agent', sha256: hashToken(token).toString('hex'), scopes: ['select', 'reason'] as const };
  await writeFile(join(folder, 'tokens'), `${formatTokenLine(entry)}\n`);
});
afterAll(async () => {
  await closeServices();
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function serve(env: Readonly<Record<string, string>>, ...more: readonly string[]) {
  const model = ['--model', join(folder, 'tiny-v1'), '--ep', 'cpu', '--threads', '1'];
  const started = startServe(['--port', '0', ...model, ...more], env);
  children.push(started.child);
  return started;
}

describe('agent-trm serve', () => {
  it('has its audit log to itself until it has ended, however it ends; the page is left out where that is asked', async () => {
    const audit = join(folder, 'own.jsonl');
    const env = { TRM_SERVE_INSECURE: 'true', TRM_AUDIT_LOG: audit };
    const uiOf = async ({ waitFor }: ServeProcess) =>
      (await fetch(`${(await waitFor(/listens at (\S+)/))[1]}/ui`)).status;
    const first = await serve(env, '--no-ui');
    expect(await uiOf(first)).toBe(404);
    const second = await serve(env);
    expect(await second.ended).toBe(EXIT.usage);
    expect(second.said()).toContain(`audit log ${audit} cannot be opened: process ${first.child.pid} on `);
    first.child.kill('SIGKILL');
    expect(await first.ended).toBeNull();
    const third = await serve({ ...env, TRM_SERVE_UI: 'false' });
    expect(await uiOf(third)).toBe(404);
    third.child.kill('SIGTERM');
    expect(await third.ended).toBe(0);
    const report = await verifyAuditLog({ path: audit });
    expect(report).toMatchObject({ broken: undefined, closed: true, records: 2, notes: [] });
  });

  it('serves who is known, reloads on SIGHUP, and ends on SIGTERM without losing anything', async () => {
    const audit = join(folder, 'audit.jsonl');
    const { child, ended, waitFor, said } = await serve({
      TRM_TOKENS_FILE: join(folder, 'tokens'),
      TRM_AUDIT_LOG: audit,
    });
    const origin = (await waitFor(/listens at (\S+)/))[1] as string;
    const post = (path: string, body: unknown, bearer = token) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify(body),
      });
    expect((await post('/select', CRASH)).status).toBe(200);
    expect((await post('/select', CRASH, createToken().reveal())).status).toBe(401);
    expect((await post('/feedback', {})).status).toBe(403);
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toMatch(/agent_trm_http_requests_total\{route="\/select",method="POST",code="200"\} 1/);
    expect(metrics).toMatch(/agent_trm_model_info\{sha="[0-9a-f]{12}",calibration="logistic"\} 1/);

    child.kill('SIGHUP');
    await waitFor(/model_released/);
    await appendFile(join(folder, 'tiny-v1', 'weights.safetensors'), 'x');
    child.kill('SIGHUP');
    await waitFor(/model_refused/);

    const asked = Array.from({ length: 30 }, (_, id) => post('/reason', { problem: alertOf(id) }));
    await Promise.race(asked);
    const start = performance.now();
    child.kill('SIGTERM');
    const ends = await Promise.all(
      asked.map((request) =>
        request.then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    expect(await ended).toBe(0);
    // A second for load balancers to hear of it, and then no timer that somebody forgot.
    expect(performance.now() - start).toBeLessThan(15_000);
    // Also those whose connection was made when the order to stop had come already.
    expect(ends).toEqual(asked.map(() => 200));
    const report = await verifyAuditLog({ path: audit });
    expect(report).toMatchObject({ broken: undefined, closed: true, records: 33 });
    expect([said().includes('"msg":"draining"'), said().includes(token)]).toEqual([true, false]);
  });

  it('does not start when nobody is let in, and says what to do', async () => {
    const { ended, said } = await serve({});
    expect(await ended).toBe(EXIT.usage);
    expect(said()).toMatch(/nobody may ask yet: expected --tokens-file .*--insecure/);
  });

  it('does not start when it is told to check access and not to', async () => {
    const { ended, said } = await serve({ TRM_SERVE_INSECURE: 'true', TRM_TOKENS_FILE: join(folder, 'tokens') });
    expect(await ended).toBe(EXIT.usage);
    expect(said()).toMatch(/received both/);
  });

  it('explains itself, with every route that it has', async () => {
    let help = '';
    serveCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    for (const told of ['--insecure', 'TRM_TOKENS_FILE', 'SIGHUP', 'Alertmanager', 'curl', 'agent-trm token create']) {
      expect(help).toContain(told);
    }
    const { service } = await startService();
    const document = (await (await service.app.request('/openapi.json')).json()) as { paths: object };
    const paths = Object.keys(document.paths).map((path) => path.replace(/\{(\w+)\}/, ':$1'));
    expect(paths.length).toBeGreaterThanOrEqual(20);
    for (const path of [...paths, '/ui', '/ui/decisions']) {
      expect(help).toMatch(new RegExp(`[ ,(]${path}[ ,;.(\n]`));
    }
  });
});

describe('the settings of serve', () => {
  it('are the option, else the variable, else the default', () => {
    const env = { PORT: '9000', TRM_TRUSTED_PROXIES: '10.0.0.0/8, ::1', TRM_SERVE_ACT: 'yes', TRM_LOG_LEVEL: 'WARN' };
    const config = resolveServeConfig({ host: '0.0.0.0', maxQueue: 7 }, env);
    expect([config.port, config.host.value, config.maxQueue.value, config.act.value]).toEqual([
      { value: 9000, source: 'environment PORT' },
      '0.0.0.0',
      7,
      true,
    ]);
    expect([config.trustedProxies.value, config.logLevel.value, config.rateLimit]).toEqual([
      ['10.0.0.0/8', '::1'],
      'warn',
      { value: 6_000, source: 'default' },
    ]);
    expect([config.ui, config.auditMaxFiles]).toEqual([
      { value: true, source: 'default' },
      { value: undefined, source: 'default' },
    ]);
    const kept = resolveServeConfig({ ui: undefined }, { TRM_SERVE_UI: 'off', TRM_AUDIT_MAX_FILES: '5' });
    expect([kept.ui.value, kept.auditMaxFiles.value]).toEqual([false, 5]);
    expect(resolveServeConfig({ ui: false, auditMaxFiles: 2 }, { TRM_AUDIT_MAX_FILES: '5' })).toMatchObject({
      ui: { value: false, source: 'option' },
      auditMaxFiles: { value: 2 },
    });
    expect(resolveServeConfig({ port: 1 }, { ...env, TRM_SERVE_PORT: '2' }).port.value).toBe(1);
    expect(resolveServeConfig({}, { ...env, TRM_SERVE_PORT: '2' }).port.value).toBe(2);
  });

  it.each([
    [{ TRM_SERVE_PORT: '70000' }, 'TRM_SERVE_PORT'],
    [{ TRM_LOG_LEVEL: 'loud' }, 'TRM_LOG_LEVEL'],
    [{ TRM_METRICS_SCOPE: 'some' }, 'TRM_METRICS_SCOPE'],
    [{ TRM_SERVE_DEADLINE_MS: '0' }, 'TRM_SERVE_DEADLINE_MS'],
    [{ TRM_SERVE_UI: 'maybe' }, 'TRM_SERVE_UI'],
    [{ TRM_AUDIT_MAX_FILES: '0' }, 'TRM_AUDIT_MAX_FILES'],
    [{ TRM_REDIS_URL: 'http://:hunter2@redis' }, 'TRM_REDIS_URL'],
  ])('are checked, and no secret is shown: %o', (env, name) => {
    const wrong = (): unknown => resolveServeConfig({}, env);
    expect(wrong).toThrow(ConfigurationError);
    expect(wrong).toThrow(name);
    expect(wrong).not.toThrow(/hunter2/);
    expect(exitCodeOf(new ConfigurationError(''))).toBe(EXIT.usage);
  });
});

it('what a service was made of is closed backwards, all of it, once', async () => {
  const closed: number[] = [];
  const closeAll = new CloseAll();
  for (const id of [1, 2, 3]) {
    closeAll.add(id, () => {
      closed.push(id);
      if (id === 2) throw new Error('stuck');
    });
  }
  await expect(closeAll.close()).rejects.toBeInstanceOf(AggregateError);
  await closeAll.close();
  expect(closed).toEqual([3, 2, 1]);
});
