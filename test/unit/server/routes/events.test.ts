import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../../src/core/errors.js';
import type { Action } from '../../../../src/domain/index.js';
import { DEFAULT_CATALOG } from '../../../../src/domain/index.js';
import { createGuardrails, type GuardrailPolicy } from '../../../../src/remediation/guardrails/index.js';
import type { ServiceOptions } from '../../../../src/server/index.js';
import { alertOf, CRASH, closeServices, startService } from '../fake-service.js';

afterEach(closeServices);

const webhook = (...alerts: object[]) => ({ version: '4', status: 'firing', alerts });
const EVENT = {
  specversion: '1.0',
  id: '1',
  source: '/prometheus',
  type: 'io.homelab.prometheus.alert.fired',
  data: CRASH,
};

/** Alerts that cannot be read. */
const NAMELESS = { labels: { pod: 'PRIVATE' } };
const TIMELESS = { labels: { ...CRASH.labels, pod: 'PRIVATE' }, startsAt: 'PRIVATE', fingerprint: 'f00d' };

/** Guardrails that let everything pass, and a sink that does as told. */
function acting(deliver: (action: Action) => Promise<void> = async () => undefined) {
  const actions: Action[] = [];
  const policy: GuardrailPolicy = { mode: 'auto', disabled: ['storm', 'cooldown'] };
  const options: ServiceOptions = {
    acting: {
      guardrails: createGuardrails({ catalog: DEFAULT_CATALOG, policy }),
      dispatcher: {
        async dispatch(action) {
          await deliver(action);
          actions.push(action);
          return { eventId: `event-${actions.length}` };
        },
      },
    },
  };
  return { actions, options };
}

