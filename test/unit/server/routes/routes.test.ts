import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { ExecutionProviderError } from '../../../../src/core/errors.js';
import { createRemoteProvider } from '../../../../src/providers/index.js';
import type { ReportedOutcome } from '../../../../src/remediation/acting/index.js';
import type { Authenticator, ServiceModel } from '../../../../src/server/index.js';
import { alertOf, CRASH, closeServices, fakeModel, startService } from '../fake-service.js';

afterEach(closeServices);

const nobody: Authenticator = { authenticate: async () => ({ refused: 'missing' }) };

interface Document {
  readonly paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
  readonly components: { readonly schemas: { readonly Problem: object } };
}

/** What the OpenAPI document says that an answer looks like, as a check. */
async function checkerOf(origin: string) {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020({ strict: false });
  return (method: string, path: string, status: string, value: unknown): string => {
    const schema = document.paths[path]?.[method]?.responses[status]?.content?.['application/json']?.schema;
    if (!schema) return `the document says nothing of ${method} ${path} ${status}`;
    return ajv.validate(schema, value) ? 'fits' : ajv.errorsText();
  };
}

const text = { type: 'string' };
const RESTART = { name: 'pod-restart', parameters: { type: 'object', properties: { name: text, namespace: text } } };
const webhook = (...alerts: object[]) => ({ version: '4', status: 'firing', alerts });

describe('POST /select', () => {
  it.each<[string, unknown, number]>([
    ['an alert', CRASH, 1],
    ['an alert with a catalog', { alert: CRASH, catalog: [RESTART] }, 1],
    ['a webhook', webhook(CRASH, alertOf(2)), 2],
    ['a CloudEvent', { specversion: '1.0', id: '1', source: '/s', type: 't', data: CRASH }, 1],
    ['an array', [CRASH, alertOf(2), alertOf(3)], 3],
  ])('decides about %s', async (_, body, count) => {
    const { post, origin, audited } = await startService();
    const response = await post('/select', body, { 'x-request-id': 'my-request-1' });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'my-request-1']);
    const answer = (await response.json()) as { decisions: { lambda_function: string; fingerprint: string }[] };
    expect((await checkerOf(origin))('post', '/select', '200', answer)).toBe('fits');
    expect(answer).toMatchObject({ model: 'fake-v1' });
    expect(answer.decisions).toHaveLength(count);
    expect(answer.decisions[0]).toMatchObject({
      outcome: 'selected',
      lambda_function: 'pod-restart',
      parameters: { namespace: 'shop' },
      phase: 'trm',
    });
    expect(audited).toHaveLength(count);
    expect(audited[0]).toMatchObject({
      requestId: 'my-request-1',
      principal: 'local',
      remoteAddress: '127.0.0.1',
      action: 'select',
      status: 200,
      alertFingerprint: answer.decisions[0]?.fingerprint,
      decision: { lambdaFunction: 'pod-restart', accepted: true, confidence: 0.9 },
      model: 'fake-v1',
      attempts: [{ phase: 'trm', outcome: 'taken' }],
    });
  });

  it.each<[string, unknown, number, string, string]>([
    ['no alert', { labels: { pod: 'a' } }, 422, 'invalid-input', 'labels.alertname'],
    ['a catalog that is none', { ...CRASH, catalog: 'all' }, 422, 'invalid-input', 'catalog'],
    ['a function without a name', { alert: CRASH, catalog: [{}] }, 422, 'invalid-input', 'catalog[0].name'],
    ['a catalog of nothing', { alert: CRASH, catalog: [] }, 422, 'invalid-input', 'catalog'],
    [
      'a slow pattern',
      { alert: CRASH, catalog: [{ name: 'f', parameters: { properties: { p: { pattern: '(a+)+' } } } }] },
      422,
      'invalid-input',
      'catalog[0].parameters.properties.p.pattern',
    ],
    [
      'a schema that goes in circles',
      { alert: CRASH, catalog: [{ name: 'f', parameters: { properties: { p: { not: { $ref: '#' } } } } }] },
      422,
      'invalid-input',
      'catalog[0].parameters',
    ],
    ['no JSON', '{"labels": ', 400, 'malformed', ''],
    ['nothing', '', 400, 'malformed', ''],
    ['a deep nest', `${'['.repeat(500)}${']'.repeat(500)}`, 400, 'malformed', ''],
  ])('refuses %s and says what was wrong', async (_, body, status, problem, path) => {
    const { post, audited } = await startService();
    const response = await post('/select', body);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const details = (await response.json()) as Record<string, unknown>;
    expect([response.status, details['type'], details['path'] ?? '']).toEqual([
      status,
      `urn:agent-trm:problem:${problem}`,
      path,
    ]);
    expect(details['request_id']).toBe(response.headers.get('x-request-id'));
    expect(audited).toMatchObject([{ action: 'refused', status, reason: problem }]);
  });

  it('bounds alerts, bytes and media types', async () => {
    const { post } = await startService({ limits: { maxAlerts: 2, maxBodyBytes: 2_000 } });
    const problemOf = async (response: Response) =>
      ((await response.json()) as { type: string }).type.split(':').at(-1);
    expect(await problemOf(await post('/select', [CRASH, alertOf(1), alertOf(2)]))).toBe('too-large');
    expect(await problemOf(await post('/select', { ...CRASH, note: 'x'.repeat(3_000) }))).toBe('too-large');
    expect(await problemOf(await post('/select', CRASH, { 'content-type': 'text/plain' }))).toBe(
      'unsupported-media-type',
    );
    expect(await problemOf(await post('/select', CRASH, { 'content-encoding': 'gzip' }))).toBe(
      'unsupported-media-type',
    );
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(1_500).fill(0x20));
        controller.enqueue(new Uint8Array(1_500).fill(0x20));
        controller.close();
      },
    });
    const init = { method: 'POST', body: chunked, duplex: 'half', headers: { 'content-type': 'application/json' } };
    const { origin } = await startService({ limits: { maxBodyBytes: 2_000 } });
    expect(await problemOf(await fetch(`${origin}/select`, init as RequestInit))).toBe('too-large');
  });
});

