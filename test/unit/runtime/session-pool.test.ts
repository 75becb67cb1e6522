import { describe, expect, it, vi } from 'vitest';
import { DisposedError } from '../../../src/core/errors.js';
import { SessionPool } from '../../../src/runtime/index.js';
import { identity, powerGraph, squareGraph, vector } from './graphs.js';

const cpu = { executionProviders: ['cpu'] } as const;

describe('SessionPool', () => {
  it('loads a model once for all who ask with the same providers and options', async () => {
    await using pool = new SessionPool(cpu);
    const load = vi.fn(async () => squareGraph());
    const [a, b] = await Promise.all([pool.acquire('square', load), pool.acquire('square', load)]);
    expect(await pool.acquire('square', load, { executionProviders: ['cpu'] })).toBe(a);
    expect(b).toBe(a);
    expect(load).toHaveBeenCalledTimes(1);
    const other = await pool.acquire('square', load, { optimization: 'disabled' });
    expect(other).not.toBe(a);
    expect(await pool.acquire('another', load)).not.toBe(a);
    expect(load).toHaveBeenCalledTimes(3);
    expect((await other.run({ x: vector(3) })).y).toEqual(vector(9));
  });

  it('forgets a load that failed', async () => {
    await using pool = new SessionPool(cpu);
    const load = vi.fn(squareGraph).mockImplementationOnce(() => {
      throw new Error('disk');
    });
    const both = [pool.acquire('square', load), pool.acquire('square', load)];
    for (const result of await Promise.allSettled(both)) expect(result).toMatchObject({ reason: { message: 'disk' } });
    expect((await pool.acquire('square', load)).name).toBe('square');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('loads a session anew after eviction and after somebody disposed it', async () => {
    await using pool = new SessionPool(cpu);
    const load = vi.fn(squareGraph);
    const first = await pool.acquire('square', load);
    await pool.evict('square');
    expect(first.closed).toBe(true);
    const second = await pool.acquire('square', load);
    expect(second.closed).toBe(false);
    await second.dispose();
    const [third, same] = await Promise.all([pool.acquire('square', load), pool.acquire('square', load)]);
    expect(third.closed).toBe(false);
    expect(same).toBe(third);
    expect(load).toHaveBeenCalledTimes(3);
    await pool.evict('nobody');
  });

  it('waits for running work when it is disposed', async () => {
    const pool = new SessionPool(cpu);
    const session = await pool.acquire('power', () => powerGraph(256, 20));
    const done: string[] = [];
    const run = session.run({ x: identity(256) }).then(() => done.push('run'));
    await pool.dispose();
    done.push('disposed');
    await run;
    expect(done).toEqual(['run', 'disposed']);
    await expect(pool.acquire('power', squareGraph)).rejects.toBeInstanceOf(DisposedError);
    await expect(session.run({ x: identity(256) })).rejects.toBeInstanceOf(DisposedError);
  });
});
