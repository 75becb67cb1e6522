import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { createAuditLog, verifyAuditLog } from '../../src/server/audit/index.js';
import {
  combineAuthenticators,
  createJwtAuthenticator,
  createToken,
  createTokenAuthenticator,
  hashToken,
} from '../../src/server/auth/index.js';
import { SCOPES, ServiceEmitter } from '../../src/server/index.js';
import { createMemoryRateLimiter, createRedisRateLimiter } from '../../src/server/limits/index.js';
import {
  combineObservers,
  createLogger,
  createOpenTelemetry,
  createPrometheusMetrics,
  logEvents,
} from '../../src/telemetry/index.js';
import { makeFolder } from '../unit/server/audit/logs.js';
import { closeServices, startService } from '../unit/server/fake-service.js';
import { startSdk } from '../unit/telemetry/open-telemetry-sdk.js';

/** A good token, with everything that it may do. */
const TOKEN = createToken().reveal();
const HASH = hashToken(TOKEN).toString('hex');
const AUDIT_KEY = 'canary-audit-key';

/** What a client sends by mistake or on purpose; none of it has the form of a secret. */
const CANARY = {
  cookie: 'canary-cookie',
  apiKey: 'canary-api-key',
  agent: 'canary-user-agent',
  path: 'canary-path',
  query: 'canary-query',
  annotation: 'canary-annotation',
  json: 'canary-json',
  guess: 'canary-guess',
  basic: Buffer.from('bob:canary-basic').toString('base64'),
};

/** What has the form of a secret, in places whose content a log may show otherwise. */
const SHAPED = {
  label: 'sk-canarylabelcanarylabel',
  url: 'canary-in-url',
  jwt: `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"canary"}').toString('base64url')}.c2lnbmF0dXJl`,
};

/** What parts of the service fail with. */
const FAILURE = 'lost https://admin:canary-of-a-server@db.internal?token=canary-in-query with Bearer canary0123456789';

const NEEDLES = [
  TOKEN,
  HASH,
  AUDIT_KEY,
  ...Object.values(CANARY),
  ...Object.values(SHAPED),
  'canary-of-a-server',
  'canary-in-query',
  'canary0123456789',
];

const spied: string[] = [];
const warn = (warning: Error): void => void spied.push(inspect(warning));
let place: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  place = await makeFolder();
  spied.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => spied.push(String(chunk)) > 0);
  }
  process.on('warning', warn);
});
afterEach(async () => {
  process.off('warning', warn);
  vi.restoreAllMocks();
  await closeServices();
  await place.remove();
});