describe('POST /reason', () => {
  it('answers the client of this package', async () => {
    const { origin } = await startService();
    const provider = createRemoteProvider({ baseUrl: origin });
    const signal = AbortSignal.timeout(10_000);
    expect(await provider.doHealth(signal)).toMatchObject({ healthy: true });
    const call = {
      messages: [{ role: 'user', content: 'What should be done?' }],
      context: { alert: CRASH },
      signal,
    } as const;
    const result = await provider.doGenerate({ ...call, recursion: { maxSteps: 2, stopConfidence: 0.99 } });
    expect(JSON.parse(result.text)).toMatchObject({ lambda_function: 'pod-restart', parameters: { name: 'shop-0' } });
    expect(result).toMatchObject({ modelId: 'fake-v1', steps: [{ confidence: 0.5 }, { confidence: 0.625 }] });
    await expect(
      provider.doGenerate({ messages: [{ role: 'user', content: 'What is Loki?' }], signal }),
    ).rejects.toMatchObject({ reason: 'bad-request', status: 422 });
    await provider.dispose?.();
  });

  it.each<[string, object]>([
    ['a text', { problem: `Alert Name: PodCrashLooping\nLabels: {"pod":"shop-0","namespace":"shop"}` }],
    ['an alert', { problem: CRASH }],
    ['a context', { problem: 'What now?', context: { alert: CRASH }, max_iterations: 3 }],
  ])('answers an agent with %s', async (_, body) => {
    const { post, origin, audited } = await startService();
    const answer = (await (await post('/reason', body)).json()) as Record<string, unknown>;
    expect((await checkerOf(origin))('post', '/reason', '200', answer)).toBe('fits');
    expect(answer).toMatchObject({
      answer: { lambda_function: 'pod-restart', parameters: { name: 'shop-0', namespace: 'shop' } },
      confidence: 0.75,
      iterations: 3,
      model: 'fake-v1',
    });
    expect(JSON.parse(answer['result'] as string)).toEqual(answer['answer']);
    expect(audited).toMatchObject([
      { action: 'reason', model: 'fake-v1', decision: { lambdaFunction: 'pod-restart' } },
    ]);
  });

  it.each<[string, unknown, number, string]>([
    ['what is no question about an alert', { problem: 'What is Loki?' }, 422, 'out-of-domain'],
    ['nothing at all', {}, 422, 'invalid-input'],
    ['a list', [], 422, 'invalid-input'],
    ['no steps', { prompt: '?', context: { alert: CRASH }, max_steps: 0 }, 422, 'invalid-input'],
    ['a faulty catalog', { problem: CRASH, catalog: [{ name: '' }] }, 422, 'invalid-input'],
  ])('refuses %s', async (_, body, status, problem) => {
    const { post } = await startService();
    const response = await post('/reason', body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: `urn:agent-trm:problem:${problem}` });
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no function', [], 'catalog', /^catalog: expected at least one function/],
    ['a function without a name', [RESTART, {}], 'catalog[1].name', /^catalog\[1]\.name: expected a name/],
    [
      'a schema that cannot be compiled',
      [{ name: 'f', parameters: { properties: { p: { $ref: '#/$defs/q' } } } }],
      'catalog[0].parameters.properties.p',
      /resolve within the schema of "f"/,
    ],
  ])('says where a catalog with %s is at fault', async (_, catalog, path, detail) => {
    const { post } = await startService();
    const response = await post('/reason', { problem: CRASH, catalog });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ path, detail: expect.stringMatching(detail) });
  });
});