describe('events', () => {
  it.each<[string, string, unknown, Record<string, string>]>([
    ['a webhook at /', '/', webhook(CRASH), {}],
    ['a webhook at /events', '/events', webhook(CRASH), {}],
    ['a structured event', '/', EVENT, { 'content-type': 'application/cloudevents+json' }],
    [
      'a binary event',
      '/events',
      CRASH,
      { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/prometheus', 'ce-type': EVENT.type },
    ],
    ['a batch', '/events', [EVENT], { 'content-type': 'application/cloudevents-batch+json' }],
  ])('are acted on and acknowledged: %s', async (_, path, body, headers) => {
    const { actions, options } = acting();
    const { post, audited } = await startService(options);
    const response = await post(path, body, headers);
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(actions).toMatchObject([{ call: { lambdaFunction: 'pod-restart' }, phase: 'trm' }]);
    expect(audited).toMatchObject([{ action: 'event', status: 202, outcome: 'acted', model: 'fake-v1' }]);
  });

  it('are decided about, and nothing is done, where nobody acts', async () => {
    const { post, audited, service } = await startService();
    expect((await post('/', webhook(CRASH, alertOf(2)))).status).toBe(202);
    expect(audited.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['event', 'selected'],
      ['event', 'selected'],
    ]);
    expect(service.remediator).toBeUndefined();
  });

  it('are sent again when the sink did not accept, and act once then', async () => {
    let broken = true;
    const { actions, options } = acting(async () => {
      if (broken) throw new DeliveryError('the sink is down');
    });
    const { post } = await startService(options);
    const refused = await post('/', webhook(CRASH));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    broken = false;
    expect((await post('/', webhook(CRASH))).status).toBe(202);
    expect((await post('/', webhook(CRASH))).status).toBe(202);
    expect(actions).toHaveLength(1);
  });

  it.each<[string, unknown, Record<string, string>, string]>([
    ['a webhook', webhook(NAMELESS, CRASH, TIMELESS), {}, 'alerts'],
    [
      'an event with a webhook',
      { ...EVENT, data: webhook(NAMELESS, CRASH, TIMELESS) },
      { 'content-type': 'application/cloudevents+json' },
      'data.alerts',
    ],
  ])('that are faulty are skipped and told, and the others acted on: %s', async (_, body, headers, where) => {
    const { actions, options } = acting();
    const { post, audited, model, service } = await startService(options);
    const skipped: unknown[] = [];
    service.events.on('alert_skipped', (event) => skipped.push(event));
    const response = await post('/events', body, headers);
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(actions).toMatchObject([{ call: { lambdaFunction: 'pod-restart' } }]);
    expect(model.asked).toEqual(['shop-0']);
    const expected = [
      `${where}[0].labels.alertname: expected a non-empty string`,
      `${where}[2].startsAt: expected a time such as "2026-01-31T08:00:00Z"`,
    ];
    const requestId = response.headers.get('x-request-id');
    expect(skipped).toEqual([
      { requestId, route: '/events', alertIndex: 0, expected: expected[0] },
      {
        requestId,
        route: '/events',
        alertIndex: 2,
        alertname: 'PodCrashLooping',
        fingerprint: 'f00d',
        expected: expected[1],
      },
    ]);
    expect(audited).toMatchObject([
      { action: 'refused', requestId, status: 202, outcome: 'skipped', reason: `malformed: ${expected[0]}` },
      { action: 'refused', requestId, status: 202, alertFingerprint: 'f00d', reason: `malformed: ${expected[1]}` },
      { action: 'event', requestId, status: 202, outcome: 'acted' },
    ]);
    expect(JSON.stringify([skipped, audited])).not.toContain('PRIVATE');
  });

  it('that are faulty do not cost a batch the others', async () => {
    const { actions, options } = acting();
    const { post, audited } = await startService(options);
    const batch = [{ ...EVENT, type: 'PRIVATE' }, { ...EVENT, data: NAMELESS }, EVENT];
    const response = await post('/', batch, { 'content-type': 'application/cloudevents-batch+json' });
    expect(response.status).toBe(202);
    expect(actions).toHaveLength(1);
    expect(audited).toMatchObject([
      { action: 'refused', reason: `unknown-type: [0].type: expected ${EVENT.type}` },
      { action: 'refused', reason: 'malformed: [1].data.labels.alertname: expected a non-empty string' },
      { action: 'event', outcome: 'acted' },
    ]);
  });

  it('that come again beside a faulty one act once', async () => {
    let broken = true;
    const { actions, options } = acting(async () => {
      if (broken) throw new DeliveryError('the sink is down');
    });
    const { post, audited } = await startService(options);
    const group = webhook(CRASH, TIMELESS);
    expect((await post('/', group)).status).toBe(503);
    broken = false;
    expect((await post('/', group)).status).toBe(202);
    expect((await post('/', group)).status).toBe(202);
    // Once the fault is mended, the alert is acted on, and the one beside it not again.
    expect((await post('/', webhook(CRASH, alertOf('late')))).status).toBe(202);
    expect(actions.map(({ alert }) => alert.labels['pod'])).toEqual(['shop-0', 'shop-late']);
    expect(audited.filter(({ outcome }) => outcome === 'skipped')).toHaveLength(3);
  });

  it('of which none is valid are refused, with what is wrong with each', async () => {
    const { post, audited, model } = await startService();
    const response = await post('/', webhook(NAMELESS, TIMELESS));
    expect(response.status).toBe(400);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toMatch(/^alerts\[0\]\.labels\.alertname: expected .*; alerts\[1\]\.startsAt: expected /);
    expect(audited).toMatchObject([{ action: 'refused', status: 400, reason: 'malformed' }]);
    expect(model.asked).toEqual([]);
  });

  it('count toward the limit when they are faulty', async () => {
    const { post, audited } = await startService({ limits: { maxAlerts: 2 } });
    expect((await post('/', webhook(CRASH, NAMELESS))).status).toBe(202);
    audited.length = 0;
    expect((await post('/', webhook(CRASH, NAMELESS, TIMELESS))).status).toBe(413);
    expect(audited).toMatchObject([{ action: 'refused', status: 413 }]);
  });

  it.each<[string, unknown, Record<string, string>, number]>([
    ['what is no webhook', { hello: 1 }, {}, 400],
    ['no JSON', '{', {}, 400],
    ['an event of another type', { ...EVENT, type: 'other' }, { 'content-type': 'application/cloudevents+json' }, 400],
    ['another media type', webhook(CRASH), { 'content-type': 'text/xml' }, 415],
    ['more alerts than may be', webhook(CRASH, alertOf(1), alertOf(2)), {}, 413],
    ['a deep nest', `{"alerts":${'['.repeat(100)}${']'.repeat(100)}}`, {}, 400],
  ])('are refused for good: %s', async (_, body, headers, status) => {
    const { post } = await startService({ limits: { maxAlerts: 2 } });
    expect((await post('/events', body, headers)).status).toBe(status);
  });

  it('that have expired are acknowledged and left alone', async () => {
    const { actions, options } = acting();
    const { post, model } = await startService(options);
    const late = { ...EVENT, expirytime: '2020-01-01T00:00:00Z' };
    expect((await post('/', late, { 'content-type': 'application/cloudevents+json' })).status).toBe(202);
    expect([actions.length, model.asked.length]).toEqual([0, 0]);
  });

  it('over a rate limit are refused with what an Alertmanager sends again on', async () => {
    const rateLimiter = { take: async () => ({ allowed: false, retryAfterSeconds: 7 }) as const };
    const { post } = await startService({ rateLimiter });
    for (const [path, status] of [
      ['/events', 503],
      ['/select', 429],
    ] as const) {
      const response = await post(path, webhook(CRASH));
      expect([response.status, response.headers.get('retry-after')]).toEqual([status, '7']);
      expect(await response.json()).toMatchObject({ type: 'urn:agent-trm:problem:rate-limited', status });
    }
  });
});