describe('secrets that are planted in options, headers and bodies', () => {
  it('stand in no log, span, metric, event, audit line or output, and in no answer to others', async () => {
    const lines: string[] = [];
    const emitted: string[] = [];
    const sdk = startSdk();
    const logger = await createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } });
    const metrics = await createPrometheusMetrics({ processMetrics: true });
    const telemetry = await createOpenTelemetry({ tracer: sdk.tracer, meter: sdk.meter });
    const observer = combineObservers([metrics, telemetry, logEvents(logger)]);
    const events = new ServiceEmitter();
    const emit = events.emit.bind(events);
    events.emit = (name, ...values) => {
      emitted.push(`${name} ${inspect(values, { depth: 10, showHidden: true })}`);
      return emit(name, ...values);
    };
    observer.observe({ events } as never);

    const audit = await createAuditLog({ path: place.file, sync: false, key: new Secret(AUDIT_KEY) });
    const limiter = createRedisRateLimiter({
      client: { eval: () => Promise.reject(new Error(FAILURE)) },
      points: 1_000,
      windowSeconds: 60,
    });
    limiter.events.on('degraded', (value) => emitted.push(inspect(value, { depth: 10 })));
    const authenticator = combineAuthenticators(
      createTokenAuthenticator({ tokens: [{ name: 'sre', sha256: HASH, scopes: SCOPES }] }),
      createJwtAuthenticator({
        jwksUrl: 'http://127.0.0.1:9/jwks',
        issuer: 'https://issuer.example',
        audience: 'agent-trm',
        fetch: () => Promise.reject(new Error(FAILURE)),
      }),
    );
    let failing = false;
    const started = await startService(
      {
        authenticator,
        audit,
        events,
        rateLimiter: { address: limiter, principal: createMemoryRateLimiter({ points: 1_000, windowSeconds: 60 }) },
        onOutcome: () => Promise.reject(new Error(FAILURE)),
        metrics: async () => ({ body: await metrics.metricsText(), contentType: metrics.contentType }),
      },
      {
        before: () => {
          if (failing) throw new Error(FAILURE);
        },
      },
    );
    observer.observe(started.service.chain);

    const alert = {
      labels: { alertname: 'PodCrashLooping', pod: 'shop-0', namespace: 'shop', credential: SHAPED.label },
      annotations: { summary: CANARY.annotation, link: `https://bob:${SHAPED.url}@wiki.internal/` },
    };
    const faulty = {
      labels: { alertname: `Faulty ${SHAPED.label}`, note: CANARY.annotation },
      startsAt: CANARY.json,
      fingerprint: SHAPED.label,
    };
    const noise = {
      cookie: `session=${CANARY.cookie}`,
      'x-api-key': CANARY.apiKey,
      'user-agent': CANARY.agent,
      // Has the form of a request's name, and is none.
      'x-request-id': TOKEN,
      referer: `https://bob:${SHAPED.url}@page.internal/${CANARY.path}`,
      'ce-source': `https://bob:${SHAPED.url}@source.internal/`,
    };
    const credentials = [
      `Bearer ${TOKEN}`,
      `Bearer ${CANARY.guess}`,
      `Bearer ${SHAPED.jwt}`,
      `Basic ${CANARY.basic}`,
      `Bearer ${HASH}`,
    ];
    const bodies: readonly unknown[] = [
      alert,
      { problem: alert, context: { secret: CANARY.annotation } },
      { alerts: [alert], version: '4', status: 'firing' },
      { event_id: 'e', lambda_function: 'pod-restart', alert, outcome: 'effective' },
      { path: `/${CANARY.path}` },
      `{"token": ${CANARY.json}}`,
      `[${JSON.stringify(CANARY.json)}]`,
      '',
    ];
    const paths = ['/select', '/reason', '/events', '/', '/feedback', '/admin/reload', `/${CANARY.path}`];
    const statuses = new Set<number>();
    const others: string[] = [];
    for (failing of [false, true]) {
      for (const route of paths) {
        for (const [index, body] of bodies.entries()) {
          // Every body with the good token; with the bad credentials one is enough.
          for (const authorization of index === 0 ? credentials : credentials.slice(0, 1)) {
            const url = `${route}?access_token=${TOKEN}&x=${CANARY.query}`;
            const { status, headers } = await started.post(url, body, { ...noise, authorization });
            statuses.add(status);
            others.push(inspect([...headers]));
          }
        }
      }
    }
    // Without the noise, in which a part of an event stands that would have a webhook refused.
    const group = { alerts: [alert, faulty], version: '4', status: 'firing' };
    await started.post('/events', group, { authorization: `Bearer ${TOKEN}` });
    for (const route of ['/metrics', '/openapi.json', '/version', '/healthz', '/readyz']) {
      const answer = await fetch(started.origin + route);
      expect(answer.status, route).toBeLessThan(500);
      others.push(await answer.text());
    }
    await started.service.drain();
    await audit.close();

    // The cases that this test is about have come up: decided, refused in each way, and failed.
    expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 401, 404, 503]));
    const files = await Promise.all(
      (await readdir(place.folder)).map((name) => readFile(path.join(place.folder, name), 'utf8')),
    );
    expect(files.join('')).toContain('"action":"select"');
    expect(lines.join('')).toContain('request_refused');
    expect(emitted.join('')).toContain('request_ended');
    for (const told of [lines, emitted]) expect(told.join('')).toContain('alert_skipped');
    expect(files.join('')).toContain('"outcome":"skipped"');
    const report = await verifyAuditLog({ path: place.file, key: new Secret(AUDIT_KEY) });
    expect(report).toMatchObject({ broken: undefined });
    expect(report.records).toBeGreaterThan(50);

    const written = {
      logs: lines.join(''),
      audit: files.join(''),
      metrics: await metrics.metricsText(),
      spans: inspect(
        sdk.spans().map(({ name, attributes, events: happened, status }) => ({ name, attributes, happened, status })),
        { depth: 10, maxStringLength: null },
      ),
      points: inspect(await sdk.points(), { depth: 10, maxArrayLength: null }),
      events: emitted.join('\n'),
      output: spied.join(''),
      answers: others.join('\n'),
    };
    for (const needle of NEEDLES) {
      const found = Object.entries(written).flatMap(([name, text]) => (text.includes(needle) ? [name] : []));
      expect(found, needle).toEqual([]);
    }
    await sdk.stop();
  });
});

describe('the command line', () => {
  it('takes no secret as the value of an option, where everybody on the machine could read it', async () => {
    const folder = path.join(import.meta.dirname, '../../src/cli/commands');
    const commands: Command[] = [];
    const visit = (command: Command): void => {
      commands.push(command);
      command.commands.forEach(visit);
    };
    for (const name of (await readdir(folder)).filter((entry) => entry.endsWith('.ts'))) {
      const module = (await import(path.join(folder, name))) as Record<string, unknown>;
      const make = Object.entries(module).find(([key]) => key.endsWith('Command'))?.[1] as (() => Command) | undefined;
      if (make) visit(make());
    }
    expect(commands.length).toBeGreaterThan(10);
    const secretive = /token|secret|password|passphrase|credential|api-?key|\bkey\b/i;
    const options = commands.flatMap((command) =>
      command.options
        // A flag without a value holds none; a path to a file that holds it is what is wanted.
        .filter((option) => (option.required || option.optional) && secretive.test(option.long ?? ''))
        .filter(({ long, flags }) => !/-(file|path)$/.test(long ?? '') && !/<(file|path)>/.test(flags))
        // Numbers of tokens of text.
        .filter(({ flags }) => !/<(count|number)>/.test(flags))
        .map(({ flags }) => `${command.name()} ${flags}`),
    );
    expect(options).toEqual([]);
  });
});
