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
