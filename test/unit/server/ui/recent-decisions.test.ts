import { afterEach, describe, expect, it } from 'vitest';
import { RemediationChainEmitter } from '../../../../src/remediation/chain/events.js';
import type { ChainDecision } from '../../../../src/remediation/chain/index.js';
import { RecentDecisions } from '../../../../src/server/ui/recent-decisions.js';
import { alertOf, closeServices, startService } from '../fake-service.js';

afterEach(closeServices);

const decided = (part: Partial<ChainDecision> = {}): ChainDecision => ({
  outcome: 'selected',
  lambdaFunction: 'pod-restart',
  parameters: { name: 'a-pod' },
  parameterOrigins: {},
  confidence: 0.9,
  phase: 'trm',
  reasoning: 'because of a-pod',
  evidence: [{ kind: 'model', source: 'trm', text: 'a-pod' }],
  attempts: [{ phase: 'trm', outcome: 'taken', threshold: 0.7, reason: 'a-pod', durationMs: 1 }],
  correlationId: 'c',
  durationMs: 2,
  ...part,
});

function chainOf(): {
  events: RemediationChainEmitter;
  decide: (id: string, name: string, part?: Partial<ChainDecision>) => void;
} {
  const events = new RemediationChainEmitter();
  return {
    events,
    decide(id, alertname, part) {
      events.emit('chain_started', { correlationId: id, alertname, fingerprint: `print-${id}`, phases: ['trm'] });
      events.emit('chain_decided', { correlationId: id, decision: decided(part) });
    },
  };
}

describe('recent decisions', () => {
  it('are the last ones, the newest first, however many there were', () => {
    const { events, decide } = chainOf();
    let now = 0;
    const recent = new RecentDecisions({ events }, { limit: 3, clock: () => (now += 1000) });
    for (let id = 1; id <= 500; id++) decide(String(id), 'PodCrashLooping');
    expect(recent.list().map(({ fingerprint, time }) => [fingerprint, time])).toEqual([
      ['print-500', '1970-01-01T00:08:20.000Z'],
      ['print-499', '1970-01-01T00:08:19.000Z'],
      ['print-498', '1970-01-01T00:08:18.000Z'],
    ]);
  });

  it('hold no value of the alert, and every text bounded and without secrets', () => {
    const { events, decide } = chainOf();
    const recent = new RecentDecisions({ events });
    decide('x', `Leaks https://admin:hunter2@shop/\u202e\u0000${'y'.repeat(5_000)}`, {
      lambdaFunction: 'z'.repeat(500),
    });
    const [only] = recent.list();
    const text = JSON.stringify(only);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('a-pod');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.length).toBeLessThan(700);
    expect(Object.keys(only ?? {}).sort()).toEqual([
      'alertname',
      'attempts',
      'confidence',
      'duration_ms',
      'fingerprint',
      'lambda_function',
      'outcome',
      'phase',
      'time',
    ]);
    expect(only?.attempts).toEqual([{ phase: 'trm', outcome: 'taken' }]);
  });

  it('forget alerts that were given up', () => {
    const { events, decide } = chainOf();
    const recent = new RecentDecisions({ events });
    events.emit('chain_started', { correlationId: 'gone', alertname: 'A', fingerprint: 'f', phases: [] });
    events.emit('chain_aborted', { correlationId: 'gone', error: new Error('gone'), attempts: [] });
    events.emit('chain_decided', { correlationId: 'gone', decision: decided() });
    expect(recent.list()).toEqual([]);
    decide('b', 'B');
    expect(recent.list()).toHaveLength(1);
  });

  it('are told to those who run the service, and to nobody else', async () => {
    const { origin, post } = await startService({
      insecure: undefined,
      authenticator: {
        authenticate: async ({ headers }) => {
          const scope = headers.get('authorization');
          if (scope !== 'select' && scope !== 'admin') return { refused: 'missing' };
          return { name: scope, scopes: new Set([scope]), via: 'token' };
        },
      },
    });
    expect((await post('/select', alertOf(1), { authorization: 'select' })).status).toBe(200);
    const ask = (authorization: string) => fetch(`${origin}/ui/decisions`, { headers: { authorization } });
    expect((await ask('select')).status).toBe(403);
    expect((await ask('nobody')).status).toBe(401);
    const { decisions } = (await (await ask('admin')).json()) as { decisions: Record<string, unknown>[] };
    expect(decisions).toMatchObject([{ alertname: 'PodCrashLooping', lambda_function: 'pod-restart', phase: 'trm' }]);
    expect(JSON.stringify(decisions)).not.toContain('shop-1');
  });
});