describe('POST /admin/reload', () => {
  it('goes on with the present model when no execution provider takes the new one', async () => {
    let loads = 0;
    const model = async (): Promise<ServiceModel> => {
      loads += 1;
      if (loads > 1) throw new ExecutionProviderError('cuda: the driver at https://u:hunter2@host is too old');
      return fakeModel();
    };
    const { post, service } = await startService({ model });
    const failures: string[] = [];
    service.events.on('request_failed', ({ error }) => void failures.push(error.message));
    const response = await post('/admin/reload', {});
    const body = (await response.json()) as Record<string, unknown>;
    expect([response.status, body['type']]).toEqual([422, 'urn:agent-trm:problem:model-refused']);
    expect(body['detail']).toMatch(/^cuda: the driver at .*is too old$/);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(failures).toEqual([]);
    expect((await post('/select', CRASH)).status).toBe(200);
  });
});

describe('POST /feedback', () => {
  const report = {
    event_id: 'e1',
    lambda_function: 'pod-restart',
    parameters: { name: 'a' },
    alert: CRASH,
    outcome: 'effective',
  };

  it('takes outcomes to the recorder, and says when that failed', async () => {
    const told: ReportedOutcome[] = [];
    let broken = false;
    const onOutcome = async (outcome: ReportedOutcome): Promise<void> => {
      if (broken) throw new Error('the store password is hunter2');
      told.push(outcome);
    };
    const { post, audited } = await startService({ onOutcome });
    expect((await post('/feedback', report)).status).toBe(204);
    expect(told).toMatchObject([
      {
        outcome: 'effective',
        call: { lambdaFunction: 'pod-restart', parameters: { name: 'a' }, origin: { id: 'e1' } },
      },
    ]);
    expect(told[0]?.call.alert.labels['pod']).toBe('shop-0');
    expect(audited).toMatchObject([{ action: 'feedback', outcome: 'effective', status: 204 }]);
    broken = true;
    const response = await post('/feedback', report);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.text()).not.toContain('hunter2');
  });

  it('refuses what is none, and says when nobody records', async () => {
    const { post } = await startService();
    expect((await post('/feedback', { ...report, outcome: 'great' })).status).toBe(422);
    expect((await post('/feedback', { ...report, alert: webhook(CRASH, alertOf(2)) })).status).toBe(422);
    expect((await post('/feedback', { ...report, event_id: 'a b' })).status).toBe(422);
    expect((await post('/feedback', report)).status).toBe(501);
  });
});

