import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisGuardrailStore } from '../../../src/remediation/guardrails/index.js';
import { guardrailStoreSuite } from '../../../src/testing/index.js';
import { act, actionOf, firingAgain, guard, refusedBy } from '../../unit/remediation/guardrails/actions.js';
import { type RedisServer, startRedis, whyNoRedis } from './redis-server.js';

const missing = whyNoRedis();

describe.skipIf(missing !== undefined)(`Redis${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: RedisServer;
  let clients: [Awaited<ReturnType<RedisServer['connect']>>, Awaited<ReturnType<RedisServer['connect']>>];
  let tests = 0;

  beforeAll(async () => {
    server = await startRedis();
    clients = [await server.connect(), await server.connect()];
  });
  afterAll(async () => {
    await server?.stop();
  });

  const replicas = () => {
    const prefix = `test-${tests++}:`;
    return [
      createRedisGuardrailStore({ client: clients[0], prefix }),
      createRedisGuardrailStore({ client: clients[1], prefix }),
    ] as const;
  };

  guardrailStoreSuite({
    describe,
    it,
    create: async () => ({
      replicas: replicas(),
      elapse: async (milliseconds) => {
        const end = performance.now() + milliseconds + 10;
        while (performance.now() < end) await sleep(20);
      },
      release: async () => undefined,
    }),
  });

  it('lets one of two replicas act', async () => {
    for (let round = 0; round < 10; round++) {
      const [left, right] = replicas();
      const evaluations = Array.from({ length: 8 }, (_, index) =>
        guard({ store: index % 2 === 0 ? left : right }).evaluate(firingAgain(actionOf(), index)),
      );
      expect((await Promise.all(evaluations)).filter(({ act }) => act)).toHaveLength(1);
    }
  });

  it('remembers across replicas what was done, given back and in vain', async () => {
    const [left, right] = replicas();
    const first = guard({ store: left });
    const second = guard({ store: right });
    const verdict = await first.evaluate(actionOf());
    expect(verdict).toMatchObject({ act: true });
    expect(refusedBy(await second.evaluate(actionOf()))).toEqual(['in-progress']);
    await first.release(verdict);
    expect(await act(second, actionOf())).toMatchObject({ act: true });
    expect(refusedBy(await first.evaluate(actionOf()))).toContain('duplicate');
    const { alert, call } = actionOf();
    const report = { alert, call, outcome: 'ineffective', at: Date.now() } as const;
    await first.recordOutcome({ ...report, eventId: 'one' });
    await second.recordOutcome({ ...report, eventId: 'two' });
    expect(refusedBy(await first.evaluate(firingAgain(actionOf(), 60)))).toContain('ineffective');
    await second.recordOutcome({ ...report, eventId: 'three', outcome: 'effective' });
    expect(refusedBy(await first.evaluate(firingAgain(actionOf(), 60)))).toEqual(['cooldown']);
  });

  it('lets another replica act once the lease of one that has died has ended', async () => {
    const [left, right] = replicas();
    const first = guard({ store: left, policy: { leaseMs: 50 } });
    const died = await first.evaluate(actionOf());
    expect(died).toMatchObject({ act: true });
    const second = guard({ store: right });
    await expect.poll(async () => (await act(second, actionOf())).act).toBe(true);
    expect(refusedBy(await first.evaluate(actionOf()))).toContain('duplicate');
    await expect(first.confirm(died)).rejects.toThrow(/another action has got a place \(duplicate, cooldown\)/);
  });

  it('refuses once the server is gone', async () => {
    const other = await startRedis();
    try {
      const store = createRedisGuardrailStore({ client: await other.connect() });
      const guardrails = guard({ store, policy: { stateTimeoutMs: 200 } });
      await other.crash();
      expect(refusedBy(await guardrails.evaluate(actionOf()))).toEqual(['state-unavailable']);
    } finally {
      await other.stop();
    }
  });
});