describe('what anybody may ask', () => {
  it('is answered in the shapes of the document', async () => {
    const { origin, service } = await startService({
      metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    });
    const check = await checkerOf(origin);
    for (const [path, wanted] of [
      ['/healthz', { status: 'ok' }],
      ['/readyz', { status: 'ready' }],
      ['/v2/health/live', { live: true }],
      ['/v2/health/ready', { ready: true }],
      ['/version', { name: 'agent-trm', model: { id: 'fake-v1', sha256: 'ab'.repeat(32), execution_provider: 'cpu' } }],
    ] as const) {
      const answer: unknown = await (await fetch(origin + path)).json();
      expect(answer).toMatchObject(wanted);
      expect(check('get', path, '200', answer)).toBe('fits');
      expect((await fetch(origin + path, { method: 'HEAD' })).status).toBe(200);
    }
    const metrics = await fetch(`${origin}/metrics`);
    expect([await metrics.text(), metrics.headers.get('content-type')]).toEqual([
      'up 1\n',
      'text/plain; version=0.0.4',
    ]);
    expect(service.stats()).toEqual({
      inFlight: 0,
      active: 0,
      waiting: 0,
      batch: { active: 0, waiting: 0 },
      bufferedBytes: 0,
    });
  });

  it('says at the root that it runs, to a GET or HEAD, also while it stops', async () => {
    const { origin, post, model, service } = await startService({ authenticator: nobody });
    const answer = await fetch(`${origin}/`, { headers: { authorization: 'Bearer nonsense' } });
    expect([answer.status, await answer.text()]).toEqual([200, 'agent-trm is running']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const head = await fetch(origin, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    // Events still need credentials.
    expect((await post('/', webhook(CRASH))).status).toBe(401);
    const wrong = await fetch(origin, { method: 'PUT' });
    expect([wrong.status, wrong.headers.get('allow')?.split(', ').sort()]).toEqual([405, ['GET', 'HEAD', 'POST']]);
    await service.close();
    expect((await service.app.request('/')).status).toBe(200);
    expect(model.asked).toEqual([]);
  });

  it('has a document of every route, and of no others', async () => {
    const { origin } = await startService();
    const { paths } = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((m) => `${m} ${path}`),
    );
    // Those in the protocols of others have tests of their own.
    const own = operations.filter((operation) => !/ \/(api|v1|ui)\b/.test(operation));
    expect(own.sort()).toEqual(
      [
        ...['/', '/admin/reload', '/events', '/feedback', '/reason', '/select'].map((path) => `post ${path}`),
        ...['/', '/healthz', '/metrics', '/readyz', '/v2/health/live', '/v2/health/ready', '/version'].map(
          (p) => `get ${p}`,
        ),
      ].sort(),
    );
    for (const operation of operations) {
      const [method = '', path = ''] = operation.split(' ');
      const response = await fetch(origin + path, { method: method.toUpperCase() });
      expect([operation, response.status === 404 || response.status === 405]).toEqual([operation, false]);
    }
  });

  it('is told of wrong paths and methods', async () => {
    const { origin } = await startService();
    expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
    const wrong = await fetch(`${origin}/select`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${origin}/healthz`, { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
    expect(await (await fetch(`${origin}/metrics`)).json()).toMatchObject({
      type: 'urn:agent-trm:problem:not-configured',
    });
  });
});
